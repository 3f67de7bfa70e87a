"""The contract tests: what every connector and every system behind one must keep.

Subclass `ConnectorContract` with a fixture `harness` and nothing else; a capability that a system
does not declare skips its tests. No test may be overridden: `overridden` finds out.
"""

# ruff: noqa: D400 - the docstrings are questions
from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.contract import (
    Absent,
    ChangeKind,
    Delete,
    Deletes,
    GoneRecord,
    Json,
    Refused,
    SourceState,
    StaleRecord,
    Write,
    Written,
)
from connectors.kit.harness import Harness, follow, need, newest, read_one, write_now
from connectors.kit.suite_notices import NoticeContract

__all__ = ["ConnectorContract", "overridden"]

_TIME_ENOUGH = timedelta(minutes=1)


class ConnectorContract(NoticeContract):
    """The standard tests; each docstring says what to check when it is red."""

    def test_check_says_who_answers(self, harness: Harness) -> None:
        """Red: is `check.path` right, is it open to this key, is `check.time` an instant?"""
        health = harness.connector.check()
        assert health.skew is None or abs(health.skew) < 60  # noqa: PLR2004

    def test_a_create_sent_twice_makes_one_record(self, harness: Harness) -> None:
        """Red: does the system keep the client key, unique, and upsert by it?"""
        need(harness, client_key=True)
        write = Write("key-1", None, harness.values(1), None)
        (first,) = write_now(harness, write)
        (again,) = write_now(harness, write)
        assert isinstance(first, Written)
        assert isinstance(again, Written)
        assert first.external_id == again.external_id
        assert not again.changed
        assert len(harness.inspect()) == 1

    def test_a_created_record_can_be_read_by_its_client_key(self, harness: Harness) -> None:
        """Red: is `record.client_key` the field that the write fills?"""
        need(harness, client_key=True)
        (made,) = write_now(harness, Write("key-1", None, harness.values(1), None))
        assert isinstance(made, Written)
        state = harness.connector.read(harness.object_type, [made.external_id])[made.external_id]
        assert isinstance(state, SourceState)
        assert state.client_key == "key-1"
        assert state.version == made.version
        assert made.record is None or made.record == state.record

    def test_an_update_from_a_stale_version_changes_nothing(self, harness: Harness) -> None:
        """Red: is the expected version sent (`bulk.item_version`, If-Match) and does 412 come?"""
        need(harness, guarded_write=True)
        own_id = harness.create(harness.values(1))
        before = read_one(harness, own_id)
        harness.edit(own_id, {harness.title: "A person was faster"})
        write = Write("key-1", own_id, {harness.title: "The hub was late"}, before.version)
        assert write_now(harness, write) == [StaleRecord()]
        assert read_one(harness, own_id).record[harness.title] == "A person was faster"

    def test_an_update_from_the_present_version_is_exclusive(self, harness: Harness) -> None:
        """Red: is the expected version compared as the system writes it?"""
        need(harness, guarded_write=True)
        own_id = harness.create(harness.values(1))
        version = read_one(harness, own_id).version
        (result,) = write_now(harness, Write("key-1", own_id, {harness.title: "New"}, version))
        assert isinstance(result, Written)
        assert result.exclusive
        assert result.changed
        assert result.version != version
        assert read_one(harness, own_id).record[harness.title] == "New"

    def test_equal_content_changes_nothing(self, harness: Harness) -> None:
        """Red: does the system compare before it writes, and say so (`bulk.changed`)?"""
        own_id = harness.create(harness.values(1))
        before = read_one(harness, own_id)
        same = {harness.title: before.record[harness.title]}
        (result,) = write_now(harness, Write("key-1", own_id, same, before.version))
        assert isinstance(result, Written)
        assert not result.changed
        assert read_one(harness, own_id).version == before.version

    def test_an_update_leaves_other_fields_alone(self, harness: Harness) -> None:
        """Red: is the update a PATCH of top-level fields, not a PUT of all?"""
        own_id = harness.create(harness.values(1))
        before = read_one(harness, own_id).record
        write_now(harness, Write("key-1", own_id, {harness.title: "New"}, None))
        after = read_one(harness, own_id).record
        others = harness.values(1).keys() - {harness.title}
        assert others
        assert {name: after[name] for name in others} == {name: before[name] for name in others}

    def test_one_bad_record_of_a_batch_stops_no_other(self, harness: Harness) -> None:
        """Red: is the batch read item by item (`bulk.results`), each in its own savepoint?"""
        if harness.connector.capabilities.bulk_write < 3:  # noqa: PLR2004
            pytest.skip("no bulk write")
        results = write_now(
            harness,
            Write("key-1", None, harness.values(1), None),
            Write("key-2", None, harness.bad_values(), None),
            Write("key-3", None, harness.values(3), None),
        )
        assert [type(result) for result in results] == [Written, Refused, Written]
        assert len(harness.inspect()) == 2  # noqa: PLR2004

    def test_a_refusal_names_its_field(self, harness: Harness) -> None:
        """Red: do `problem.fields`, `problem.field` point into the system's problem document?"""
        (result,) = write_now(harness, Write("key-1", None, harness.bad_values(), None))
        assert isinstance(result, Refused)
        assert result.reason
        assert result.fields.keys() & harness.bad_values().keys()

    def test_a_write_to_a_deleted_record_says_gone(self, harness: Harness) -> None:
        """Red: does the system answer 404 or 410 for a deleted record, and no new record?"""
        own_id = harness.create(harness.values(1))
        harness.remove(own_id)
        write = Write("key-1", own_id, {harness.title: "New"}, None)
        assert write_now(harness, write) == [GoneRecord()]

    def test_a_write_begun_too_late_is_not_sent(self, harness: Harness) -> None:
        """Red: is `not_after` handed to the door with every writing request?"""
        write = Write("key-1", None, harness.values(1), None)
        (result,) = write_now(harness, write, within=-1.0)
        assert not isinstance(result, Written)
        assert harness.inspect() == []

    def test_a_delete_leaves_the_record_absent(self, harness: Harness) -> None:
        """Red: does `delete` name the record's address, does reading by ids leave it out?"""
        need(harness, can_delete=True)
        own_id = harness.create(harness.values(1))
        deletes = [Delete(own_id, read_one(harness, own_id).version)]
        not_after = harness.clock.now() + _TIME_ENOUGH
        first = harness.connector.delete(harness.object_type, deletes, not_after)
        assert first == [GoneRecord()]
        assert harness.connector.read(harness.object_type, [own_id]) == {own_id: Absent()}
        again = [Delete(own_id, None)]
        assert harness.connector.delete(harness.object_type, again, not_after) == [GoneRecord()]

    def test_a_delete_from_a_stale_version_deletes_nothing(self, harness: Harness) -> None:
        """Red: does `delete.headers` send If-Match?"""
        need(harness, can_delete=True, guarded_write=True)
        own_id = harness.create(harness.values(1))
        version = read_one(harness, own_id).version
        harness.edit(own_id, {harness.title: "Still wanted"})
        not_after = harness.clock.now() + _TIME_ENOUGH
        deletes = [Delete(own_id, version)]
        result = harness.connector.delete(harness.object_type, deletes, not_after)
        assert result == [StaleRecord()]

    def test_an_unknown_id_reads_as_absent(self, harness: Harness) -> None:
        """Red: does an unknown id break the list of ids, or come back as another record?"""
        own_id = harness.create(harness.values(1))
        unknown = own_id[:-1] + ("0" if own_id[-1] != "0" else "1")
        found = harness.connector.read(harness.object_type, [unknown, own_id])
        assert found[unknown] == Absent()
        assert isinstance(found[own_id], SourceState)

    def test_the_feed_shows_a_create_an_update_and_a_delete(self, harness: Harness) -> None:
        """Red: check `changes.since`, its format, and that tombstones are asked for."""
        own_id = harness.create(harness.values(1))
        seen, cursor = newest(harness, None)
        assert seen[own_id].kind is ChangeKind.CHANGED
        harness.edit(own_id, {harness.title: "Edited"})
        seen, cursor = newest(harness, cursor)
        record = seen[own_id].record
        assert record is None or record[harness.title] == "Edited"
        harness.remove(own_id)
        seen, _ = newest(harness, cursor)
        if harness.connector.capabilities.deletes is Deletes.TOMBSTONES:
            assert seen[own_id].kind is ChangeKind.DELETED

    def test_the_feed_loses_no_row_at_a_page_border(self, harness: Harness) -> None:
        """Red: is the feed ordered by (stamp, id) and paged by keyset, not by offset?"""
        size = min(harness.connector.capabilities.bulk_write, 7)
        writes = [Write(f"key-{n}", None, harness.values(n), None) for n in range(size)]
        made = {one.external_id for one in write_now(harness, *writes) if isinstance(one, Written)}
        assert len(made) == size
        changes, _ = follow(harness.connector, harness.object_type, None, limit=2)
        assert {one.external_id for one in changes} == made

    def test_the_feed_shows_a_row_of_a_stamp_already_read(self, harness: Harness) -> None:
        """Red: does a finished reading go back by `changes.overlap`, inclusive?"""
        harness.create(harness.values(1))
        _, cursor = newest(harness, None)
        late = harness.create(harness.values(2))
        seen, _ = newest(harness, cursor)
        assert late in seen

    def test_an_empty_feed_ends(self, harness: Harness) -> None:
        """Red: does the feed say `more` without a next page?"""
        page = harness.connector.changes(harness.object_type, None, 10)
        assert page.changes == []
        assert not page.more

    def test_records_carry_no_float(self, harness: Harness) -> None:
        """Red: is the answer read by strict JSON with decimals as strings?"""
        own_id = harness.create(harness.values(1))
        seen, _ = newest(harness, None)
        documents: list[Json] = [read_one(harness, own_id).record, seen[own_id].record]
        assert not [one for one in _leaves(documents) if isinstance(one, float)]


def overridden(suite: type[ConnectorContract]) -> list[str]:
    """Return the standard tests that a subclass replaced."""
    standard = [name for name in dir(ConnectorContract) if name.startswith("test_")]
    return [
        name for name in standard if getattr(suite, name) is not getattr(ConnectorContract, name)
    ]


def _leaves(document: object) -> Iterator[object]:
    if isinstance(document, dict):
        document = list(document.values())
    if not isinstance(document, list):
        yield document
        return
    for one in document:
        yield from _leaves(one)
