"""What the twin does beyond the contract: faults, late writes, notices, element ids."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import (
    Delete,
    Deletes,
    GoneRecord,
    OutcomeUnknown,
    Refused,
    StaleRecord,
    TryLater,
    Write,
    Written,
)
from connectors.errors import BatchRefused, CursorLost, NotAuthorised, NotSupported, RetryLater
from connectors.kit import faults
from connectors.kit.memory import EditRefused, MemorySystem
from connectors.kit.memory_connector import MemoryConnector
from connectors.kit.notices import take_notice

CREATE = Write("cr_1", None, {"name": "A"}, None)


@pytest.fixture
def system(clock):
    return MemorySystem(
        ("customers",),
        clock,
        fills={"customers": lambda number: {"number": f"C{number:05}"}},
        normal_form=lambda _type, values: {
            name: value.strip() if isinstance(value, str) else value
            for name, value in values.items()
        },
    )


@pytest.fixture
def connector(system):
    return MemoryConnector(system)


@pytest.fixture
def write(connector, clock):
    def call(*writes):
        return connector.write("customers", writes, clock.now() + timedelta(minutes=1))

    return call


def test_a_lost_answer_leaves_the_record_written(system, write):
    system.faults.add(faults.AnswerLost())
    assert [type(one) for one in write(CREATE)] == [OutcomeUnknown]
    assert system.by_client_key("customers", "cr_1").values["name"] == "A"
    (result,) = write(CREATE)
    assert isinstance(result, Written)
    assert not result.exclusive


def test_a_late_commit_lands_when_its_time_has_come(system, write, clock):
    system.faults.add(faults.LateCommit(8.0))
    assert [type(one) for one in write(CREATE)] == [OutcomeUnknown]
    assert system.living("customers") == []
    clock.advance(9)
    assert len(system.living("customers")) == 1


def test_a_late_commit_does_not_overwrite_a_newer_version(system, write, clock):
    row = system.create("customers", {"name": "A"})
    system.faults.add(faults.LateCommit(8.0))
    write(Write("cr_1", row.id, {"name": "Late"}, "1"))
    system.edit("customers", row.id, {"name": "B"})
    clock.advance(9)
    assert system.row("customers", row.id).values["name"] == "B"


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (faults.NotSent(), TryLater(None, "not sent")),
        (faults.RefuseRecord("no", {"name": "why"}), Refused("no", {"name": "why"})),
        (faults.MakeStale(), StaleRecord()),
    ],
)
def test_a_fault_of_a_record_writes_nothing_and_is_played_once(system, write, fault, result):
    system.faults.add(fault)
    assert write(CREATE) == [result]
    assert system.living("customers") == []
    assert [type(one) for one in write(CREATE)] == [Written]


def test_a_fault_may_be_for_one_record_only(system, write):
    system.faults.add(faults.MakeStale(), times=None, matching=lambda name: name == "cr_2")
    second = Write("cr_2", None, {"name": "B"}, None)
    for _ in range(2):
        assert [type(one) for one in write(CREATE, second)] == [Written, StaleRecord]
    system.faults.clear()
    assert [type(one) for one in write(second)] == [Written]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.Down(), RetryLater),
        (faults.Throttle(4.0), RetryLater),
        (faults.Unauthorised(), NotAuthorised),
        (faults.RefuseBatch(1), BatchRefused),
    ],
)
def test_a_fault_of_the_request_writes_nothing(system, write, fault, error):
    system.faults.add(fault, operation=faults.Operation.WRITE)
    with pytest.raises(error):
        write(CREATE, Write("cr_2", None, {"name": "B"}, None))
    assert system.living("customers") == []


def test_a_small_enough_batch_is_not_refused(system, write):
    system.faults.add(faults.RefuseBatch(1), times=None)
    assert [type(one) for one in write(CREATE)] == [Written]


def test_a_fault_waits_for_its_operation(system, connector, write):
    system.faults.add(faults.Down(), operation=faults.Operation.READ)
    assert [type(one) for one in write(CREATE)] == [Written]
    with pytest.raises(RetryLater):
        connector.read("customers", ["x"])


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (faults.NotSent(), TryLater(None, "not sent")),
        (faults.RefuseRecord("no"), Refused("no", {})),
        (faults.MakeStale(), StaleRecord()),
        (faults.AnswerLost(), OutcomeUnknown("no answer")),
    ],
)
def test_deletes_fail_too(system, connector, fault, result):
    row = system.create("customers", {"name": "A"})
    system.faults.add(fault)
    deletes = [Delete(row.id, "1")]
    assert connector.delete("customers", deletes, system.clock.now()) == [result]
    landed = isinstance(result, OutcomeUnknown)
    assert len(system.living("customers")) == (0 if landed else 1)


def test_a_delete_begun_too_late_deletes_nothing(system, connector, clock):
    row = system.create("customers", {"name": "A"})
    too_late = clock.now() - timedelta(seconds=1)
    (result,) = connector.delete("customers", [Delete(row.id, "1")], too_late)
    assert isinstance(result, TryLater)


def test_the_system_fills_in_and_normalises(system):
    row = system.create("customers", {"name": " A "})
    assert row.values == {"number": "C00001", "name": "A"}
    assert system.edit("customers", row.id, {"name": "A  "}) == row


def test_list_elements_keep_their_ids(system):
    row = system.create("customers", {"addresses": [{"city": "A"}, {"city": "B"}]})
    a, b = row.values["addresses"]
    changed = system.edit("customers", row.id, {"addresses": [{"id": b["id"], "city": "C"}]})
    assert changed.values["addresses"] == [{"id": b["id"], "city": "C"}]
    again = system.edit("customers", row.id, {"addresses": [{"city": "C"}, {"city": "A"}]})
    kept, new = again.values["addresses"]
    assert kept == {"id": b["id"], "city": "C"}
    assert new["id"] not in {a["id"], b["id"]}


def test_a_deleted_record_is_not_edited(system):
    row = system.create("customers", {"name": "A"})
    system.remove("customers", row.id)
    with pytest.raises(EditRefused):
        system.edit("customers", row.id, {"name": "B"})


def test_a_forgotten_record_leaves_no_tombstone(system, connector):
    row = system.create("customers", {"name": "A"})
    system.forget("customers", row.id)
    assert connector.changes("customers", None, 10).changes == []
    delete = [Delete(row.id, None)]
    assert connector.delete("customers", delete, system.clock.now()) == [GoneRecord()]


def test_a_notice_tells_what_was_not_told(system, connector, clock):
    secret = connector.subscribe("http://127.0.0.1/n")
    assert connector.subscribe("http://127.0.0.1/n") == secret
    row = system.create("customers", {"name": "A"})
    system.create("customers", {"name": "B"})
    first = take_notice(system, "http://127.0.0.1/n", most=1)
    assert first is not None
    assert connector.verify(first.headers, first.body, [secret], clock.now())
    (change,) = connector.parse_notice(json.loads(first.body))
    assert (change.external_id, change.record) == (row.id, row.record())
    assert take_notice(system, "http://127.0.0.1/n") is not None
    assert take_notice(system, "http://127.0.0.1/n") is None


def test_the_feed_of_a_system_without_tombstones_hides_deletes(system, clock):
    whole = MemoryConnector(system).capabilities
    poor = MemoryConnector(
        system,
        replace(whole, deletes=Deletes.NONE, can_delete=False, managed_fields=False, notices=False),
    )
    row = system.create("customers", {"name": "A"})
    system.remove("customers", row.id)
    assert poor.changes("customers", None, 10).changes == []
    with pytest.raises(NotSupported):
        poor.delete("customers", [Delete(row.id, None)], clock.now())
    with pytest.raises(NotSupported):
        poor.keep_fields("customers", [])
    with pytest.raises(NotSupported):
        poor.subscribe("http://127.0.0.1/n")


@pytest.mark.parametrize("cursor", ["", "{}", "7", '["x", "", null]'])
def test_a_strange_cursor_is_lost(connector, cursor):
    with pytest.raises(CursorLost):
        connector.changes("customers", cursor, 10)


def test_the_twin_keeps_no_schema_of_its_own(connector):
    assert connector.discover() == {"customers": {"type": "object"}}
