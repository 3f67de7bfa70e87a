"""Which of several events about one record is judged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import ChangeKind, SourceState
from ground.instants import to_microseconds
from hub.events.model import FILLED, SETTLED, Event
from hub.events.rules import Outcome
from hub.sync.freshness import Hint, Known, Use, choose, is_outdated, readable_at, sighting_of
from master_data.merge import Sighting
from master_data.model import (
    CrossrefHead,
)
from tests.hub.rules.judging import a_crossref

_AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


_TOLD = Event(
    id="ev_0",
    connection="erp",
    object_type="customers",
    external_id="cu_1",
    lane="erp|customers|cu_1",
    kind=ChangeKind.CHANGED,
    version="1",
    changed_at=None,
    client_key=None,
    actor="ak_somebody",
    state={"name": "Acme"},
    read_at=None,
    received_at=_AT,
    notice_id=None,
    position=0,
    outcome=None,
    detail=None,
    golden_id=None,
    decided_at=None,
)


def _event(name, *, after=0, **fields):
    received_at = _AT + timedelta(milliseconds=after)
    return replace(_TOLD, id=f"ev_{name}", received_at=received_at, **fields)


def _known(version):
    return CrossrefHead("xr_1", "cu_1", "gr_1", remote_version=version, settled_at=0)


def test_a_version_that_was_written_by_us_is_known():
    notice = _event("notice")
    assert choose([notice], _known("1"), comparable=True) == Known(notice)


@pytest.mark.parametrize("actor", [SETTLED, FILLED])
def test_what_our_own_write_found_there_is_judged_though_a_notice_of_it_came_first(actor):
    notice, answer = _event("notice"), _event("answer", actor=actor, after=5)
    assert choose([notice, answer], _known("1"), comparable=True) == Use(answer)
    assert choose([answer, notice], _known("1"), comparable=True) == Use(answer)


def test_a_later_edit_is_judged_before_what_our_own_write_found():
    answer, edit = _event("answer", actor=FILLED), _event("edit", version="2", after=5)
    assert choose([answer, edit], _known("1"), comparable=True) == Use(edit)


def test_a_notice_of_our_later_write_does_not_hide_what_the_first_found():
    answer, notice = _event("answer", actor=FILLED), _event("notice", version="2", after=5)
    assert choose([answer, notice], _known("2"), comparable=True) == Use(notice)


def test_an_event_without_a_state_is_a_hint():
    poll = _event("poll", version="3", state=None)
    assert choose([poll], _known("1"), comparable=True) == Hint(poll)


def test_a_delete_is_read_whatever_came_with_it():
    gone = _event("gone", kind=ChangeKind.DELETED, version="2")
    late = _event("late", kind=ChangeKind.DELETED, version="4", after=9)
    edit = _event("edit", version="9", after=5)
    for comparable in (True, False):
        assert choose([gone, edit], None, comparable=comparable) == Hint(gone)
        assert choose([gone, edit, late], None, comparable=comparable) == Hint(late)
        assert choose([late, edit, gone], None, comparable=comparable) == Hint(gone)


@pytest.mark.parametrize(
    ("versions", "known", "choice", "of"),
    [
        (["2"], None, Use, 0),
        (["2"], "1", Use, 0),
        (["2"], "2", Known, 0),
        (["2"], "10", Known, 0),  # numbers, not text
        (["9", "10"], "8", Use, 1),
        (["10", "9"], "8", Use, 0),
        ([None], "8", Hint, 0),
        ([None, None], None, Hint, 1),
        (["2", None], "2", Hint, 1),
        ([None, "2", None, "1"], "2", Hint, 2),
        (["3", None], "2", Use, 0),
        (["0"], None, Use, 0),
    ],
)
def test_comparable_versions_say_which_state_is_news(versions, known, choice, of):
    events = [_event(str(n), version=each, after=n) for n, each in enumerate(versions)]
    head = CrossrefHead("xr_1", "cu_1", "gr_1", remote_version=known, settled_at=0)
    expected = choice(events[of])
    assert choose(events, head, comparable=True) == expected
    if known is None:
        assert choose(events, None, comparable=True) == expected


def test_what_waits_is_judged_again_though_its_version_is_known():
    waits = _event("waits", outcome=Outcome.WAITING)
    assert choose([waits], _known("5"), comparable=True) == Use(waits)
    done = _event("done", outcome=Outcome.CONFLICT)
    assert choose([done], _known("5"), comparable=True) == Known(done)


@pytest.mark.parametrize(
    ("read_at", "settled", "lag", "choice"),
    [
        (1000, 0, 0.0, Use),
        (1000, 999, 0.0, Use),
        (1000, 1000, 0.0, Hint),
        (1000, 1001, 0.0, Hint),
        (2_001_001, 1000, 2.0, Use),
        (2_001_000, 1000, 2.0, Hint),
        (2_001_001, 1000, 2.000001, Hint),
        (None, 0, 0.0, Hint),
    ],
)
def test_without_versions_only_a_read_after_the_last_write_is_judged(read_at, settled, lag, choice):
    at = None if read_at is None else _micros(read_at)
    event = _event("poll", version=None, read_at=at)
    head = CrossrefHead("xr_1", "cu_1", "gr_1", None, settled_at=to_microseconds(_micros(settled)))
    assert choose([_event("old"), event], head, comparable=False, lag=lag) == choice(event)


def test_without_versions_a_read_of_an_unknown_record_is_judged():
    event = _event("poll", version=None, read_at=_AT)
    assert choose([event], None, comparable=False, lag=5.0) == Use(event)
    just_before = CrossrefHead("xr_1", "cu_1", "gr_1", None, to_microseconds(_AT) - 1)
    assert choose([event], just_before, comparable=False) == Use(event)
    thin = _event("thin", version=None, read_at=_AT, state=None)
    assert choose([thin], None, comparable=False) == Hint(thin)


def test_without_versions_a_read_that_began_before_something_was_told_is_a_hint():
    told = _event("told", version=None, state=None, after=10)
    begun = {"version": None, "after": 20}
    before = _event("page", read_at=_AT + timedelta(milliseconds=9), **begun)
    after = _event("page", read_at=_AT + timedelta(milliseconds=11), **begun)
    assert choose([told, before], None, comparable=False) == Hint(before)
    assert choose([told, after], None, comparable=False) == Use(after)
    assert choose([told, after], None, comparable=False, lag=0.002) == Hint(after)
    own = replace(before, actor=SETTLED)
    assert choose([told, own], None, comparable=False) == Use(own)


def _micros(many):
    return _AT + timedelta(microseconds=many)


def test_a_read_shows_what_was_told_and_what_we_wrote():
    event, later = _event("e"), to_microseconds(_AT) + 7_000_000
    assert readable_at(event, None, 3.0) == _AT + timedelta(seconds=3)
    wrote = CrossrefHead("xr_1", "cu_1", "gr_1", "1", settled_at=later)
    assert readable_at(event, wrote, 3.0) == _AT + timedelta(seconds=10)
    before = CrossrefHead("xr_1", "cu_1", "gr_1", "1", settled_at=later - 8_000_000)
    assert readable_at(event, before, 0.0) == _AT


@pytest.mark.parametrize(
    ("read", "told", "known", "outdated"),
    [
        ("5", "6", None, True),
        ("5", "5", "6", True),
        ("9", "10", None, True),
        ("6", "6", "6", False),
        ("7", "6", "5", False),
        ("5", None, None, False),
        ("0", None, None, False),
        (None, "6", "6", False),
        ("5", None, "6", True),
    ],
)
def test_a_read_older_than_what_is_known_is_outdated(read, told, known, outdated):
    state = SourceState("customers", "cu_1", {}, read, None, None)
    event = _event("e", version=told)
    assert is_outdated(state, event, _known(known)) is outdated
    if known is None:
        assert is_outdated(state, event, None) is outdated


@pytest.mark.parametrize(
    ("crossref", "changed", "since", "stamp"),
    [
        (None, None, 0, 100),
        (None, 60, 0, 60),
        (None, 101, 0, 100),  # a stamp after its receipt is not believed
        ((40, 30), 60, 40, 60),
        ((30, 40), 60, 40, 60),
        ((40, 30), 10, 40, 40),  # nor one before the last look
        ((140, 30), None, 100, 100),
        ((30, 140), 60, 100, 100),
    ],
)
def test_an_edit_lies_between_the_last_look_and_its_receipt(crossref, changed, since, stamp):
    changed_at = None if changed is None else _EPOCH + timedelta(microseconds=changed)
    known = None
    if crossref:
        known = a_crossref(seen_at=crossref[0], settled_at=crossref[1])
    for read_at, received in ((100, 500), (None, 100)):
        event = _event(
            "e",
            read_at=None if read_at is None else _EPOCH + timedelta(microseconds=read_at),
            changed_at=changed_at,
        )
        event = replace(event, received_at=_EPOCH + timedelta(microseconds=received))
        assert sighting_of(event, known) == Sighting("ev_e", since, 100, stamp)


def test_what_a_system_filled_in_by_itself_is_marked():
    assert sighting_of(_event("e", actor=FILLED), None).filled
    assert not sighting_of(_event("e", actor=SETTLED), None).filled
