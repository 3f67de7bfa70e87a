"""The grammar of lists over a plain table, on both databases."""

import base64
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Boolean, Column, Integer, String, Table, select

from ground.columns import Instant, metadata
from ground.listing import FieldType, Grammar, ListField, ListingRefused, capped_count

METADATA = metadata()
BOATS = Table(
    "boats",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("name", String(80)),
    Column("berth", Integer),
    Column("afloat", Boolean),
    Column("built", Instant, nullable=False),
)
GRAMMAR = Grammar(
    fields={
        "name": ListField(BOATS.c.name),
        "berth": ListField(BOATS.c.berth, FieldType.INTEGER),
        "afloat": ListField(BOATS.c.afloat, FieldType.BOOLEAN),
        "built": ListField(BOATS.c.built, FieldType.INSTANT),
        "id": ListField(BOATS.c.id, sortable=False),
    },
    id=BOATS.c.id,
    search=(BOATS.c.name,),
    other=frozenset({"view"}),
)
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def some_boats():
    """Boats in no order, many of them equal in what they are sorted by."""
    rng = random.Random(5)
    rows = [
        {
            "id": f"bo_{n:03}",
            "name": rng.choice([None, "Ada", "ada", "Berta", "Çelik", "100% Öl_"]),
            "berth": rng.choice([None, -1, 0, 7]),
            "afloat": rng.choice([None, True, False]),
            "built": DAY + timedelta(days=rng.randrange(5)),
        }
        for n in range(60)
    ]
    rng.shuffle(rows)
    return rows


ROWS = {row["id"]: row for row in some_boats()}


@pytest.fixture
def boats(database):
    """boats(*words) -> the ids of one page and its cursor."""
    database.create_all(METADATA)
    database.write(lambda connection: connection.execute(BOATS.insert(), [*ROWS.values()]))

    def find(*words):
        wanted = GRAMMAR.read(words)
        found = database.read(
            lambda connection: connection.execute(wanted.apply(select(BOATS))).all()
        )
        page, following = wanted.page(found, getattr)
        return [row.id for row in page], following

    return find


def forged(*members):
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "sort",
    [
        "name",
        "-name",
        "berth",
        "-berth,name",
        "afloat,-berth",
        "built",
        "-built",
        "-built,berth",
        "",
    ],
)
def test_pages_show_every_row_once_in_one_order_whatever_is_equal_or_blank(boats, sort):
    (whole, following), seen, after = boats(("sort", sort), ("limit", "500")), [], None
    assert following is None
    while True:
        words = [("sort", sort), ("limit", "7")] + ([("after", after)] if after else [])
        page, after = boats(*words)
        seen += page
        if after is None:
            break
    assert seen == whole
    assert sorted(seen) == sorted(ROWS)


@pytest.mark.parametrize("sort", ["name", "-name", "berth", "-berth", "afloat", "-afloat"])
def test_blanks_are_last_in_both_directions(boats, sort):
    page, _ = boats(("sort", sort), ("limit", "500"))
    blank = [ROWS[each][sort.removeprefix("-")] is None for each in page]
    assert blank == sorted(blank)


@pytest.mark.parametrize(
    ("word", "value", "fits"),
    [
        ("filter[name]", "Ada", lambda b: b["name"] == "Ada"),
        ("filter[name][ne]", "Ada", lambda b: b["name"] != "Ada"),
        ("filter[name][like]", "ADA", lambda b: b["name"] in {"Ada", "ada"}),
        ("filter[name][like]", "Ç", lambda b: b["name"] == "Çelik"),
        ("filter[name][like]", "0% Öl_", lambda b: b["name"] == "100% Öl_"),
        ("filter[name][like]", "%", lambda b: b["name"] == "100% Öl_"),
        ("filter[name][like]", "a_a", lambda b: False),
        ("filter[name][in]", "Ada,Berta", lambda b: b["name"] in {"Ada", "Berta"}),
        ("filter[name][blank]", "true", lambda b: b["name"] is None),
        ("filter[berth][gte]", "0", lambda b: b["berth"] is not None and b["berth"] >= 0),
        ("filter[berth][lt]", "0", lambda b: b["berth"] == -1),
        ("filter[berth][in]", "7,-1", lambda b: b["berth"] in {7, -1}),
        ("filter[berth][blank]", "false", lambda b: b["berth"] is not None),
        ("filter[afloat]", "true", lambda b: b["afloat"] is True),
        ("filter[afloat][ne]", "true", lambda b: b["afloat"] is not True),
        ("filter[built][lte]", "2026-01-02T00:00:00Z", lambda b: b["built"] <= DAY + timedelta(1)),
        ("filter[built]", "2026-01-02T01:00:00+01:00", lambda b: b["built"] == DAY + timedelta(1)),
        ("filter[name]", "", lambda b: True),
        ("q", "berT", lambda b: b["name"] == "Berta"),
        ("view", "cards", lambda b: True),
    ],
)
def test_a_filter_finds_what_it_says(boats, word, value, fits):
    page, _ = boats((word, value), ("limit", "500"))
    assert sorted(page) == sorted(each for each, row in ROWS.items() if fits(row))


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("filter[colour]", "red"),
        ("filter[name][near]", "x"),
        ("filter[name", "x"),
        ("filter", "x"),
        ("filter[name]", "a\0b"),
        ("filter[name][like]", "a\0b"),
        ("q", "a\0b"),
        ("filter[berth]", "1.5"),
        ("filter[berth]", "9" * 30),
        ("filter[berth][like]", "1"),
        ("filter[afloat]", "yes"),
        ("filter[built]", "2026-01-02"),
        ("filter[built]", "2026-01-02T00:00:00"),
        ("filter[built]", "yesterday"),
        ("filter[name][blank]", "maybe"),
        ("filter[berth][in]", ",".join(["1"] * 501)),
        ("sort", "colour"),
        ("sort", "id"),
        ("limit", "0"),
        ("limit", "501"),
        ("limit", "-1"),
        ("limit", "0000000019999"),
        ("limit", "\u0661"),
        ("colour", "red"),
    ],
)
def test_a_word_that_is_not_understood_is_refused_by_name(word, value):
    with pytest.raises(ListingRefused) as caught:
        GRAMMAR.read([(word, value)])
    assert caught.value.status == 422
    assert caught.value.extra["errors"][0]["field"] == word


@pytest.mark.parametrize(
    ("sort", "after"),
    [
        ("name", "not a cursor"),
        ("name", "é"),
        ("name", forged()),
        ("name", forged("name")),
        ("name", forged("name", "Ada")),
        ("name", forged("name", "Ada", 7)),
        ("name", forged("name", 7, "bo_1")),
        ("name", forged("name", ["Ada"], "bo_1")),
        ("name", forged("name", "A\0", "bo_1")),
        ("name", forged("-name", "Ada", "bo_1")),
        ("berth", forged("name", "Ada", "bo_1")),
        ("berth", forged("berth", "7", "bo_1")),
        ("berth", forged("berth", True, "bo_1")),
        ("berth", forged("berth", 2**70, "bo_1")),
        ("afloat", forged("afloat", 1, "bo_1")),
        ("built", forged("built", 10**30, "bo_1")),
        ("built", forged("built", 1.5, "bo_1")),
        ("built", forged("built", "2026-01-01T00:00:00Z", "bo_1")),
        ("built", forged("built", False, "bo_1")),
    ],
)
def test_a_cursor_that_is_none_is_refused(sort, after):
    with pytest.raises(ListingRefused, match="after"):
        GRAMMAR.read([("sort", sort), ("after", after)])


def test_a_page_has_50_rows_unless_asked(boats):
    page, following = boats()
    assert len(page) == 50
    assert following is not None


def test_a_count_looks_no_further_than_asked(boats, database):
    wanted = GRAMMAR.read([])
    query = wanted.apply(select(BOATS))
    assert database.read(lambda connection: capped_count(connection, query, 10)) == 11
    every = select(BOATS.c.id)
    assert database.read(lambda connection: capped_count(connection, every)) == 60
