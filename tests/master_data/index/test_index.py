"""The index: what is put in is found again, on SQLite and on PostgreSQL, and weighs the same."""

from random import Random

import pytest

from ground.database import open_database
from master_data.forms.records import form_of
from master_data.index import store
from master_data.index.online import find, find_form
from master_data.index.store import Entry
from master_data.index.tables import METADATA
from master_data.likeness.batch import match_batch
from master_data.likeness.keys import STOP
from master_data.likeness.model import Zone, shipped_model
from master_data.likeness.scoring import Scorer
from master_data.likeness.statistics import Statistics, count
from rectoverso.bench.matching.people import people, respelt

ANNA = {"given_name": "Anna", "family_name": "Kowalczyk", "birth_date": "1980-02-03",
        "address.street": "Polna 5", "address.postal_code": "30-001"}  # fmt: skip


@pytest.fixture
def index(house_url):
    url, schema = house_url("matching")
    opened = open_database(url, schema=schema)
    opened.create_all(METADATA)
    yield opened
    opened.close()


@pytest.fixture
def scorer():
    return Scorer(shipped_model("person"), Statistics())


def entry(golden_id, **changed):
    return Entry(golden_id, "person", form_of("person", ANNA | changed))


def test_a_misspelt_record_finds_its_golden_record(index, scorer):
    husband = entry("gr_2", given_name="Piotr", birth_date="1978-11-30")
    index.write(lambda c: store.put(c, [entry("gr_1"), husband]))
    found = index.read(lambda c: find(c, scorer, ANNA | {"given_name": "Ana"}))
    assert found.zone is Zone.LINK
    assert [match.golden_id for match in found.matches] == ["gr_1"]


def test_a_record_with_nothing_to_match_on_is_new_with_a_warning(index, scorer):
    found = index.read(lambda c: find(c, scorer, {"notes": "hello"}))
    assert (found.zone, found.matches) == (Zone.NEW, ())
    assert "nothing to match on" in found.warning


def test_what_it_was_decided_not_to_be_is_left_out(index, scorer):
    index.write(lambda c: store.put(c, [entry("gr_1")]))
    found = index.read(lambda c: find(c, scorer, ANNA, apart={"gr_1"}))
    assert found.zone is Zone.NEW


def test_a_key_of_too_many_records_is_a_stop_key_and_is_reported(index, scorer):
    crowd = [
        Entry(f"gr_{n}", "person", form_of("person", {"family_name": "Smith", "phone": f"6{n:08}"}))
        for n in range(STOP + 5)
    ]
    index.write(lambda c: store.put(c, crowd))
    found = index.read(lambda c: find(c, scorer, {"family_name": "Smith"}))
    assert found.matches == ()
    assert found.stopped == ("one:smt",)


def test_a_changed_record_is_found_by_its_new_values_only(index, scorer):
    index.write(lambda c: store.put(c, [entry("gr_1")]))
    later = entry("gr_1", given_name="Zofia", family_name="Wrona", birth_date="1999-09-09")
    index.write(lambda c: store.put(c, [later]))
    assert index.read(lambda c: find(c, scorer, ANNA)).zone is Zone.NEW
    changed = ANNA | {"given_name": "Zofia", "family_name": "Wrona", "birth_date": "1999-09-09"}
    assert index.read(lambda c: find(c, scorer, changed)).zone is Zone.LINK


def test_a_removed_record_leaves_nothing_behind(index):
    index.write(lambda c: store.put(c, [entry("gr_1")]))
    index.write(lambda c: store.remove(c, ["gr_1"]))
    left = index.read(lambda c: [c.exec_driver_sql(f"select count(*) from {table}").scalar()
                                 for table in ("match_form", "blocking_key")])  # fmt: skip
    assert left == [0, 0]


def test_statistics_survive_being_stored(index):
    model = shipped_model("person")
    statistics = count(model, [form_of("person", words) for words in people(200, 3)])
    index.write(lambda c: store.save_statistics(c, "person", statistics))
    assert index.read(lambda c: store.statistics_of(c, "person")) == statistics
    assert index.read(lambda c: store.statistics_of(c, "product")) == Statistics()


def test_online_bulk_and_explain_give_the_same_weight(index):
    rng = Random(2)
    known = list(people(300, 3))
    forms = [form_of("person", words) for words in known]
    forms += [form_of("person", respelt(words, rng)) for words in known]
    batch = match_batch(shipped_model("person"), forms)
    scorer = Scorer(batch.model, batch.statistics)
    index.write(
        lambda c: store.put(c, [Entry(f"gr_{n}", "person", f) for n, f in enumerate(forms[:300])])
    )
    weights = {(e.first, e.second): e.weight for e in batch.edges}
    compared = 0
    for place in range(300, 600):
        found = index.read(lambda c, place=place: find_form(c, scorer, forms[place]))
        for match in found.matches:
            first = int(match.golden_id.removeprefix("gr_"))
            explained = scorer.explain(forms[first], forms[place])
            assert abs(match.weight - explained.weight) < 1e-9
            assert match.zone is explained.zone
            if (first, place) in weights:
                assert abs(weights[first, place] - match.weight) < 1e-9
                compared += 1
    assert compared > 250
