"""States of an effect, the pace of retries, normal forms and the loop breaker, by tables."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.effects.rules import (
    EffectState,
    in_normal_form,
    is_exhausted,
    loops,
    note_writes,
    retry_at,
    shows,
    value_mark,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = 60_000_000
A, B = value_mark("a"), value_mark("b")


@pytest.mark.parametrize(
    ("state", "is_open"),
    [
        (EffectState.PLANNED, True),
        (EffectState.WAITING, True),
        (EffectState.SENT, True),
        (EffectState.UNKNOWN, True),
        (EffectState.CONFIRMED, False),
        (EffectState.REJECTED, False),
        (EffectState.SUPERSEDED, False),
        (EffectState.DEAD, False),
    ],
)
def test_a_state_is_open_while_something_is_still_to_happen(state, is_open):
    assert state.is_open is is_open


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [
        (0, 1),
        (1, 1),
        (2, 5),
        (3, 30),
        (4, 120),
        (5, 600),
        (6, 1800),
        (7, 7200),
        (8, 7200),
        (900, 7200),
    ],
)
def test_retries_come_slower_and_slower(attempts, seconds):
    assert retry_at(attempts, NOW, 0.0) == NOW + timedelta(seconds=seconds)
    assert retry_at(attempts, NOW, 0.5) == NOW + timedelta(seconds=seconds * 1.125)


def test_a_record_is_retried_for_three_days():
    begun = NOW - timedelta(days=3)
    assert is_exhausted(begun, NOW)
    assert not is_exhausted(begun + timedelta(microseconds=1), NOW)


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("Acme", "ACME"),
        ("Acme  S.L.", "acme sl"),
        ("+34 600-100-200", "34600100200"),
        ("Müller", "Muller"),
        ("A long name of a company", "A long name of"),  # cut
        ("10.50", "10.5"),
        ("10.50", "11"),  # its scale is whole
        ("10.5", "10.50"),
        ("2.345", "2.35"),  # rounded to its own scale
        ({"city": "Bilbao", "zip": "48001"}, {"city": "BILBAO", "zip": "48001"}),
        ({"city": "Bilbao", "floor": 3}, {"city": "bilbao", "floor": 3}),
        ({"city": "Bilbao", "zip": None}, {"city": "Bilbao"}),
        ({"city": "Bilbao", "uses": []}, {"city": "Bilbao", "uses": ["x"]}),
        ({"city": "Bilbao", "more": {}, "note": ""}, {"city": "Bilbao"}),
    ],
)
def test_a_system_may_hold_a_value_in_its_own_form(sent, held):
    assert in_normal_form(sent, held)


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("Acme", "Other"),
        ("Acme", ""),
        ("", "Acme"),
        ("Ac", "Acme"),  # more than was sent is somebody's edit
        ("--", "!!"),
        ("10.50", "12"),
        ("2.345", "2.36"),
        ("10", "9"),
        ("NaN", "Infinity"),
        ("1", "Infinity"),
        ("Infinity", "1"),
        ("10", "ten"),
        ({"city": "Bilbao"}, {"city": "Madrid"}),
        ({"city": "Bilbao"}, {}),
        ({"city": "Bilbao", "zip": "48001"}, {"city": "Bilbao", "zip": "1"}),
        ({"city": "Bilbao"}, "Bilbao"),
        ("Bilbao", {"city": "Bilbao"}),
        (1, 2),
        (None, "x"),
    ],
)
def test_what_has_nothing_in_common_is_no_normal_form(sent, held):
    assert not in_normal_form(sent, held)


@pytest.mark.parametrize(
    ("sent", "shown", "is_shown"),
    [
        ({"name": "Acme"}, {"name": "Acme"}, True),
        ({"name": "Acme"}, {"name": "ACME "}, True),
        ({"name": "Acme"}, {"name": "Other"}, False),
        ({"name": "Acme"}, {}, False),
        ({"name": "Acme", "notes": None}, {"name": "Acme", "notes": "x"}, True),
        ({"name": "Acme", "a[el_1]": {"x": "1"}}, {"name": "Acme"}, True),
        ({"name": "Acme", "active": False}, {"name": "Acme", "active": True}, False),
        ({"name": "Acme", "n": 1}, {"name": "Acme", "n": 1}, True),
        ({"a[el_1]": {"x": "1"}}, {}, False),  # nothing plain, nothing shown
        ({}, {"name": "Acme"}, False),
    ],
)
def test_a_record_shows_what_was_sent(sent, shown, is_shown):
    assert shows(sent, shown) is is_shown


def test_marks_are_short_and_tell_values_apart():
    assert len(A) == 12
    assert value_mark("a") == A
    assert len({value_mark(each) for each in ("a", "b", 1, "1", None, {"a": 1}, ["a"])}) == 7


@pytest.mark.parametrize(
    ("marks", "value", "why"),
    [
        ([], "a", None),
        ([A, B], "a", None),
        ([A, B, A], "b", "the same two values keep replacing each other"),
        ([B, A, B, A], "b", "the same two values keep replacing each other"),
        ([A, B, A], "a", None),
        ([A, A, A], "a", None),
        ([B, B, A], "b", None),
        ([A, B, B], "b", None),
        ([A, B, A], "c", None),
        ([value_mark(str(n)) for n in range(5)], "new", None),
        ([value_mark(str(n)) for n in range(6)], "new", "written 6 times in ten minutes"),
        ([value_mark(str(n)) for n in range(7)], "new", "written 7 times in ten minutes"),
    ],
)
def test_writes_in_circles_are_found(marks, value, why):
    now = 1000 * MINUTE
    writes = [[now - (len(marks) - n) * MINUTE, mark] for n, mark in enumerate(marks)]
    assert loops(writes, value, now) == why


def test_only_the_last_ten_minutes_count():
    now = 1000 * MINUTE
    writes = [[now - 10 * MINUTE, value_mark(str(n))] for n in range(9)]
    assert loops(writes, "new", now) is None
    inside = [[now - 10 * MINUTE + 1, value_mark(str(n))] for n in range(6)]
    assert loops([*writes, *inside], "new", now) == "written 6 times in ten minutes"


def test_writes_are_noted_old_ones_and_those_too_many_dropped():
    now = 1000 * MINUTE
    old, young = [now - 10 * MINUTE, A], [now - 10 * MINUTE + 1, B]
    before = {"name": [old, young], "notes": [old], "city": [young]}
    assert note_writes(before, {"name": "a", "zip": "b"}, now) == {
        "name": [young, [now, A]],
        "city": [young],
        "zip": [[now, B]],
    }
    many = {"name": [[now - n, B] for n in range(20, 0, -1)]}
    noted = note_writes(many, {"name": "a"}, now)["name"]
    assert (len(noted), noted[-1], noted[0]) == (7, [now, A], [now - 6, B])
