"""The short way of a first contact makes the rows that deciding makes, byte for byte."""

from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground.statements import row_packer
from hub.bulk.firsts import FirstContacts, FirstRows
from hub.bulk.store import CROSSREF, GOLDEN, VERSION
from hub.events.rules import Outcome
from hub.projection.views import Sight
from hub.sync import identity
from hub.sync.model import Case
from hub.sync.rules import decide
from master_data import store
from master_data.fields import entity_schema
from master_data.merge import Reading, Sighting, Weighing
from master_data.model import CrossrefId, Golden, GoldenId, GoldenState
from master_data.policies import default_policies
from master_data.survivorship import Clocks
from master_data.tables import crossref, golden, golden_version

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
CLOCKS = Clocks({"crm": 1, "erp": 2}, frozenset())
SEEN = st.builds(
    Sighting,
    event=st.just("bl_1"),
    since=st.just(0),
    at=st.just(1_772_000_000_000_000),
    stamp=st.sampled_from([0, 5, 1_772_000_000_000_000]),
    filled=st.booleans(),
)
BLANK = [None, "", [], {}]
WORDS = st.sampled_from([*BLANK, "Ana", 7, True, {"a": ["ñ"]}])
TEXT = st.sampled_from(["Ana", "Ñandú S.L.", "ООО Ромашка", None, "", []])  # noqa: RUF001
PLACE = st.sampled_from([{"street": "Calle 1", "country": "ES"}, {"city": "Jaén"}, None, {}])
FIELDS = {
    "kind": st.sampled_from(["person", "organisation", "organisation", "?"]),
    "legal_name": TEXT,
    "number": TEXT,
    "owner": TEXT,
    "terms.currency": st.sampled_from(["EUR", None, "EUR", "euro"]),
    "terms.days": st.sampled_from([None, 0, 30]),
    "roles": st.sampled_from([[], ["customer"], None]),
    "addresses[el_1]": PLACE,
    "addresses[el_2]": PLACE,
    "contact_points[el_3]": st.sampled_from([{"kind": "email", "value": "a@b.example"}, None]),
}
VALUES = st.fixed_dictionaries({"name": st.sampled_from(["Ana", "Bo", "Ñ", None])}, optional=FIELDS)


@st.composite
def sights(draw):
    """Sights of a record, readable or not, by a schema that takes some of it or not."""
    said = draw(VALUES)
    return Sight(
        readings={path: Reading(draw(WORDS), value) for path, value in said.items()},
        elements={"addresses": {"a1": "el_1"}} if "addresses[el_1]" in said else {},
        absent=draw(st.sampled_from([frozenset(), frozenset({"language", "industry"})])),
    )


def decided(connection, sight, seen, new_id):
    """Return the rows of the ordinary road; None: it is not plain."""
    own_id, place = GoldenId(new_id("gr")), (connection, "customers", "cu_1")
    case = Case(
        crossref=identity.unlinked(place, "customer").with_(
            id=CrossrefId(new_id("xr")), golden_id=own_id
        ),
        golden=Golden(own_id, "customer", 0, GoldenState.ACTIVE, {}),
        record={"id": "cu_1", "name": "Ana"},
        remote_version="7",
        sight=sight,
        sighting=seen,
        mapping_version=3,
    )
    weighing = Weighing(default_policies(), CLOCKS, lambda _path: ())
    found = decide(case, entity_schema("customer"), weighing)
    if found.rejected or found.conflicts or found.outcome not in {Outcome.APPLIED, Outcome.NO_OP}:
        return None
    stamped = {"created_at": AT, "updated_at": AT}
    version = dict.fromkeys(VERSION) | {
        "golden_id": own_id,
        "version": found.golden.version,
        "at": AT,
        "connection": connection,
        "mapping_version": 3,
        "changes": found.changes,
    }
    linked = store.crossref_row(found.crossref) | {"gone": None, "created_at": AT}
    return FirstRows(
        own_id,
        row_packer("sqlite", golden, GOLDEN)(store.golden_row(found.golden) | stamped),
        row_packer("sqlite", crossref, CROSSREF)(linked),
        row_packer("sqlite", golden_version, VERSION)(version),
    )


def numbered():
    numbers = count()
    return lambda prefix: f"{prefix}_{next(numbers)}"


@pytest.mark.parametrize("connection", ["crm", "erp"])
@settings(max_examples=80, deadline=None)
@given(sight=sights(), seen=SEEN)
def test_rows_are_those_of_the_ordinary_road(connection, sight, seen):
    ways = default_policies(), CLOCKS
    firsts = FirstContacts("sqlite", (connection, "customers", "customer", 3), AT, ways, numbered())
    rows = firsts.rows("cu_1", "7", {"id": "cu_1", "name": "Ana"}, sight, seen)
    assert rows == decided(connection, sight, seen, numbered())


def test_most_values_are_tried_on_both_sides_of_the_line():
    found = {True: 0, False: 0}

    @settings(max_examples=100, deadline=None, database=None)
    @given(sight=sights(), seen=SEEN)
    def tally(sight, seen):
        found[decided("crm", sight, seen, numbered()) is not None] += 1

    tally()
    assert min(found.values()) >= 20
