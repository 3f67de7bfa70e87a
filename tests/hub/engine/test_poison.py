"""What breaks the hub's own code parks its own record; its neighbours and other systems go on."""

import pytest
import structlog

from connectors.errors import BatchRefused
from connectors.kit.memory_connector import MemoryConnector
from hub.conflicts.rules import Choice
from hub.effects.service import deliver_due
from hub.polling import store as polls
from hub.polling.service import poll_due, schedule
from hub.sync import service as sync
from tests.hub.engine.test_faults import answer

POISON = "Poison Ltd"
GOOD = [f"Good {n}" for n in range(5)]


@pytest.fixture(autouse=True)
def quiet():
    """Lines with a traceback and all its values take seconds to be drawn."""
    before = structlog.get_config()
    structlog.configure(processors=[drop])
    yield
    structlog.configure(**before)


def drop(_logger, _method, _event):
    raise structlog.DropEvent


class Brittle:
    """A mapping whose code fails on one record, in the ways it is told to."""

    def __init__(self, mapping, *ways):
        self._mapping = mapping
        self._ways = ways

    def __getattr__(self, name):
        return getattr(self._mapping, name)

    def to_golden(self, record, *more):
        if "in" in self._ways and record.get("name") == POISON:
            raise ZeroDivisionError("in")
        return self._mapping.to_golden(record, *more)

    def to_system(self, view, *more):
        if "out" in self._ways and view.scalars.get("name") == POISON:
            raise ZeroDivisionError("out")
        return self._mapping.to_system(view, *more)


@pytest.fixture
def breaks(bed):
    """breaks(connection, *ways): from now on its mapping of customers fails on the poison."""

    def put(name, *ways):
        opened = bed.directory.known[name]
        kept = getattr(opened.mappings["customers"], "_mapping", opened.mappings["customers"])
        broken = Brittle(kept, *ways)
        bed.directory.known[name] = opened.with_mapping("customers", broken)

    bed.directory.refresh = lambda: None
    return put


@pytest.fixture
def mixed(bed, customer):
    """Five good customers in the CRM, and the poison in their middle."""
    names = [*GOOD[:2], POISON, *GOOD[2:]]
    return {name: bed.crm.create("customers", customer(name=name)) for name in names}


def names(bed, system="erp"):
    return sorted(each["name"] for each in bed.rows(system))


def rejected(bed):
    query = "select detail from event where outcome = 'rejected'"
    return bed.hub.db.read(lambda c: [row[0] for row in c.exec_driver_sql(query)])


def test_a_new_record_that_cannot_be_judged_is_rejected_alone(bed, breaks, mixed):
    breaks("crm", "in")
    bed.run()
    assert names(bed) == GOOD
    (why,) = rejected(bed)
    assert "cannot be judged: ZeroDivisionError: in" in why
    assert len(bed.goldens()) == len(GOOD)
    assert (bed.balance().is_even, bed.balance().undecided) == (True, 0)


def test_a_linked_record_that_cannot_be_judged_is_rejected_alone(bed, breaks, mixed):
    bed.run()
    breaks("crm", "in")
    for row in mixed.values():
        bed.crm.edit("customers", row.id, {"legal_name": "New"})
    bed.run()
    told = {each["name"]: each["legal_name"] for each in bed.rows("erp")}
    assert told == dict.fromkeys(GOOD, "New") | {POISON: None}
    assert len(rejected(bed)) == 1


def test_a_batch_that_fails_as_a_whole_is_decided_record_by_record(bed, mixed, monkeypatch):
    written = sync.write  # type: ignore[attr-defined]

    def write(hub, connection, board, verdict, at):
        if any(each.body.get("name") == POISON for each in board.goldens.values()):
            raise ZeroDivisionError("written")
        written(hub, connection, board, verdict, at)

    monkeypatch.setattr(sync, "write", write)
    bed.tell("crm")
    for _ in range(3):
        bed.turn()
    assert names(bed) == GOOD
    assert bed.balance().undecided == 1, "it waits, and the alert on the oldest change tells of it"
    monkeypatch.undo()
    bed.later(61)
    assert names(bed) == sorted([*GOOD, POISON])


def test_a_write_that_cannot_be_worked_out_waits_for_a_person_alone(bed, breaks, mixed):
    breaks("erp", "out")
    bed.run()
    assert names(bed) == GOOD
    assert bed.open_effects() == {}
    (conflict,) = bed.conflicts()
    assert conflict.kind == "undelivered"
    assert conflict.why == "the write cannot be worked out: ZeroDivisionError: out"
    breaks("erp")
    answer(bed, conflict, Choice.RETRY)
    assert names(bed) == sorted([*GOOD, POISON])
    assert bed.conflicts() == []


def test_an_answer_that_cannot_be_judged_waits_for_a_person_alone(bed, breaks, mixed):
    breaks("erp", "in")
    bed.tell("crm")
    for _ in range(3):
        bed.turn()
    (conflict,) = bed.conflicts()
    assert conflict.why == "the answer cannot be judged: ZeroDivisionError: in"
    breaks("erp")
    answer(bed, conflict, Choice.RETRY)
    assert names(bed) == sorted([*GOOD, POISON]), "sent again under its key it is not doubled"
    assert {each["erp_number"] for each in bed.rows("crm")} == {
        each["number"] for each in bed.rows("erp")
    }
    assert bed.conflicts() == []


def test_a_connector_that_breaks_does_not_keep_writes_from_the_others(bed, customer):
    class Breaking(MemoryConnector):
        def write(self, object_type, writes, not_after):
            raise ZeroDivisionError("written")

    row = bed.crm.create("customers", customer(name="First"))
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.put_in("crm", Breaking(bed.crm))
    bed.erp.edit("customers", there.id, {"payment_terms": "NET30"})
    bed.crm.edit("customers", row.id, {"name": "Renamed"})
    bed.tell("erp")
    bed.tell("crm")
    sync.decide_due(bed.hub)
    while deliver_due(bed.hub):
        pass
    assert names(bed) == ["Renamed"]


def test_a_feed_that_breaks_is_told_of_and_tried_again(bed):
    class Breaking(MemoryConnector):
        def changes(self, object_type, cursor, limit):
            if object_type == "products":
                raise ZeroDivisionError("read")
            return super().changes(object_type, cursor, limit)

    bed.put_in("erp", Breaking(bed.erp))
    schedule(bed.hub)
    while poll_due(bed.hub):
        pass
    told = {each.object_type: each for each in bed.hub.db.read(lambda c: polls.all_polls(c, "erp"))}
    assert told["products"].error == "ZeroDivisionError: read"
    assert (told["customers"].error, told["categories"].error) == (None, None)
    bed.put_in("erp", bed.connectors["erp"])
    bed.clock.advance(16)
    while poll_due(bed.hub):
        pass
    feeds = bed.hub.db.read(lambda c: polls.all_polls(c, "erp"))
    assert [each.error for each in feeds] == [None, None, None]


class Wordy(MemoryConnector):
    """A system whose answers are too large if one record is in them."""

    def __init__(self, system, wordy):
        super().__init__(system)
        self.wordy = wordy

    def read(self, object_type, external_ids):
        if self.wordy in external_ids:
            raise BatchRefused("the answer is too large")
        return super().read(object_type, external_ids)


def test_a_record_too_large_to_be_read_is_rejected_alone(bed, mixed):
    for row in mixed.values():
        bed.hint(bed.event("crm", "customers", row.id))
    bed.crm.untold.clear()
    bed.put_in("crm", Wordy(bed.crm, mixed[POISON].id))
    bed.run()
    assert names(bed) == GOOD
    assert bed.directory.known["crm"].health == "ok"
    for _ in range(6):
        bed.later(16)
    (why,) = rejected(bed)
    assert "the answer is too large" in why
    assert bed.balance().undecided == 0


def test_a_page_too_large_to_be_read_is_asked_for_in_smaller_ones(bed, mixed):
    class Wide(MemoryConnector):
        def changes(self, object_type, cursor, limit):
            if limit > 2:
                raise BatchRefused("the answer is too large")
            return super().changes(object_type, cursor, limit)

    bed.crm.untold.clear()
    bed.put_in("crm", Wide(bed.crm))
    schedule(bed.hub)
    while poll_due(bed.hub):
        pass
    bed.run(tell=False)
    assert names(bed) == sorted([*GOOD, POISON])
