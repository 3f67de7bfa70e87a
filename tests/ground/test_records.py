"""The use cases of a collection, on both databases."""

import pytest

from ground.columns import metadata
from ground.records.elements import Elements, Part
from ground.records.errors import Duplicate, Gone, InUse, Kept, NotFound, Refused, Stale
from ground.records.fields import Link, Text
from ground.records.model import Field, Intent, ManagedField, RecordKind, Series, Write
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
    search=("code",),
    tree="above",
)
BOOKS = RecordKind(
    name="books",
    prefix="bo",
    title="Book",
    fields=(
        Field("number", Text(20), given=True, unique=True, column=True),
        Field("name", Text(40), required=True, column=True),
        Field("shelf_id", Link("shelves", "sh"), column=True),
        Field("marks", Elements((Part("text", Text(20), required=True),))),
    ),
    search=("name", "marks"),
    series=Series("number", "B{:03d}"),
)


class _Author:
    def __init__(self, identity):
        self.id = identity


ANNA, HUB = _Author("us_anna"), _Author("ak_hub")


@pytest.fixture
def http():
    """Records call nobody."""


@pytest.fixture
def announced():
    return []


@pytest.fixture
def registry(env, database, announced):
    tables = metadata()
    kinds = {kind.name: kind for kind in (SHELVES, BOOKS)}
    defined = record_tables(tables, kinds.values())
    database.create_all(tables)

    def announce(connection, collection, records):
        announced.extend((collection, record.id, record.version) for record in records)

    return Registry(env, kinds, defined, announce)


@pytest.fixture
def books(registry):
    return registry.collection("books")


@pytest.fixture
def shelves(registry):
    return registry.collection("shelves")


def test_created_record_reads_back_with_its_number(books, announced):
    made = books.create({"name": " Emma ", "external_ref": "x-1"}, ANNA)
    assert books.get(made.id) == made
    assert (made.version, made.values["name"], made.values["number"]) == (1, "Emma", "B001")
    assert (made.external_ref, made.updated_by) == ("x-1", "us_anna")
    assert announced == [("books", made.id, 1)]


def test_numbers_are_never_given_twice(books):
    made = [books.create({"name": f"Book {n}"}, ANNA).values["number"] for n in range(3)]
    more = books.bulk([Write(Intent.UPSERT, {"name": f"Bulk {n}"}) for n in range(3)], ANNA)
    made += [each.record.values["number"] for each in more]
    assert made == ["B001", "B002", "B003", "B004", "B005", "B006"]


def test_equal_content_changes_nothing_and_tells_nobody(books, announced):
    made = books.create({"name": "Emma", "marks": [{"text": "good"}]}, ANNA)
    announced.clear()
    again = books.update(made.id, {"name": "Emma ", "marks": [{"text": "good"}]}, HUB)
    assert not again.changed
    assert again.record == made
    assert announced == []


def test_update_replaces_only_the_given_fields(books, announced):
    made = books.create({"name": "Emma", "marks": [{"text": "good"}]}, ANNA)
    after = books.update(made.id, {"name": "Persuasion"}, HUB).record
    assert (after.version, after.values["name"]) == (2, "Persuasion")
    assert after.values["marks"] == made.values["marks"]
    assert after.updated_by == "ak_hub"
    assert announced[-1] == ("books", made.id, 2)


def test_updated_at_never_steps_back(books, clock):
    made = books.create({"name": "Emma"}, ANNA)
    clock.advance(-60)
    assert books.update(made.id, {"name": "Emma 2"}, ANNA).record.updated_at == made.updated_at


def test_expected_version_is_honoured(books):
    made = books.create({"name": "Emma"}, ANNA)
    books.update(made.id, {"name": "Emma 2"}, ANNA, expected=1)
    with pytest.raises(Stale):
        books.update(made.id, {"name": "Emma 3"}, ANNA, expected=1)
    with pytest.raises(Stale):
        books.delete(made.id, ANNA, expected=1)


def test_deleted_record_leaves_a_tombstone_without_values(books, announced):
    made = books.create({"name": "Emma", "external_ref": "x-1"}, ANNA)
    books.delete(made.id, ANNA)
    (stone,) = books.read([made.id])
    assert (stone.version, stone.values, stone.external_ref) == (2, {}, "x-1")
    assert set(stone.document()) == {"id", "version", "deleted_at"}
    assert announced[-1] == ("books", made.id, 2)
    for use in (
        lambda: books.get(made.id),
        lambda: books.update(made.id, {"name": "a"}, ANNA),
        lambda: books.delete(made.id, ANNA),
    ):
        with pytest.raises(Gone):
            use()


def test_unknown_record_is_not_found(books):
    for identity in ("bo_" + "0" * 32, "no id", "sh_1"):
        with pytest.raises(NotFound):
            books.get(identity)
        with pytest.raises(NotFound):
            books.update(identity, {"name": "a"}, ANNA)


def test_unique_value_names_its_holder_and_is_free_again_after_delete(shelves):
    first = shelves.create({"code": "A"}, ANNA)
    with pytest.raises(Duplicate) as refused:
        shelves.create({"code": "A"}, ANNA)
    assert refused.value.holder == first.id
    shelves.delete(first.id, ANNA)
    shelves.create({"code": "A"}, ANNA)


def test_external_ref_stays_taken_after_delete(books):
    made = books.create({"name": "Emma", "external_ref": "x-1"}, ANNA)
    books.delete(made.id, ANNA)
    with pytest.raises(Duplicate):
        books.create({"name": "Emma", "external_ref": "x-1"}, ANNA)
    (outcome,) = books.bulk([Write(Intent.UPSERT, {"name": "E", "external_ref": "x-1"})], HUB)
    assert isinstance(outcome, Gone)


def test_bulk_finds_by_external_ref_and_keeps_going_past_bad_items(books, announced):
    kept = books.create({"name": "Emma", "external_ref": "x-1"}, ANNA)
    announced.clear()
    outcomes = books.bulk(
        [
            Write(Intent.UPSERT, {"name": "Emma II", "external_ref": "x-1"}),
            Write(Intent.UPSERT, {"external_ref": "x-2"}),
            Write(Intent.UPSERT, {"name": "Sanditon", "external_ref": "x-3"}),
            Write(Intent.UPDATE, {"name": "?"}, id="bo_" + "0" * 32),
            Write(Intent.UPDATE, {"name": "Emma III"}, id=kept.id, expected=1),
            Write(Intent.UPSERT, {"name": "Sanditon", "external_ref": "x-3"}),
        ],
        HUB,
    )
    assert outcomes[0].record.id == kept.id
    assert isinstance(outcomes[1], Refused)
    assert outcomes[2].created
    assert isinstance(outcomes[3], NotFound)
    assert isinstance(outcomes[4], Stale)
    assert not outcomes[5].changed
    assert outcomes[5].record == outcomes[2].record
    assert sorted(announced) == sorted([("books", kept.id, 2), ("books", outcomes[2].record.id, 1)])


def test_unique_value_can_move_on_within_one_batch(shelves):
    first = shelves.create({"code": "A"}, ANNA)
    outcomes = shelves.bulk(
        [
            Write(Intent.UPDATE, {"code": "B"}, id=first.id),
            Write(Intent.UPSERT, {"code": "A"}),
            Write(Intent.UPSERT, {"code": "B"}),
        ],
        ANNA,
    )
    assert outcomes[0].changed
    assert outcomes[1].created
    assert isinstance(outcomes[2], Duplicate)


def test_link_to_nothing_is_refused_and_a_used_record_stays(shelves, books):
    with pytest.raises(Refused):
        books.create({"name": "Emma", "shelf_id": "sh_" + "0" * 32}, ANNA)
    with pytest.raises(Refused):
        books.create({"name": "Emma", "shelf_id": "sh_019a0000000070008000000000000000"}, ANNA)
    shelf = shelves.create({"code": "A"}, ANNA)
    book = books.create({"name": "Emma", "shelf_id": shelf.id}, ANNA)
    with pytest.raises(InUse):
        shelves.delete(shelf.id, ANNA)
    books.update(book.id, {"shelf_id": None}, ANNA)
    shelves.delete(shelf.id, ANNA)
    with pytest.raises(Refused):
        books.update(book.id, {"shelf_id": shelf.id}, ANNA)


def test_tree_takes_no_circle_not_even_within_one_batch(shelves):
    top = shelves.create({"code": "top"}, ANNA)
    low = shelves.create({"code": "low", "above": top.id}, ANNA)
    with pytest.raises(Refused):
        shelves.update(top.id, {"above": low.id}, ANNA)
    with pytest.raises(Refused):
        shelves.update(top.id, {"above": top.id}, ANNA)
    one, two = (shelves.create({"code": code}, ANNA).id for code in "12")
    outcomes = shelves.bulk(
        [
            Write(Intent.UPDATE, {"above": two}, id=one),
            Write(Intent.UPDATE, {"above": one}, id=two),
        ],
        ANNA,
    )
    assert outcomes[0].changed
    assert isinstance(outcomes[1], Refused)


def test_managed_field_is_written_only_by_who_set_it(books):
    made = books.create({"name": "Emma"}, ANNA)
    books.keep([ManagedField("name", "Library", "The library names books.", "ak_hub")])
    with pytest.raises(Kept) as refused:
        books.update(made.id, {"name": "Emma II"}, ANNA)
    assert refused.value.extra == {
        "field": "name",
        "kept_by": "Library",
        "text": "The library names books.",
    }
    assert not books.update(made.id, {"name": "Emma"}, ANNA).changed
    assert books.update(made.id, {"name": "Emma II"}, HUB).changed
    assert books.update(made.id, {"marks": [{"text": "a"}]}, ANNA).changed
    with pytest.raises(Refused):
        books.keep([ManagedField("nome", "Library", "", "ak_hub")])
    books.keep([])
    assert books.update(made.id, {"name": "Emma III"}, ANNA).changed


def test_refused_write_leaves_nothing_behind(books, announced):
    with pytest.raises(Refused) as refused:
        books.create({"name": "x" * 41, "marks": [{"text": ""}], "size": 3}, ANNA)
    fields = {problem.field for problem in refused.value.problems}
    assert fields == {"name", "marks[0].text", "size"}
    assert announced == []


def test_values_in_use_and_counts_leave_deleted_records_out(books, shelves):
    top = shelves.create({"code": "A"}, ANNA)
    low = shelves.create({"code": "B", "above": top.id}, ANNA)
    for name in ("Emma", "Persuasion", "Emma"):
        books.create({"name": name, "shelf_id": low.id}, ANNA)
    gone = books.create({"name": "Sanditon", "shelf_id": low.id}, ANNA)
    books.delete(gone.id, ANNA)
    assert books.used("name") == ["Emma", "Persuasion"]
    assert books.used("name", most=1) == ["Emma"]
    assert shelves.used("above") == [top.id]
    assert books.count() == 3
    assert books.count([("filter[name]", "Emma")]) == 2
    assert books.count([("q", "sand")]) == 0
