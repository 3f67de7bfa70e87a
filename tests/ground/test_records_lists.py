"""Lists of records, on both databases."""

from typing import Any

import pytest

from ground.columns import metadata
from ground.listing import ListingRefused
from ground.records.fields import Flag, Text
from ground.records.model import Field, Intent, RecordKind, Write
from ground.records.service import Registry
from ground.records.tables import record_tables

BOOKS = RecordKind(
    name="books",
    prefix="bo",
    title="Book",
    fields=(
        Field("name", Text(40), required=True, column=True),
        Field("genre", Text(40), column=True),
        Field("lent", Flag(), column=True),
        Field("blurb", Text(100)),
    ),
    search=("name", "blurb"),
)


class _Author:
    id = "us_anna"


@pytest.fixture
def http():
    """Records call nobody."""


@pytest.fixture
def books(env, database):
    tables = metadata()
    defined = record_tables(tables, [BOOKS])
    database.create_all(tables)
    return Registry(env, {"books": BOOKS}, defined, lambda *_: None).collection("books")


def names(page):
    return [each.values.get("name") for each in page.items]


def everything(books, *words):
    """Follow the cursors to the end."""
    found: list[Any] = []
    after: list[tuple[str, str]] = []
    while True:
        page = books.find([*words, ("limit", "2"), *after])
        assert len(page.items) <= 2
        found += names(page)
        if page.next is None:
            return found
        after = [("after", page.next)]


def shelve(books, *rows):
    writes = [Write(Intent.CREATE, row) for row in rows]
    return [each.record for each in books.bulk(writes, _Author)]


def test_pages_hide_and_repeat_nothing(books):
    shelve(books, *({"name": f"n{n}", "genre": "ab"[n % 2] if n % 3 else None} for n in range(9)))
    assert sorted(everything(books)) == [f"n{n}" for n in range(9)]
    for sort in ("genre", "-genre", "genre,-name", "-updated_at", "lent,name"):
        assert sorted(everything(books, ("sort", sort))) == [f"n{n}" for n in range(9)]


def test_filter_search_and_sort(books):
    shelve(
        books,
        {"name": "Emma", "genre": "novel", "lent": True},
        {"name": "Ulysses", "genre": "novel"},
        {"name": "Duden", "genre": "dictionary", "blurb": "Straße und Platz"},
    )
    assert names(books.find([("filter[genre]", "novel"), ("sort", "-name")])) == ["Ulysses", "Emma"]
    assert names(books.find([("filter[lent]", "true")])) == ["Emma"]
    assert names(books.find([("filter[name][like]", "uly")])) == ["Ulysses"]
    assert names(books.find([("q", "STRASSE")])) == ["Duden"]
    assert names(books.find([("q", "straße")])) == ["Duden"]
    assert names(books.find([("q", "%")])) == []


def test_updated_since_is_inclusive_and_in_order_of_change(books, clock):
    first, second, third = shelve(books, *({"name": name} for name in ("a", "b", "c")))
    clock.advance(10)
    books.update(first.id, {"name": "a2"}, _Author)
    clock.advance(10)
    books.delete(second.id, _Author)
    since = [("updated_since", "2026-01-05T12:00:10Z")]
    assert names(books.find(since)) == ["a2"]
    with_deleted = [*since, ("include_deleted", "true")]
    assert [each.id for each in books.find(with_deleted).items] == [first.id, second.id]
    start = [("updated_since", "2026-01-05T13:00:00+01:00"), ("include_deleted", "true")]
    assert everything(books, *start) == ["c", "a2", None]
    assert third.id == books.find(start).items[0].id


def test_records_are_read_by_ids(books):
    first, second, third = shelve(books, *({"name": name} for name in ("a", "b", "c")))
    books.delete(third.id, _Author)
    ids = f"{second.id},bo_unknown,{first.id},{third.id}"
    assert sorted(names(books.find([("ids", ids)]))) == ["a", "b"]
    assert len(books.find([("ids", ids), ("include_deleted", "true")]).items) == 3
    assert books.find([("ids", "")]).items == ()


@pytest.mark.parametrize(
    "word",
    [
        ("colour", "red"),
        ("filter[blurb]", "x"),
        ("filter[name][near]", "x"),
        ("sort", "blurb"),
        ("limit", "0"),
        ("limit", "501"),
        ("after", "nonsense"),
        ("updated_since", "yesterday"),
        ("updated_since", "2026-01-05T12:00:00"),
        ("include_deleted", "maybe"),
        ("ids", ",".join(f"bo_{n}" for n in range(501))),
    ],
)
def test_word_that_is_not_understood_is_refused(books, word):
    with pytest.raises(ListingRefused):
        books.find([word])
