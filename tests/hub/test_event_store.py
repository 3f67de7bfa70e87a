import pytest

from connectors.contract import ChangeKind
from hub.events import store
from hub.events.model import Acceptance, Decided, NewEvent, NewNotice
from hub.events.rules import Outcome
from hub.lanes import store as lanes
from master_data.tables import METADATA


@pytest.fixture
def db(database):
    database.create_all(METADATA)
    return database


@pytest.fixture
def an_event(ids):
    def build(external_id="cu_1", **more):
        fields = {"connection": "crm", "object_type": "customers", "external_id": external_id}
        return NewEvent(id=ids.new("ev"), **(fields | more))

    return build


@pytest.fixture
def a_notice(ids, an_event):
    def build(name="n1", body='{"a":1}', events=None, connection="crm"):
        told = (an_event(),) if events is None else tuple(events)
        return NewNotice(ids.new("no"), connection, name, body, told)

    return build


@pytest.fixture
def accept(db, clock):
    return lambda *notices: db.write(lambda c: store.accept(c, notices, clock.now()))


def lane_of(event):
    return event.lane


def test_notice_is_stored_with_its_events_and_rings_their_lanes(db, accept, a_notice, an_event):
    new = a_notice(events=[an_event("cu_1", version="7", state={"name": "Ünï"}), an_event("cu_2")])
    assert accept(new) == {new.id: Acceptance.NEW}
    found = db.read(lambda c: store.to_judge(c, [each.lane for each in new.events]))
    (first,) = found[new.events[0].lane]
    assert (first.version, first.state, first.kind) == ("7", {"name": "Ünï"}, ChangeKind.CHANGED)
    assert first.notice_id == new.id
    assert db.read(lanes.count) == 2


def test_repeated_notice_adds_nothing(db, accept, a_notice):
    accept(a_notice())
    again = a_notice()
    assert accept(again) == {again.id: Acceptance.REPEATED}
    assert db.read(store.balance_sheet).received == 1


def test_notice_repeated_within_one_group_is_stored_once(db, accept, a_notice):
    first, second, other = a_notice(), a_notice(), a_notice("n2")
    answers = accept(first, second, other)
    assert sorted(answers.values()) == [Acceptance.NEW, Acceptance.NEW, Acceptance.REPEATED]
    assert db.read(store.balance_sheet).received == 2


def test_other_body_under_a_known_id_is_a_contradiction(db, accept, a_notice):
    accept(a_notice())
    other = a_notice(body='{"a":2}')
    assert accept(other) == {other.id: Acceptance.CONTRADICTED}
    assert db.read(store.balance_sheet).received == 1


def test_same_notice_id_of_two_connections_are_two_notices(accept, a_notice):
    first, second = a_notice(), a_notice(connection="erp")
    assert set(accept(first, second).values()) == {Acceptance.NEW}


def test_notices_without_id_are_never_repeats(accept, a_notice):
    first, second = a_notice(name=None), a_notice(name=None)
    assert set(accept(first, second).values()) == {Acceptance.NEW}


def test_rejected_item_is_kept_with_its_reason_and_rings_nothing(db, accept, a_notice, an_event):
    broken = an_event(None, outcome=Outcome.REJECTED, detail={"reason": "no id"})
    accept(a_notice(events=[broken, an_event("cu_2")]))
    kept = db.read(lambda c: store.event_by_id(c, broken.id))
    assert (kept.outcome, kept.detail) == (Outcome.REJECTED, {"reason": "no id"})
    sheet = db.read(store.balance_sheet)
    assert (sheet.received, sheet.closed, sheet.undecided) == (2, 1, 1)
    assert db.read(lanes.count) == 1


def test_decided_event_leaves_the_undecided_and_shows_on_its_golden(db, accept, a_notice, clock):
    new = a_notice()
    accept(new)
    (event,) = new.events
    clock.advance(5)
    decided = Decided(event.id, Outcome.APPLIED, "gr_1", {"fields": {"name": "applied"}})
    db.write(lambda c: store.settle(c, [decided], clock.now()))
    assert db.read(lambda c: store.to_judge(c, [event.lane])) == {}
    (shown,) = db.read(lambda c: store.events_of(c, "gr_1", 10))
    assert (shown.id, shown.outcome) == (event.id, Outcome.APPLIED)
    assert shown.detail == {"fields": {"name": "applied"}}
    assert shown.decided_at == clock.now()
    assert db.read(store.oldest_undecided) is None


def test_events_that_wait_are_judged_again_until_they_close(db, accept, a_notice, clock):
    first, second = a_notice("n1"), a_notice("n2")
    accept(first)
    clock.advance(5)
    accept(second)
    (waits,), (new,) = first.events, second.events

    def to_judge(outcome):
        decided = Decided(waits.id, outcome, "gr_1")
        db.write(lambda c: store.settle(c, [decided], clock.now()))
        return [each.id for each in db.read(lambda c: store.to_judge(c, [new.lane]))[new.lane]]

    assert to_judge(Outcome.WAITING) == [waits.id, new.id]
    sheet = db.read(store.balance_sheet)
    assert (sheet.open, sheet.undecided) == (1, 1)
    assert to_judge(Outcome.HELD) == [new.id]
    assert to_judge(Outcome.APPLIED) == [new.id]


def test_balance_is_even_per_connection_and_over_all(db, accept, a_notice, an_event, clock):
    accept(a_notice(events=[an_event("cu_1"), an_event("cu_2")]))
    polled = [an_event("cu_3", connection="erp", read_at=clock.now())]
    db.write(lambda c: store.insert(c, polled, clock.now()))
    for connection, received in ((None, 3), ("crm", 2), ("erp", 1), ("other", 0)):
        sheet = db.read(lambda c, wanted=connection: store.balance_sheet(c, wanted))
        assert sheet.is_even
        assert sheet.received == received


def test_versions_that_wait_for_a_decision_are_known(db, accept, a_notice, an_event):
    new = an_event("cu_1", version="7")
    accept(a_notice(events=[new]))
    assert db.read(lambda c: store.undecided_versions(c, [new.lane])) == {(new.lane, "7")}


def test_oldest_undecided_tells_since_when_something_waits(db, accept, a_notice, clock):
    since = clock.now()
    accept(a_notice("n1"))
    clock.advance(60)
    accept(a_notice("n2"))
    assert db.read(store.oldest_undecided) == since
