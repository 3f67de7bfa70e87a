"""Builders of golden records, crossrefs and contributions."""

from dataclasses import replace

from master_data.merge import Reading, Sighting, Weighing
from master_data.model import (
    Base,
    Contribution,
    Crossref,
    CrossrefState,
    Golden,
    GoldenId,
    GoldenState,
)
from master_data.policies import parse_policies
from master_data.survivorship import Clocks

CLOCKS = Clocks({"erp": 0, "crm": 1, "shop": 2}, frozenset({"erp", "crm"}))
POLICIES = parse_policies(
    """
    [customer]
    legal_name = "manual"
    number = "owner(erp)"
    "terms.*" = "owner(erp)"
    industry = "trusted(erp, crm)"
    notes = "longest"
    source = "fill_only"
    consents = "most_restrictive(status: withdrawn, given)"
    default = "newest"
    """
)


def make_contribution(source, value, since=0, at=10, **more):
    fields = {"stamp": at, "event": "ev_1", "filled": False} | more
    return Contribution(source, value, since, at, **fields)


def make_golden(body=None, *, version=1, held=()):
    golden = Golden(GoldenId("gr_1"), "customer", version, GoldenState.ACTIVE, body or {})
    return replace(golden, held=frozenset(held))


def make_crossref(connection="crm", base=None, contributions=None, **more):
    """`base`: path -> golden value, in a system whose words are those of golden."""
    fields = {
        "id": f"xr_{connection}",
        "connection": connection,
        "object_type": "customers",
        "entity": "customer",
        "golden_id": "gr_1",
        "external_id": f"{connection}_1",
        "state": CrossrefState.LIVE,
        "base": {path: Base(value, value) for path, value in (base or {}).items()},
        "contributions": contributions or {},
    }
    return Crossref(**(fields | more))


def make_readings(values):
    return {path: Reading(value, value) for path, value in values.items()}


def make_weighing(rivals=(), policies=POLICIES):
    """`rivals`: (path, contribution) of other sources."""
    return Weighing(policies, CLOCKS, lambda path: [told for name, told in rivals if name == path])


def make_sighting(since=10, at=20, *, filled=False):
    return Sighting("ev_2", since, at, at, filled)
