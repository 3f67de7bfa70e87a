"""Which of several events about one record is judged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import ChangeKind
from hub.events.model import FILLED, SETTLED, Event
from hub.sync.freshness import Hint, Known, Use, choose
from master_data.model import CrossrefHead

_AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


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
