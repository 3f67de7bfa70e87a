"""The index of made-up people that a search is measured in is one that the product would make."""

import pytest

from ground.database import open_database
from master_data.index import store
from master_data.index.counting import Tally
from master_data.index.tables import METADATA, blocking_key, match_form
from rectoverso.bench.matching.filling import _prepare, fill, golden_id
from rectoverso.bench.matching.online import search
from rectoverso.bench.matching.people import people

MANY = 300


@pytest.fixture
def filled(house_url):
    url, schema = house_url("bench")
    database = open_database(url, schema=schema)
    database.create_all(METADATA)
    fill(database, MANY)
    yield database
    database.close()


def test_respelt_people_are_found_and_strangers_are_not(filled):
    figures = search(filled, MANY, 100)
    assert figures["recall"] >= 0.95
    assert figures["precision"] >= 0.98
    assert 0 < figures["p50_ms"] <= figures["p95_ms"]


def test_what_is_appended_is_what_is_put(filled, tmp_path):
    single = open_database(f"sqlite:///{tmp_path}/single.db", schema="single")
    single.create_all(METADATA)
    rows, _, _ = _prepare((0, list(people(MANY, 1))))
    forms = {row[1]: row for row in rows}
    assert set(forms) == {golden_id(number) for number in range(MANY)}
    entries = filled.read(
        lambda c: [
            store.Entry(own_id, kind, form)
            for own_id, kind, form in store.forms_of(c, [row[0] for row in rows]).values()
        ]
    )
    single.write(lambda c: store.put(c, entries))
    tally = Tally()
    tally.begin()
    while single.read(tally.step):
        pass
    single.write(tally.save)

    def stored(database):
        def read(connection):
            keys = blocking_key.select().order_by(blocking_key.c.key, blocking_key.c.number)
            forms = match_form.select().order_by(match_form.c.number)
            counted = store.statistics_digests(connection)
            return [
                [tuple(row) for row in connection.execute(keys)],
                [tuple(row) for row in connection.execute(forms)],
                counted,
            ]

        return database.read(read)

    assert stored(filled) == stored(single)
    single.close()
