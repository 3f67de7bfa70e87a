from datetime import timedelta

import pytest

from connectors.errors import RetryLater
from connectors.kit.faults import Down, Operation, Unauthorised
from hub.connections import service, store
from hub.connections.model import RELAPSE
from hub.connections.rules import Wellbeing
from hub.lanes import store as lanes
from hub.polling import service as polling
from hub.polling import store as polls
from hub.probing.service import probe_due


@pytest.fixture
def hub(a_hub, env, twin, clock):
    made = a_hub(env)
    made.directory.add_with_row("crm", twin, clock.now())
    return made


def stored(hub):
    return hub.db.read(lambda c: store.connection_by_id(c, "crm"))


def test_connection_that_answers_its_probe_is_back_with_all_its_work(hub, twin, clock):
    polling.schedule(hub)
    later = clock.now() + timedelta(hours=1)
    hub.db.write(lambda c: lanes.ring(c, ["crm|customers|cu_1"], later))
    service.report_failure(hub, "crm", RetryLater(None, "no answer"))
    assert hub.workable == []
    assert probe_due(hub) == 0
    clock.advance(1)
    assert probe_due(hub) == 1
    back = stored(hub)
    assert (back.health, back.health_reason) == (Wellbeing.OK, None)
    assert back.was_failing(clock.now()), "it may fail again at once"
    assert not back.was_failing(clock.now() + RELAPSE)
    assert (back.failures, back.skew_ms) == (0, 0)
    assert hub.workable == ["crm"]
    now = clock.now()
    assert hub.db.read(lambda c: lanes.any_due(c, ["crm"], now))
    assert hub.db.read(lambda c: polls.any_due(c, ["crm"], now))


def test_failing_probes_come_slower_and_keep_since_when(hub, twin, clock):
    since = clock.now()
    twin.faults.add(Down(), operation=Operation.CHECK, times=None)
    service.report_failure(hub, "crm", RetryLater(None, "no answer"))
    pauses = []
    for _ in range(6):
        due = stored(hub).next_probe_at
        clock.set(due)
        assert probe_due(hub) == 1
        pauses.append((stored(hub).next_probe_at - due).total_seconds())
    assert pauses == [2, 4, 8, 15, 15, 15]
    assert stored(hub).failing_since == since
    twin.faults.clear()
    clock.set(stored(hub).next_probe_at)
    probe_due(hub)
    assert stored(hub).health is Wellbeing.OK


def test_refused_credentials_are_told_apart_from_being_down(hub, twin, clock):
    twin.faults.add(Unauthorised(), operation=Operation.CHECK)
    service.report_failure(hub, "crm", RetryLater(None, "no answer"))
    clock.advance(1)
    probe_due(hub)
    assert stored(hub).health is Wellbeing.DENIED


def test_paused_connection_is_not_probed(hub, clock):
    service.report_failure(hub, "crm", RetryLater(None, "no answer"))
    service.act(hub, "crm", "pause")
    clock.advance(60)
    assert probe_due(hub) == 0


def test_check_shows_the_skew_and_asks_for_a_probe_of_a_failing_connection(hub, clock):
    service.report_failure(hub, "crm", RetryLater(60, "busy"))
    assert service.check_connection(hub, "crm").system == "memory"
    assert stored(hub).skew_ms == 0
    assert stored(hub).next_probe_at == clock.now()


def test_subscribing_keeps_the_secret_the_system_gave(hub, twin):
    url = service.subscribe(hub, "crm")
    assert url == "http://127.0.0.1:8000/hub/webhooks/crm"
    assert service.webhook_secrets(hub.vault, stored(hub)) == (twin.endpoints[url],)
