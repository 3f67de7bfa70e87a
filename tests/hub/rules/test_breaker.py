"""When a failing connection is tried again, and which state an action leads to."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import NotAuthorised, NotUnderstood, RetryLater
from hub.connections.rules import (
    State,
    Trouble,
    Wellbeing,
    mark_of,
    next_probe,
    state_after,
    trouble_of,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "after", "longest", "pause"),
    [
        (0, None, 15, 1),
        (1, None, 15, 1),
        (2, None, 15, 2),
        (3, None, 15, 4),
        (4, None, 15, 8),
        (5, None, 15, 15),
        (11, None, 9_999, 1024),
        (12, None, 9_999, 1024),
        (10_000, None, 9_999, 1024),
        (1, 0.5, 15, 1),
        (1, 7.0, 15, 7),
        (4, 7.0, 15, 8),
        (1, 60.0, 15, 15),
    ],
)
def test_a_failing_connection_is_tried_slower_and_slower(failures, after, longest, pause):
    found = next_probe(NOW, failures=failures, after=after, longest=longest)
    assert found == NOW + timedelta(seconds=pause)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (NotAuthorised("key gone"), Trouble(Wellbeing.DENIED, "key gone")),
        (RetryLater(4.0, "busy"), Trouble(Wellbeing.DOWN, "busy", 4.0)),
        (RetryLater(None, "busy"), Trouble(Wellbeing.DOWN, "busy", None)),
        (NotUnderstood("html"), Trouble(Wellbeing.DOWN, str(NotUnderstood("html")))),
    ],
)
def test_only_a_denied_connection_needs_a_person(error, trouble):
    assert trouble_of(error) == trouble


@pytest.mark.parametrize(
    ("action", "state", "approved", "then"),
    [
        ("approve", State.ONBOARDING, False, State.LIVE),
        ("approve", State.LIVE, True, None),
        ("approve", State.PAUSED, True, None),
        ("pause", State.ONBOARDING, False, State.PAUSED),
        ("pause", State.LIVE, True, State.PAUSED),
        ("pause", State.PAUSED, True, None),
        ("resume", State.PAUSED, True, State.LIVE),
        ("resume", State.PAUSED, False, State.ONBOARDING),
        ("resume", State.LIVE, True, None),
        ("dance", State.LIVE, True, None),
    ],
)
def test_an_action_leads_to_one_state_or_none(action, state, approved, then):
    assert state_after(action, state, approved=approved) is then


def test_a_secret_has_a_short_name_that_tells_nothing_of_it():
    assert mark_of("s1") == "dc11838ad923"
    assert mark_of("s2") != mark_of("s1")
