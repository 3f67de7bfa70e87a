"""Golden records, crossrefs and keys as rows, on both databases."""

from dataclasses import replace

import pytest

from master_data import store
from master_data.clusters import store as clusters
from master_data.errors import GoldenMoved
from master_data.model import CrossrefHead, CrossrefState, GoldenState
from master_data.tables import METADATA


@pytest.fixture
def db(database):
    database.create_all(METADATA)
    return database


@pytest.fixture
def a_row(db, clock, a_golden):
    """a_row(id, body) -> a stored golden record."""

    def make(golden_id, body=None, **more):
        golden = replace(a_golden(body or {"name": golden_id}), id=golden_id, **more)
        db.write(lambda c: store.insert_goldens(c, [golden], clock.now()))
        return golden

    return make


@pytest.fixture
def a_link(db, clock, a_crossref):
    """a_link(connection, external id, golden id, ...) -> a stored crossref."""

    def make(connection, external_id, golden_id, **more):
        fields = {"id": f"xr_{connection}_{external_id}", "golden_id": golden_id}
        crossref = a_crossref(connection, external_id=external_id, **(fields | more))
        db.write(lambda c: store.insert_crossrefs(c, [crossref], clock.now()))
        return crossref

    return make


def test_a_golden_record_comes_back_as_it_was_stored(db, a_row):
    golden = a_row(
        "gr_1",
        {"name": "Ibarra", "addresses[el_1]": {"city": "Bilbao"}},
        provenance={"name": 1},
        decisions={"name": {"value": "Ibarra", "at": 5, "by": "us_1"}},
        held=frozenset({"name"}),
    )
    assert db.read(lambda c: store.goldens_by_id(c, ["gr_1", "gr_2"])) == {"gr_1": golden}


def test_a_crossref_comes_back_as_it_was_stored(db, a_link, a_contribution):
    crossref = a_link(
        "crm",
        "cu_1",
        "gr_1",
        base={"name": "A"},
        contributions={"name": a_contribution("crm", "A", filled=True)},
        elements={"addresses": {"k1": "el_1"}},
        absent=frozenset({"notes"}),
        held={"language": "unknown"},
        parked="refused",
        writes={"name": [[1, "ab"]]},
        record={"id": "cu_1", "name": "A"},
        remote_version="7",
        seen_at=5_000_001,
        settled_at=6,
        mapping_version=3,
        is_primary=False,
    )
    found = db.read(lambda c: store.crossrefs_by_external(c, "crm", "customers", ["cu_1", "no"]))
    assert found == [crossref]
    assert db.read(lambda c: store.crossrefs_by_id(c, [crossref.id])) == {crossref.id: crossref}
    assert db.read(lambda c: store.crossrefs_of(c, ["gr_1"])) == [crossref]


def test_a_golden_record_is_updated_over_the_version_it_was_read_at(db, a_row, clock):
    golden = a_row("gr_1")
    newer = replace(golden, version=2, body={"name": "B"})
    db.write(lambda c: store.update_goldens(c, [(newer, 1)], clock.now()))
    assert db.read(lambda c: store.goldens_by_id(c, ["gr_1"])) == {"gr_1": newer}


def test_a_golden_record_that_moved_is_not_overwritten(db, a_row, clock):
    golden = a_row("gr_1")
    other = a_row("gr_2")
    changes = [(replace(other, version=2, body={}), 1), (replace(golden, version=9), 8)]
    with pytest.raises(GoldenMoved):
        db.write(lambda c: store.update_goldens(c, changes, clock.now()))
    found = db.read(lambda c: store.goldens_by_id(c, ["gr_1", "gr_2"]))
    assert found == {"gr_1": golden, "gr_2": other}


def test_a_crossref_that_moved_is_not_overwritten(db, a_link):
    crossref = a_link("crm", "cu_1", "gr_1")
    newer = crossref.with_(version=1, parked="x")
    db.write(lambda c: store.update_crossrefs(c, [(newer, 0)]))
    with pytest.raises(GoldenMoved):
        db.write(lambda c: store.update_crossrefs(c, [(newer, 0)]))
    assert db.read(lambda c: store.crossrefs_by_id(c, [crossref.id])) == {crossref.id: newer}


def test_a_crossref_that_stays_keeps_what_it_is_found_by(db, a_link):
    crossref = a_link("crm", "cu_1", "gr_1")
    elsewhere = crossref.with_(external_id="cu_2", remote_version="7", parked="x")
    db.write(lambda c: store.update_crossrefs(c, [(elsewhere, 0)], moved=False))
    (found,) = db.read(lambda c: store.crossrefs_by_external(c, "crm", "customers", ["cu_1"]))
    assert found == crossref.with_(remote_version="7", parked="x", version=1)


def test_who_links_a_second_primary_decides_again(a_link):
    """Another worker planned the create of the same record in the same system."""
    a_link("crm", "cu_1", "gr_1")
    with pytest.raises(GoldenMoved):
        a_link("crm", "cu_2", "gr_1")


def test_updating_nothing_is_no_statement(db, clock):
    def nothing(connection):
        store.insert_goldens(connection, [], clock.now())
        store.update_goldens(connection, [], clock.now())
        store.insert_crossrefs(connection, [], clock.now())
        store.update_crossrefs(connection, [])

    db.write(nothing)


def test_trying_tells_who_had_not_moved(db, a_link):
    one, other = a_link("crm", "cu_1", "gr_1"), a_link("erp", "cu_2", "gr_1")
    db.write(lambda c: store.bump_crossrefs(c, [other]))
    parked = [each.with_(parked="x") for each in (one, other)]
    assert db.write(lambda c: store.try_update_crossrefs(c, parked)) == {one.id}
    found = db.read(lambda c: store.crossrefs_by_id(c, [one.id, other.id]))
    assert (found[one.id].version, found[one.id].parked) == (1, "x")
    assert (found[other.id].version, found[other.id].parked) == (1, None)
    assert db.write(lambda c: store.bump_crossrefs(c, [one, other])) == set()


def test_ids_of_merged_records_lead_to_what_they_became(db, a_row):
    a_row("gr_1", state=GoldenState.MERGED)
    a_row("gr_2", state=GoldenState.MERGED)
    root = a_row("gr_3")

    db.write(lambda c: clusters.write_aliases(c, "gr_2", ["gr_1", "gr_2"]))
    db.write(lambda c: clusters.write_aliases(c, "gr_3", ["gr_1", "gr_2", "gr_3"]))
    found = db.read(lambda c: store.goldens_by_id(c, ["gr_1", "gr_2", "gr_3"]))
    assert found == {"gr_1": root, "gr_2": root, "gr_3": root}


def test_an_alias_may_be_told_twice(db, a_row):
    a_row("gr_1", state=GoldenState.MERGED)
    root = a_row("gr_2")
    for _ in range(2):
        db.write(lambda c: clusters.write_aliases(c, "gr_2", ["gr_1"]))
    assert db.read(lambda c: store.goldens_by_id(c, ["gr_1"])) == {"gr_1": root}


def test_a_record_merged_without_alias_is_shown_as_it_is(db, a_row):
    merged = a_row("gr_1", state=GoldenState.MERGED)
    assert db.read(lambda c: store.goldens_by_id(c, ["gr_1"])) == {"gr_1": merged}


def test_references_are_looked_up_both_ways(db, a_link):
    a_link("crm", "cu_1", "gr_1")
    a_link("erp", "C1", "gr_1", state=CrossrefState.GONE)
    a_link("shop", "S1", "gr_1", is_primary=False)

    def golden_id(connection, entity, external_id):
        return db.read(lambda c: store.golden_id_of(c, connection, entity, external_id))

    def external_id(connection):
        return db.read(lambda c: store.external_id_of(c, connection, "gr_1"))

    assert golden_id("crm", "customer", "cu_1") == "gr_1"
    assert golden_id("crm", "product", "cu_1") is None
    assert golden_id("shop", "customer", "cu_1") is None
    assert [external_id(each) for each in ("crm", "erp", "shop")] == ["cu_1", None, None]


def test_heads_tell_where_a_record_belongs_without_its_values(db, a_link):
    a_link("crm", "cu_1", "gr_1", remote_version="7", settled_at=5)
    found = db.read(lambda c: store.heads_by_external(c, "crm", "customers", ["cu_1", "cu_2"]))
    assert found == [CrossrefHead("xr_crm_cu_1", "cu_1", "gr_1", "7", 5)]


def test_versions_of_known_records_are_told(db, a_link):
    a_link("crm", "cu_1", "gr_1", remote_version="7")
    a_link("crm", "cu_2", "gr_2")
    found = db.read(lambda c: store.known_versions(c, "crm", "customers", ["cu_1", "cu_2", "cu_3"]))
    assert found == {"cu_1": "7", "cu_2": None}
