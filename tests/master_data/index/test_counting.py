"""Frequencies: when they are counted again, and that a count in stretches counts all."""

import pytest

from ground.database import open_database
from master_data.forms.records import form_of
from master_data.index import counting, store
from master_data.index.counting import FIRST, Tally, outdated
from master_data.index.tables import METADATA
from master_data.likeness.model import shipped_model
from master_data.likeness.statistics import count


@pytest.fixture
def index(house_url):
    url, schema = house_url("counting")
    opened = open_database(url, schema=schema)
    opened.create_all(METADATA)
    yield opened
    opened.close()


@pytest.fixture
def companies(index):
    """Store so many companies of one town, from a number on; return their forms."""

    def put(first, many):
        forms = [
            form_of("company", {"name": f"Ibarra {n}", "address.city": "Bilbao"})
            for n in range(first, first + many)
        ]
        entries = [store.Entry(f"gr_{first + n}", "company", f) for n, f in enumerate(forms)]
        index.write(lambda c: store.add(c, entries))
        return forms

    return put


@pytest.fixture
def counted(index):
    def run():
        tally, steps = Tally(), 1
        tally.begin()
        while index.read(tally.step):
            steps += 1
        index.write(tally.save)
        return steps

    return run


def test_a_count_is_due_at_the_first_records_and_at_each_doubling(index, companies, counted):
    companies(0, FIRST - 1)
    assert not index.read(outdated)
    companies(FIRST - 1, 1)
    assert index.read(outdated)
    counted()
    assert not index.read(outdated)
    companies(FIRST, FIRST - 1)
    assert not index.read(outdated)
    companies(2 * FIRST - 1, 1)
    assert index.read(outdated)


def test_many_are_estimated_from_a_sample(index, companies, counted, monkeypatch):
    monkeypatch.setattr(counting, "_SAMPLE", 64)
    companies(0, 500)
    counted()
    companies(500, 100)
    assert not index.read(outdated)
    companies(600, 1400)
    assert index.read(outdated)


def test_stretches_count_what_one_count_counts(index, companies, counted, monkeypatch):
    monkeypatch.setattr(counting, "_STRETCH", 7)
    forms = companies(0, 30)
    assert counted() == 5
    found = index.read(lambda c: store.statistics_of(c, "company"))
    assert found == count(shipped_model("company"), forms)
    assert found.values["city"] == {"bilbao": 30}


def test_a_long_count_forgets_what_is_rare(index, companies, counted, monkeypatch):
    monkeypatch.setattr(counting, "_STRETCH", 10)
    monkeypatch.setattr(counting, "_PRUNED_EVERY", 10)
    companies(0, 30)
    counted()
    found = index.read(lambda c: store.statistics_of(c, "company"))
    assert found.values["city"] == {"bilbao": 30}
    assert found.words["name"] == {"ibarra": 30}
