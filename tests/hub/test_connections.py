from datetime import timedelta

import pytest

from connectors.errors import NotAuthorised, NotUnderstood, RetryLater
from ground.door import SafeHttp
from ground.env import Env
from hub.connections import service, store
from hub.connections.model import NewConnection
from hub.connections.rules import State, Wellbeing, mark_of, next_probe, trouble_of
from hub.errors import (
    BadConnection,
    ConnectionExists,
    LastSecret,
    UnknownConnection,
    UnknownSecret,
    WrongState,
)
from hub.start import open_hub
from master_data.tables import METADATA

SECRET = "whsec_" + "c2VjcmV0" * 5 + "MDE="


@pytest.fixture
def open_env(env, clock):
    env.db.create_all(METADATA)
    return Env(clock=clock, rng=env.rng, ids=env.ids, http=SafeHttp(clock=clock), db=env.db)


@pytest.fixture
def hub(open_env, hub_settings):
    return open_hub(hub_settings, open_env)


def a_connection(**more):
    fields = {
        "id": "crm",
        "system": "simple_crm",
        "title": "The CRM",
        "base_url": "https://crm.example/",
        "key": "key-of-the-crm",
    }
    return NewConnection(**(fields | more))


def stored(hub, connection_id="crm"):
    return hub.db.read(lambda c: store.connection_by_id(c, connection_id))


def test_added_connection_is_open_and_in_onboarding(hub):
    service.add_connection(hub, a_connection(webhook_secret=SECRET))
    opened = hub.connection("crm")
    assert (opened.state, opened.health, opened.webhook_secrets) == ("onboarding", "ok", (SECRET,))
    assert "customers" in opened.mappings
    assert hub.mapping("crm", "customers").entity == "customer"
    assert stored(hub).base_url == "https://crm.example"


def test_secrets_are_never_stored_or_shown_in_the_clear(hub):
    service.add_connection(hub, a_connection(webhook_secret=SECRET))
    rows = hub.db.read(lambda c: c.exec_driver_sql("select * from connection").all())
    for text in (repr(rows), repr(stored(hub)), repr(hub.connection("crm")), repr(a_connection())):
        assert "key-of-the-crm" not in text
        assert SECRET not in text


def test_another_process_opens_what_this_one_added(hub, hub_settings, open_env):
    other = open_hub(hub_settings, open_env)
    service.add_connection(hub, a_connection())
    assert other.connection("crm").title == "The CRM"


def test_unknown_connection_is_named(hub):
    with pytest.raises(UnknownConnection, match="erp"):
        hub.connection("erp")


def test_id_is_taken_once(hub):
    service.add_connection(hub, a_connection())
    with pytest.raises(ConnectionExists):
        service.add_connection(hub, a_connection())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "The CRM"),
        ("id", "a|b"),
        ("id", ""),
        ("base_url", "ftp://crm.example"),
        ("base_url", "https://user:word@crm.example"),
        ("base_url", "crm.example"),
        ("system", "no_such_system"),
        ("system", "../simple_crm"),
    ],
)
def test_wrong_field_is_refused_by_name(hub, field, value):
    with pytest.raises(BadConnection) as refused:
        service.add_connection(hub, a_connection(**{field: value}))
    assert refused.value.field == field


def test_states_follow_their_actions(hub):
    service.add_connection(hub, a_connection())
    assert hub.workable == ["crm"]
    assert hub.writable == []
    service.act(hub, "crm", "pause")
    assert hub.workable == []
    assert service.act(hub, "crm", "resume").state is State.ONBOARDING
    service.act(hub, "crm", "approve")
    assert hub.writable == ["crm"]
    service.act(hub, "crm", "pause")
    assert service.act(hub, "crm", "resume").state is State.LIVE


@pytest.mark.parametrize("action", ["resume", "explode"])
def test_action_that_the_state_does_not_allow_is_refused(hub, action):
    service.add_connection(hub, a_connection())
    with pytest.raises(WrongState):
        service.act(hub, "crm", action)


def test_new_webhook_secret_leaves_the_one_before_good(hub):
    service.add_connection(hub, a_connection(webhook_secret="first"))
    for secret in ("second", "third"):
        service.add_webhook_secret(hub, "crm", secret)
    assert hub.connection("crm").webhook_secrets == ("third", "second")


def test_a_rotation_ends_by_dropping_the_old_secret_but_never_the_last(hub, clock):
    service.add_connection(hub, a_connection(webhook_secret="first"))
    clock.advance(60)
    service.add_webhook_secret(hub, "crm", "second")
    told = hub.db.read(lambda c: store.secrets_of(c, "crm"))
    assert [each.mark for each in told] == [mark_of("second"), mark_of("first")]
    service.drop_webhook_secret(hub, "crm", mark_of("first"))
    assert hub.connection("crm").webhook_secrets == ("second",)
    with pytest.raises(UnknownSecret):
        service.drop_webhook_secret(hub, "crm", mark_of("first"))
    with pytest.raises(LastSecret):
        service.drop_webhook_secret(hub, "crm", mark_of("second"))


def test_connection_whose_secret_cannot_be_opened_is_left_out(hub, hub_settings, open_env):
    service.add_connection(hub, a_connection())
    service.add_connection(hub, a_connection(id="erp", system="simple_erp"))
    hub.db.write(
        lambda c: c.exec_driver_sql("update connection set secret_cipher = 'x' where id = 'crm'")
    )
    assert set(open_hub(hub_settings, open_env).directory.connections()) == {"erp"}


def test_failure_opens_the_breaker_and_keeps_the_time_of_the_probe(hub, clock):
    service.add_connection(hub, a_connection())
    service.act(hub, "crm", "approve")
    service.report_failure(hub, "crm", RetryLater(None, "no answer"))
    assert (hub.workable, hub.writable) == ([], [])
    failing = stored(hub)
    assert (failing.health, failing.health_reason) == (Wellbeing.DOWN, "no answer")
    assert failing.next_probe_at == clock.now() + timedelta(seconds=1)
    clock.advance(0.5)
    service.report_failure(hub, "crm", RetryLater(None, "still no answer"))
    assert stored(hub).next_probe_at == failing.next_probe_at


def test_success_of_a_call_still_under_way_asks_for_a_probe_at_once(hub, clock):
    service.add_connection(hub, a_connection())
    service.report_failure(hub, "crm", RetryLater(60, "busy"))
    service.report_success(hub, "crm")
    assert stored(hub).next_probe_at == clock.now()
    assert stored(hub).health is Wellbeing.DOWN


def test_success_of_a_healthy_connection_writes_nothing(hub):
    service.add_connection(hub, a_connection())
    before = stored(hub)
    service.report_success(hub, "crm")
    assert stored(hub) == before


@pytest.mark.parametrize(
    ("failures", "after", "seconds"),
    [
        (1, None, 1),
        (2, None, 2),
        (4, None, 8),
        (5, None, 15),
        (5000, None, 15),
        (1, 7, 7),
        (1, 90, 15),
    ],
)
def test_probes_come_slower_but_never_rarer_than_every_quarter_minute(
    clock, failures, after, seconds
):
    probe = next_probe(clock.now(), failures=failures, after=after, longest=15)
    assert probe == clock.now() + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("error", "health"),
    [
        (NotAuthorised("key revoked"), Wellbeing.DENIED),
        (RetryLater(3, "busy"), Wellbeing.DOWN),
        (NotUnderstood("no JSON"), Wellbeing.DOWN),
    ],
)
def test_error_tells_whether_time_or_a_person_mends_it(error, health):
    trouble = trouble_of(error)
    assert (trouble.health, trouble.reason) == (health, str(error))
