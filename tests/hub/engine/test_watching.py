"""Chores, sheets by the hour, retention, the sealed audit, alerts and figures."""

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
from hub.chores import store as chores
from hub.conflicts.rules import Choice
from hub.events import store as events
from hub.housekeeping.service import CHORES, do_due
from hub.metrics.rules import Figure, Kind, render
from hub.metrics.service import figures
from hub.polling.service import poll_due, schedule
from hub.retention.service import thin_out
from hub.sealing.service import seal_due, verify
from hub.settings import HubSettings
from hub.sheets import store as sheets
from hub.sheets.service import roll_up
from hub.turns import Turn
from hub.worker import Sweeper, all_turns
from tests.hub.engine.test_faults import answer


@pytest.fixture
def history(bed, customer):
    """Three hours with customers and edits, the last event still open."""
    for hour in range(3):
        for number in range(3):
            bed.crm.create("customers", customer(name=f"Customer {hour}{number}"))
        bed.run()
        bed.clock.advance(3600)
    (row, *_) = bed.erp.living("customers")
    bed.erp.edit("customers", row.id, {"status": "vip"})
    bed.run()
    do_due(bed.hub)
    return row


def settings(bed, **changes):
    bed.hub = replace(bed.hub, settings=bed.hub.settings.model_copy(update=changes))


def rolled(bed):
    while roll_up(bed.hub):
        pass


def sql(bed, statement):
    bed.hub.db.write(lambda c: c.exec_driver_sql(statement))


def rows(bed, query):
    return bed.hub.db.read(lambda c: [tuple(row) for row in c.exec_driver_sql(query)])


def test_each_chore_is_done_by_one_worker_at_a_time(bed):
    assert do_due(bed.hub) == 1
    done = 1
    while do_due(bed.hub):
        done += 1
    assert done == len(CHORES)
    bed.clock.advance(16)
    assert {row[0] for row in rows(bed, "select name from chore where error is null")} == set(
        CHORES
    )
    db = bed.hub.db
    until = bed.clock.now() + timedelta(minutes=5)
    due = sorted(name for name, chore in CHORES.items() if chore.every < 16)
    taken = [
        db.write(lambda c: chores.claim(c, "some", bed.clock.now(), until)) for _ in range(len(due))
    ]
    assert sorted(taken) == due
    assert db.write(lambda c: chores.claim(c, "other", bed.clock.now(), until)) is None


def test_a_chore_that_fails_is_seen_and_tried_again(bed, monkeypatch):
    def fail(_hub):
        raise RuntimeError("no")

    monkeypatch.setitem(CHORES, "seal", replace(CHORES["seal"], work=fail))
    while do_due(bed.hub):
        pass
    assert bed.hub.db.read(chores.failing) == 1
    found = bed.hub.db.read(lambda c: alerts.figures(c, bed.clock.now()))
    assert "chore:seal" in troubles(found, Thresholds(300, 60))


def test_rolled_up_hours_add_up_to_the_same_sheet(bed, history):
    before = bed.hub.db.read(sheets.sheet)
    plain = bed.balance()
    assert before[0] == plain
    bed.clock.advance(7200)
    rolled(bed)
    assert bed.hub.db.read(sheets.rolled_until) is not None
    assert rows(bed, "select count(*) from balance_late") == [(1,)]
    assert bed.hub.db.read(sheets.sheet) == before
    (conflict,) = bed.conflicts()
    bed.erp.edit("customers", history.id, {"status": "blocked"})
    bed.run()
    rolled(bed)
    assert bed.conflicts() == [] or conflict
    assert bed.hub.db.read(sheets.sheet)[0] == bed.balance()
    assert bed.hub.db.read(sheets.sheet)[0].is_even
    assert rows(bed, "select count(*) from balance_late") == [(0,)]


def test_the_sheet_by_the_hour_is_the_same_before_and_after_rolling_up(bed, history):
    def by_hour():
        since = bed.clock.now() - timedelta(hours=24)
        found = bed.hub.db.read(lambda c: sheets.hours(c, "crm", since))
        return [(hour, received, +counts) for _, hour, received, counts in found]

    before = by_hour()
    assert sum(received for _, received, _ in before) > 0
    bed.clock.advance(7200)
    rolled(bed)
    assert by_hour() == before
    assert all(received == sum(counts.values()) for _, received, counts in by_hour())


def test_payloads_go_after_a_while_and_outcomes_stay(bed, history):
    settings(bed, payload_days=30)
    thin_out(bed.hub)
    assert rows(bed, "select count(*) from event where state is not null") != [(0,)]
    bed.clock.advance(31 * 86_400)
    thin_out(bed.hub)
    left = rows(bed, "select outcome from event where state is not null")
    assert left == [("held",)]
    assert rows(bed, "select count(*) from effect where frozen is not null") == [(0,)]
    assert bed.balance().is_even
    assert bed.balance().received > 9


def sealed(bed):
    bed.clock.advance(60)
    while seal_due(bed.hub):
        pass
    return verify(bed.hub)


def test_an_untouched_history_verifies_and_names_its_tail(bed, history, customer):
    assert verify(bed.hub).unsealed > 9
    found = sealed(bed)
    assert (found.broken, found.unsealed) == ([], 0)
    assert found.rows == rows(bed, "select count(*) from golden_version")[0][0]
    bed.crm.create("customers", customer(name="Late"))
    bed.run()
    after = verify(bed.hub)
    assert (after.head, after.unsealed > 0) == (found.head, True)
    more = sealed(bed)
    assert more.blocks == found.blocks + 1
    assert more.broken == []


def test_what_people_decide_is_part_of_the_sealed_history(bed, history):
    (conflict,) = bed.conflicts()
    answer(bed, conflict, Choice.DISMISS)
    assert sealed(bed).broken == []
    sql(bed, "update audit_entry set actor = 'us_2'")
    (trouble,) = verify(bed.hub).broken
    assert "au_" in trouble
    assert "was changed" in trouble


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update golden_version set changes = '{}' where version = 1", "was changed"),
        ("delete from golden_version where version = 1", "is missing"),
        ("update audit_block set marks = '' where number = 1", "block 1"),
        ("delete from audit_block where number = 1", "blocks 1 to 1 are missing"),
    ],
)
def test_a_changed_history_is_found_and_named(bed, history, customer, statement, said):
    sealed(bed)
    bed.crm.create("customers", customer(name="One more"))
    bed.run()
    assert sealed(bed).blocks == 2
    sql(bed, statement)
    broken = verify(bed.hub).broken
    assert broken
    assert said in broken[0]


def test_a_row_slipped_into_sealed_history_is_found(bed, history):
    sealed(bed)
    sql(
        bed,
        "insert into golden_version (golden_id, version, at, changes)"
        " select golden_id, version + 100, at, changes from golden_version where version = 1",
    )
    (trouble,) = verify(bed.hub).broken
    assert "was added" in trouble


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


def test_figures_are_told_in_the_form_of_prometheus(bed, history):
    text = render(figures(bed.hub))
    sheet = bed.hub.db.read(lambda c: events.balance_sheet(c, "crm"))
    assert f'rectoverso_events_received_total{{connection="crm"}} {sheet.received}\n' in text
    assert 'rectoverso_connection_up{connection="erp"} 1\n' in text
    assert "# TYPE rectoverso_conflicts_open gauge\nrectoverso_conflicts_open 1\n" in text
    for line in text.splitlines():
        assert line.startswith("# ") or len(line.rsplit(" ", 1)) == 2


def test_labels_are_escaped():
    figure = Figure("x", "h", Kind.GAUGE, [({"name": 'a"b\\c\nd'}, 1.0)])
    assert render([figure]).splitlines()[-1] == 'x{name="a\\"b\\\\c\\nd"} 1'


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
