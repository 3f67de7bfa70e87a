"""What troubles are told, to whom, once: webhooks, mail, a doorbell that nobody hears."""

import json
import socket
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.errors import BatchRefused
from connectors.kit.faults import Down, NotSent, Operation, RefuseRecord
from connectors.kit.memory_connector import MemoryConnector
from ground.door import NotSent as NoAnswer
from ground.door import Response
from hub.alerts import service
from hub.alerts import store as alerts
from hub.alerts.rules import Alert, Figures, Thresholds, roads_to_tell, troubles
from hub.alerts.service import watch
from hub.broker import EmbeddedBroker
from hub.conflicts.rules import Choice
from hub.metrics.rules import render
from hub.metrics.service import figures
from hub.polling.service import poll_due, schedule
from hub.settings import HubSettings
from hub.turns import Turn
from hub.worker import Sweeper, all_turns
from hub.workers import store as workers
from tests.hub.engine.test_faults import answer


def settings(bed, **changes):
    bed.hub = replace(bed.hub, settings=bed.hub.settings.model_copy(update=changes))


class Listener:
    """Stands for the door out: takes what is posted, or is not there."""

    def __init__(self):
        self.posted = []
        self.down = False

    def request(self, method, url, *, headers, body, deadline):
        assert (method, url) == ("POST", "https://alerts.example/hook")
        if self.down:
            raise NoAnswer("refused")
        self.posted.append(body.decode())
        return Response(200, {}, b"")


@pytest.fixture
def listener(bed):
    heard = Listener()
    told = HubSettings(alert_webhook="https://alerts.example/hook", _env_file=None)
    bed.hub = replace(bed.hub, settings=told, env=replace(bed.hub.env, http=heard))
    return heard


def test_a_trouble_is_told_once_and_its_end_too(bed, customer, listener):
    bed.erp.faults.add(NotSent(), operation=Operation.WRITE, times=None)
    bed.crm.create("customers", customer())
    bed.run()
    watch(bed.hub)
    assert listener.posted == []
    for _ in range(40):
        bed.later(7200)
    listener.down = True
    watch(bed.hub)
    listener.down = False
    watch(bed.hub)
    watch(bed.hub)
    (told,) = listener.posted
    assert '"alert":"undelivered"' in told
    assert '"state":"open"' in told
    bed.clock.advance(90_000)
    watch(bed.hub)
    assert len(listener.posted) == 2  # still so a day later
    bed.erp.faults.clear()
    (conflict,) = bed.conflicts()
    answer(bed, conflict, Choice.RETRY)
    watch(bed.hub)
    assert '"state":"over"' in listener.posted[-1]
    assert bed.hub.db.read(alerts.all_alerts) == []


def test_troubles_are_told_apart(clock):
    now = clock.now()
    old = now - timedelta(hours=1)
    found = troubles(
        Figures(
            now=now,
            oldest_undecided=old,
            oldest_effect=now,
            undelivered=2,
            uneven=["crm"],
            failing={"erp": (old, "503"), "shop": (now, "503")},
            blown={"crm": 7},
            feeds={"crm/customers": (old, "too large"), "crm/products": (now, "too large")},
            ended=[old],
            connections=(89, 100),
        ),
        Thresholds(300, 60),
    )
    assert sorted(found) == [
        "failing:erp",
        "feed:crm/customers",
        "fuse:crm",
        "oldest:events",
        "undelivered",
        "uneven:crm",
    ]


def test_workers_and_a_database_in_trouble_are_told_of(clock):
    now = clock.now()
    fine = Figures(now=now, ended=[now - timedelta(minutes=11)], connections=(53, 60))
    assert troubles(fine, Thresholds(300, 60)) == {}
    ended = replace(fine, ended=[now], connections=(54, 60))
    assert sorted(troubles(ended, Thresholds(300, 60))) == ["database", "workers"]
    silent = troubles(replace(fine, silent=[now]), Thresholds(300, 60))
    assert "silent for half a minute or more: 1." in silent["workers"]


def test_workers_that_ended_or_are_silent_are_counted(bed):
    at = bed.clock.now()
    for name in ("one", "two"):
        bed.hub.db.write(lambda c, name=name: workers.seen(c, name, at, process=name))
    bed.hub.db.write(lambda c: workers.end(c, ["one"], at))
    bed.hub.db.write(lambda c: workers.found_empty(c, "two", at))
    bed.clock.advance(40)
    told = render(figures(bed.hub))
    for line in (
        "rectoverso_workers 0",
        "rectoverso_workers_ended 1",
        "rectoverso_worker_silent_seconds 40",
        "rectoverso_workers_found_doorbell_emptied 1",
    ):
        assert f"{line}\n" in told
    taken = 'rectoverso_database_connections{state="used"}'
    assert (taken in told) is (bed.hub.db.dialect == "postgresql")
    watch(bed.hub)
    assert [each.key for each in bed.hub.db.read(alerts.all_alerts)] == ["workers"]


def test_a_road_that_is_closed_does_not_keep_others_from_telling(clock):
    now = clock.now()
    new = Alert("undelivered", "", now, None, over=False)
    roads = ["log", "webhook", "mail"]
    assert roads_to_tell(new, roads, now) == roads
    half = replace(new, told_at=now, told_by=["log", "mail"])
    assert roads_to_tell(half, roads, now) == ["webhook"]
    assert roads_to_tell(half, ["log", "mail"], now) == []
    assert roads_to_tell(half, roads, now + timedelta(hours=25)) == roads
    ended = replace(half, over=True, told_by=None)
    assert roads_to_tell(ended, roads, now) == roads
    assert roads_to_tell(replace(new, over=True), roads, now) == []


def test_a_webhook_that_is_down_hears_later_what_mail_told_at_once(
    bed, customer, listener, monkeypatch
):
    mails = []
    monkeypatch.setattr(service, "send_mail", lambda _server, message: mails.append(message))
    settings(bed, alert_smtp=SecretStr("smtp://mail.example"), alert_to=["ops@example.org"])
    bed.crm.create("customers", customer())
    bed.tell("crm")
    bed.clock.advance(3600)
    listener.down = True
    watch(bed.hub)
    watch(bed.hub)
    assert (len(mails), listener.posted) == (1, [])
    listener.down = False
    watch(bed.hub)
    watch(bed.hub)
    assert (len(mails), len(listener.posted)) == (1, 1)
    bed.run()
    watch(bed.hub)
    assert (len(mails), len(listener.posted)) == (2, 2)
    assert bed.hub.db.read(alerts.all_alerts) == []


def test_a_system_that_answers_probes_and_nothing_else_is_told_of_once(bed, customer, listener):
    """Between two probes it seems well for some seconds; nothing is over by that."""
    row = bed.crm.create("customers", customer())
    bed.run()
    bed.erp.faults.add(Down(), operation=Operation.WRITE, times=None)
    bed.crm.edit("customers", row.id, {"name": "Renamed"})
    for _ in range(40):
        bed.later(12)
        watch(bed.hub)
    told = [json.loads(each) for each in listener.posted]
    assert [(each["alert"], each["state"]) for each in told] == [
        ("failing:erp", "open"),
        ("oldest:effects", "open"),
    ]
    bed.erp.faults.clear()
    bed.later(60)
    for _ in range(5):
        bed.later(30)
        watch(bed.hub)
    over = [json.loads(each) for each in listener.posted[2:]]
    assert {(each["alert"], each["state"]) for each in over} == {
        ("failing:erp", "over"),
        ("oldest:effects", "over"),
    }
    assert bed.rows("erp")[0]["name"] == "Renamed"


def test_a_feed_that_cannot_be_read_is_told_of(bed, listener):
    class Wide(MemoryConnector):
        def changes(self, object_type, cursor, limit):
            raise BatchRefused("the answer is too large")

    schedule(bed.hub)
    while poll_due(bed.hub):
        pass
    bed.put_in("erp", Wide(bed.erp))
    for _ in range(10):
        bed.clock.advance(16)
        while poll_due(bed.hub):
            pass
        watch(bed.hub)
    assert [json.loads(each)["alert"] for each in listener.posted] == [
        "feed:erp/categories",
        "feed:erp/customers",
        "feed:erp/products",
    ]
    assert 'rectoverso_feed_age_seconds{connection="erp",object_type="products"} 160' in render(
        figures(bed.hub)
    )
    bed.put_in("erp", bed.connectors["erp"])
    bed.clock.advance(16)
    while poll_due(bed.hub):
        pass
    watch(bed.hub)
    assert [json.loads(each)["state"] for each in listener.posted[3:]] == ["over"] * 3


def mail_server():
    """Take one message by the words of SMTP; returns (port, lines heard)."""
    server = socket.create_server(("127.0.0.1", 0))
    heard = []

    def serve():
        peer, _ = server.accept()
        with server, peer, peer.makefile("r", newline="\r\n") as lines:

            def say(text):
                peer.sendall(f"{text}\r\n".encode())

            say("220 here")
            in_data = False
            for told in lines:
                heard.append(told.strip())
                if in_data:
                    in_data = told.strip() != "."
                    if not in_data:
                        say("250 taken")
                elif told.upper().startswith("DATA"):
                    in_data = True
                    say("354 go on")
                elif told.upper().startswith("QUIT"):
                    say("221 bye")
                    return
                else:
                    say("250 fine")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return server.getsockname()[1], heard, thread


def test_a_trouble_is_told_by_mail(bed, customer, socket_enabled):
    port, heard, thread = mail_server()
    changes: dict[str, Any] = {
        "alert_smtp": f"smtp://127.0.0.1:{port}",
        "alert_to": ["ops@example.org"],
    }
    settings(bed, **HubSettings(**changes, _env_file=None).model_dump(include=set(changes)))
    bed.erp.faults.add(RefuseRecord("no"), operation=Operation.WRITE)
    bed.crm.create("customers", customer())
    bed.tell("crm")
    bed.clock.advance(3600)
    watch(bed.hub)
    thread.join(10)
    assert any("RCPT TO:<OPS@EXAMPLE.ORG>" in line.upper() for line in heard)
    assert any(
        "Subject: Rectoverso: One of the events waits for 60 minutes." in line for line in heard
    )


class Deaf(EmbeddedBroker):
    """A doorbell that cannot be reached."""

    deaf = True

    def enqueue(self, message, *, delay=None):
        if self.deaf:
            raise ConnectionError("refused")
        return super().enqueue(message, delay=delay)


def test_a_doorbell_that_nobody_hears_is_told_of(bed, listener):
    broker = Deaf()
    broker.declare_queue("hub")
    names = [turn.name for turn in all_turns(bed.hub)]
    idle = {name: Turn(name, lambda: 0, bed.clock, pace=0.0) for name in names}
    sweeper = Sweeper(bed.hub, broker, idle)
    for _ in range(10):
        bed.clock.advance(10)
        sweeper.sweep()
    watch(bed.hub)
    assert "doorbell" in [json.loads(each)["alert"] for each in listener.posted]
    assert "rectoverso_workers_unheard 1\n" in render(figures(bed.hub))
    broker.deaf = False
    for _ in range(2):
        bed.clock.advance(10)
        sweeper.sweep()
    watch(bed.hub)
    told = [json.loads(each) for each in listener.posted]
    assert [each["state"] for each in told if each["alert"] == "doorbell"] == ["open", "over"]
    assert "rectoverso_workers_unheard 0\n" in render(figures(bed.hub))


def test_a_sweep_that_rings_for_nothing_tells_nothing_of_the_doorbell(bed, monkeypatch):
    broker = Deaf()
    broker.declare_queue("hub")
    names = [turn.name for turn in all_turns(bed.hub)]
    idle = {name: Turn(name, lambda: 0, bed.clock, pace=0.0) for name in names}
    sweeper = Sweeper(bed.hub, broker, idle)
    due = iter([names[:1], []] * 10 + [names[:1]])
    monkeypatch.setattr(sweeper, "_due", lambda _connection: next(due))
    for _ in range(21):
        bed.clock.advance(10)
        sweeper.sweep()
    assert "rectoverso_workers_unheard 1\n" in render(figures(bed.hub))
