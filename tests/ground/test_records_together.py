"""Several at once on one database: nothing is lost, made twice or left hanging."""

import itertools
import threading
from typing import Any

import pytest

from ground.columns import metadata
from ground.env import system_ids
from ground.records import store
from ground.records.errors import InUse, RecordError, Refused
from ground.records.fields import Link, Text
from ground.records.model import Field, RecordKind, Series
from ground.records.service import Registry
from ground.records.tables import record_tables

SHELVES = RecordKind(
    name="shelves",
    prefix="sh",
    title="Shelf",
    fields=(
        Field("code", Text(20), required=True, unique=True, column=True),
        Field("above", Link("shelves", "sh"), column=True),
    ),
    search=(),
    tree="above",
)
BOOKS = RecordKind(
    name="books",
    prefix="bo",
    title="Book",
    fields=(
        Field("number", Text(20), given=True, unique=True, column=True),
        *(Field(f"note{n}", Text(20)) for n in range(6)),
        Field("shelf_id", Link("shelves", "sh"), column=True),
    ),
    search=(),
    series=Series("number", "B{:03d}"),
)


class _Author:
    id = "us_anna"


@pytest.fixture
def http():
    """Records call nobody."""


@pytest.fixture
def ids():
    """Threads need a lock around the source."""
    return system_ids()


@pytest.fixture
def registry(env, database):
    tables = metadata()
    kinds = {kind.name: kind for kind in (SHELVES, BOOKS)}
    defined = record_tables(tables, kinds.values())
    database.create_all(tables)
    return Registry(env, kinds, defined, lambda *_: None)


def together(*works):
    """Run all at once; return what each returned or raised, in order."""
    start = threading.Barrier(len(works))
    outcomes: list[Any] = [None] * len(works)

    def run(place, work):
        start.wait(10)
        try:
            outcomes[place] = work()
        except RecordError as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return outcomes


def test_edits_of_different_fields_are_all_kept(registry):
    books = registry.collection("books")
    made = books.create({}, _Author)

    def edits(n):
        return lambda: [
            books.update(made.id, {f"note{n}": f"{n}-{k}"}, _Author).record.version
            for k in range(4)
        ]

    versions = together(*(edits(n) for n in range(6)))
    after = books.get(made.id)
    assert [after.values[f"note{n}"] for n in range(6)] == [f"{n}-3" for n in range(6)]
    assert sorted(itertools.chain.from_iterable(versions)) == list(range(2, 26))
    assert after.version == 25


def test_numbers_are_unique_whoever_asks(registry):
    books = registry.collection("books")
    made = together(*(lambda: books.create({}, _Author).values["number"] for _ in range(8)))
    assert sorted(made) == [f"B{n:03d}" for n in range(1, 9)]


def test_two_moves_cannot_close_a_circle(registry):
    shelves = registry.collection("shelves")
    for turn in range(3):
        one, two = (shelves.create({"code": f"{name}{turn}"}, _Author).id for name in "ab")
        outcomes = together(
            lambda one=one, two=two: shelves.update(one, {"above": two}, _Author),
            lambda one=one, two=two: shelves.update(two, {"above": one}, _Author),
        )
        assert sum(isinstance(each, Refused) for each in outcomes) == 1


def test_three_moves_cannot_close_a_circle_either(registry):
    shelves = registry.collection("shelves")
    ids = [shelves.create({"code": name}, _Author).id for name in "abc"]

    def move(low, high):
        return lambda: shelves.update(low, {"above": high}, _Author)

    outcomes = together(*(move(ids[n], ids[(n + 1) % 3]) for n in range(3)))
    assert [isinstance(each, Refused) for each in outcomes].count(True) == 1
    parents = {each.id: each.values["above"] for each in shelves.read(ids)}
    assert sum(parent is None for parent in parents.values()) == 1


def test_a_move_reads_what_stands_above_and_nothing_else(registry):
    shelves = registry.collection("shelves")
    top, middle = (shelves.create({"code": name}, _Author).id for name in ("top", "middle"))
    shelves.update(middle, {"above": top}, _Author)
    low = shelves.create({"code": "low", "above": middle}, _Author).id
    shelves.create({"code": "beside", "above": top}, _Author)
    read = registry.env.db.read(lambda c: store.parents(c, shelves.table, "above", [low]))
    assert read == {low: middle, middle: top, top: None}


def test_no_link_leads_to_a_deleted_record(registry):
    books, shelves = registry.collection("books"), registry.collection("shelves")
    for turn in range(3):
        shelf = shelves.create({"code": str(turn)}, _Author).id
        made, gone = together(
            lambda shelf=shelf: books.create({"shelf_id": shelf}, _Author),
            lambda shelf=shelf: shelves.delete(shelf, _Author),
        )
        assert isinstance(made, Refused) != isinstance(gone, InUse)


def test_one_code_goes_to_one_record(registry):
    shelves = registry.collection("shelves")
    outcomes = together(*(lambda: shelves.create({"code": "A"}, _Author) for _ in range(6)))
    assert sum(not isinstance(each, RecordError) for each in outcomes) == 1
