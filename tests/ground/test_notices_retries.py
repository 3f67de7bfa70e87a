import json
from datetime import timedelta
from itertools import chain, pairwise

import pytest

from ground.door import AnswerLost, NotSent
from ground.notices.tables import EndpointState, NoticeState
from tests.ground.noticing import NOTICES, OUTBOX, PENDING, App


@pytest.fixture
def app(database, clock, ids):
    return App(database, clock, ids)


def test_a_retry_has_the_same_id_and_the_same_bytes(app):
    app.listen()
    app.save("cu_1", name="first")
    app.wire.plan = [500, AnswerLost("gone")]
    app.sender.run_once()
    app.save("cu_1", version=2, name="second")
    app.clock.advance(10)
    app.sender.run_once()
    app.clock.advance(60)
    app.sender.run_once()
    first, second, third = app.wire.sent
    assert first[1] == second[1] == third[1]
    assert len(set(app.wire.ids)) == 1
    assert first[0]["webhook-timestamp"] != second[0]["webhook-timestamp"]


def test_a_newer_change_waits_until_the_older_one_is_settled(app):
    app.listen()
    app.save("cu_1", name="old")
    app.wire.plan = [500]
    app.sender.run_once()
    app.save("cu_1", version=2, name="new")
    app.save("cu_2")
    app.sender.run_once()
    assert app.wire.changes == [["cu_1"], ["cu_2"]]
    app.clock.advance(10)
    app.until_quiet()
    names = [json.loads(b)["changes"][0]["record"]["name"] for _, b in app.wire.sent]
    assert names == ["old", "n", "old", "new"]
    assert app.count(PENDING) == 0


def test_a_change_during_the_sending_is_sent_afterwards(app):
    app.listen()
    app.save("cu_1")
    app.wire.plan = [lambda: app.save("cu_1", version=2, name="meanwhile") and 200]
    app.until_quiet()
    told = [json.loads(body)["changes"][0]["version"] for _, body in app.wire.sent]
    assert told == [1, 2]
    assert app.count(PENDING) == 0


def test_after_a_crash_between_send_and_settle_the_same_notice_is_sent_again(app):
    app.listen()
    app.save("cu_1")
    app.sender._turn(8)  # claimed, perhaps sent: then the process dies
    survivor = app.restart()
    assert survivor.run_once() == 0
    app.clock.advance(46)
    assert survivor.run_once() == 1
    assert app.count(NOTICES) == 1
    assert app.states() == [NoticeState.DELIVERED]


def test_a_zombie_neither_settles_nor_breaks_what_another_process_took_over(app):
    app.listen()
    app.save("cu_1")
    zombie = app.sender
    claims, not_after = zombie._turn(8)
    app.clock.advance(46)
    app.wire.plan = [500]
    app.restart().run_once()
    zombie._done.append((claims[0], zombie._send(claims[0], not_after)))
    zombie._turn(0)
    assert app.states() == [NoticeState.OPEN]


def test_refusals_are_retried_by_the_schedule_and_given_up_after_three_days(app):
    app.listen()
    app.save("cu_1")
    app.wire.usual = 500
    at = []
    while app.states() != [NoticeState.DEAD]:
        at += [app.clock.now()] * app.sender.run_once()
        app.wait_until_due()
    waits = [(b - a).total_seconds() for a, b in pairwise(at)]
    hour = 3600
    planned = [5, 30, 120, 600, 1800, 2 * hour, 5 * hour, 10 * hour, 10 * hour, 10 * hour]
    for wait, meant in zip(waits, planned, strict=False):
        assert 0.8 * meant <= wait <= 1.2 * meant
    assert at[-1] - at[0] >= timedelta(days=3)
    assert app.count(PENDING) == 0


def test_while_nobody_answers_the_endpoint_is_probed_every_15_seconds_at_most(app):
    app.listen()
    app.save("cu_1")
    app.wire.usual = NotSent("refused")
    at = []
    for _ in range(20):
        at += [app.clock.now()] * app.sender.run_once()
        app.wait_until_due()
    waits = [(b - a).total_seconds() for a, b in pairwise(at)]
    assert max(waits) <= 15
    assert min(waits[5:]) >= 12
    app.wire.usual = 200
    app.clock.advance(15)
    assert app.sender.run_once() == 1
    assert app.endpoint().failing_since is None


def test_after_an_outage_everything_is_due_at_once(app):
    app.listen()
    app.wire.usual = 500
    for n in range(6):
        app.save(f"cu_{n}")
        app.clock.advance(1)
        app.sender.run_once()
    app.wire.usual = 200
    app.clock.advance(40)
    app.until_quiet()
    assert app.count(NOTICES, NOTICES.c.state == NoticeState.OPEN) == 0


def test_a_refused_notice_does_not_hold_up_the_others(app):
    app.listen()
    app.save("cu_poison")
    app.wire.plan = [422]
    app.sender.run_once()
    for n in range(5):
        app.save(f"cu_{n}")
        app.sender.run_once()
    assert app.wire.changes == [["cu_poison"], *[[f"cu_{n}"] for n in range(5)]]


def test_a_dead_endpoint_gathers_a_bounded_number_of_notices(app):
    app.listen()
    app.wire.usual = 500
    for n in range(30):
        app.save(f"cu_{n}")
        app.sender.run_once()
    assert app.count(NOTICES) == 8


@pytest.mark.parametrize("status", [429, 503])
def test_an_overloaded_endpoint_says_when_to_come_again(app, status):
    app.listen()
    app.save("cu_1")
    app.wire.plan = [(status, {"retry-after": "120"})]
    app.sender.run_once()
    app.save("cu_2")
    app.clock.advance(119)
    assert app.sender.run_once() == 0
    app.clock.advance(2)
    assert app.sender.run_once() == 1


def test_an_endpoint_that_is_gone_is_told_no_more(app):
    app.listen()
    app.save("cu_1")
    app.save("cu_2")
    app.wire.plan = [410]
    app.sender.run_once()
    assert app.endpoint().state is EndpointState.GONE
    assert "410" in app.endpoint().reason
    assert app.save("cu_3") == 0
    assert app.count(PENDING) == 0


def test_an_endpoint_is_disabled_after_five_days_of_failures_and_loses_nothing(app):
    app.listen()
    app.save("cu_1")
    app.wire.usual = NotSent("refused")
    for _ in range(6 * 4):
        app.sender.run_once()
        app.clock.advance(hours=6)
    assert app.endpoint().state is EndpointState.DISABLED
    assert "5 days" in app.endpoint().reason
    tried = len(app.wire.sent)
    app.save("cu_2")
    assert app.sender.run_once() == 0
    app.wire.usual = 200
    endpoint = app.endpoint()
    assert app.db.write(lambda connection: OUTBOX.enable(connection, app.env, endpoint.id))
    app.until_quiet()
    assert sorted(chain(*app.wire.changes[tried:])) == ["cu_1", "cu_2"]


def test_one_success_ends_the_count_of_days(app):
    app.listen()
    for day in range(10):
        app.save("cu_1", version=day + 1)
        app.wire.plan = [500]
        app.sender.run_once()
        app.clock.advance(days=1)
        app.until_quiet()
    assert app.endpoint().state is EndpointState.ACTIVE


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 501])
def test_anything_but_success_is_failure(app, status):
    app.listen()
    app.save("cu_1")
    app.wire.plan = [status]
    app.sender.run_once()
    assert app.states() == [NoticeState.OPEN]
