"""What the tests of decisions about one state of a customer of the ERP have in common."""

from hub.projection.views import Sight
from hub.sync.model import Case
from hub.sync.rules import decide
from master_data.fields import entity_schema
from master_data.merge import Reading, Sighting, Weighing
from master_data.model import (
    ConnectionId,
    Contribution,
    Crossref,
    CrossrefId,
    CrossrefState,
    Golden,
    GoldenId,
    GoldenState,
)
from master_data.policies import Manual, Newest, PolicyTable
from master_data.survivorship import Clocks

CLOCKS = Clocks({"erp": 10, "crm": 20}, frozenset({"erp", "crm"}))
TAKEN = "nobody else said anything"


def judge_customer(readings, body=None, *, version=None, crossref=None, rivals=None, **more):
    """Return the decision about a state of a customer of the ERP."""
    body = body or {}
    rules = {path: Manual() for path in more.pop("manual", ())}
    case = Case(
        crossref=a_crossref(**(crossref or {})),
        golden=Golden(
            GoldenId("gr_1"),
            "customer",
            (1 if body else 0) if version is None else version,
            GoldenState.ACTIVE,
            body,
            provenance=more.pop("provenance", {}),
            held=frozenset(more.pop("was_held", ())),
        ),
        record={"id": "cu_1", "raw": True},
        remote_version="7",
        sight=Sight(
            readings={path: Reading(value, value) for path, value in readings.items()},
            elements=more.pop("elements", {}),
            absent=frozenset(more.pop("absent", ())),
            problems=more.pop("problems", {}),
            unresolved=more.pop("unresolved", {}),
        ),
        sighting=Sighting("ev_1", 100, 200, more.pop("stamp", 150)),
        mapping_version=3,
        missing=frozenset(more.pop("missing", ())),
    )
    schema, told = more.pop("schema", None), rivals or {}
    assert not more, more
    weighing = Weighing(
        PolicyTable({"customer": {"default": Newest(), **rules}}),
        CLOCKS,
        lambda path: told.get(path, []),
    )
    return decide(case, schema or entity_schema("customer"), weighing)


def a_crossref(**more):
    """Return the link of that customer."""
    return Crossref(
        id=CrossrefId("xr_1"),
        connection=ConnectionId("erp"),
        object_type="customers",
        entity="customer",
        golden_id=GoldenId("gr_1"),
        external_id="cu_1",
        state=CrossrefState.LIVE,
        **more,
    )


def said(value, source="crm", at=90):
    return Contribution(source, value, 10, at, at, "ev_0")


def fields(decision):
    return {r.path: (r.outcome, r.rule, r.why) for r in decision.results}
