import json
import random
import threading
from datetime import timedelta
from itertools import chain, pairwise

import pytest
from sqlalchemy import Column, Integer, String, Table, func, select

from ground.columns import Instant, metadata
from ground.door import AnswerLost, NotSent, Response, SafeHttp
from ground.env import Env, SystemClock
from ground.notices import Change, Outbox, Sender, notice_tables, verify
from ground.notices.tables import EndpointState, NoticeState
from ground.statements import insert_many
from tests.ground.peers import answer, running

METADATA = metadata()
OUTBOX = Outbox(notice_tables(METADATA))
CUSTOMERS = Table(
    "customers",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String(80)),
    Column("updated_at", Instant),
    Column("deleted_at", Instant),
)
NOTICES = OUTBOX.tables.notices
PENDING = OUTBOX.tables.pending


def load(connection, name, ids):
    rows = connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id.in_(ids)))
    return {
        row.id: {
            "id": row.id,
            "version": row.version,
            "name": row.name,
            "updated_at": row.updated_at,
            "deleted_at": row.deleted_at,
            "external_ref": None,
            "updated_by": "us_1",
        }
        for row in rows
    }


class Wire:
    """A door whose peer answers as the test says and remembers what it was sent."""

    def __init__(self):
        self.sent = []
        self.plan = []
        self.usual = 200

    def request(self, method, url, *, headers, body, **settings):
        self.sent.append((headers, body))
        reply = self.plan.pop(0) if self.plan else self.usual
        if isinstance(reply, Exception):
            raise reply
        if callable(reply):
            reply = reply()
        status, extra = reply if isinstance(reply, tuple) else (reply, {})
        return Response(status, extra, b"")

    @property
    def changes(self):
        return [[c["id"] for c in json.loads(body)["changes"]] for _, body in self.sent]

    @property
    def ids(self):
        return [headers["webhook-id"] for headers, _ in self.sent]


class App:
    """A small app with customers, an outbox and one sender."""

    def __init__(self, database, clock, ids):
        self.db = database
        self.clock = clock
        self.wire = Wire()
        self.env = Env(clock=clock, rng=random.Random(7), ids=ids, http=self.wire, db=database)
        database.create_all(METADATA)
        self.sender = self.restart()

    def restart(self):
        self.sender = Sender(self.env, OUTBOX, load)
        return self.sender

    def listen(self, url="https://hub.example/hooks", topics=()):
        return self.db.write(
            lambda connection: OUTBOX.add(connection, self.env, url, topics=topics, by="us_1")
        )

    def save(self, *ids, version=1, name="n", deleted=False):
        now = self.clock.now()
        rows = [
            {
                "id": each,
                "version": version,
                "name": name,
                "updated_at": now,
                "deleted_at": now if deleted else None,
            }
            for each in ids
        ]
        changes = [Change("customers", each, version, now, "us_1") for each in ids]

        def unit(connection):
            insert_many(connection, CUSTOMERS, rows, on_conflict=["id"])
            return OUTBOX.announce(connection, changes)

        return self.db.write(unit)

    def count(self, table, *where):
        statement = select(func.count()).select_from(table).where(*where)
        return self.db.read(lambda connection: connection.execute(statement).scalar_one())

    def states(self):
        statement = select(NOTICES.c.state).order_by(NOTICES.c.id)
        return self.db.read(lambda connection: list(connection.execute(statement).scalars()))

    def endpoint(self):
        (found,) = self.db.read(OUTBOX.endpoints)
        return found

    def wait_until_due(self):
        """Move the clock to the next instant at which there may be something to send."""
        _, seconds = self.db.read(self.sender._claims.waiting)
        self.clock.advance(seconds or 0.0)

    def until_quiet(self):
        while self.sender.run_once():
            pass


@pytest.fixture
def app(database, clock, ids):
    return App(database, clock, ids)


def test_a_change_is_sent_signed_with_the_record_as_it_is_now(app):
    _, secret = app.listen()
    app.save("cu_1", version=3, name="ACME")
    assert app.sender.run_once() == 1
    headers, body = app.wire.sent[0]
    assert verify(headers, body, [secret], app.clock.now()).startswith("no_")
    assert json.loads(body) == {
        "type": "records.changed",
        "changes": [
            {
                "object": "customers",
                "id": "cu_1",
                "version": 3,
                "kind": "changed",
                "at": "2026-01-05T12:00:00Z",
                "external_ref": None,
                "actor": "us_1",
                "record": {
                    "id": "cu_1",
                    "version": 3,
                    "name": "ACME",
                    "updated_at": "2026-01-05T12:00:00Z",
                    "deleted_at": None,
                    "external_ref": None,
                    "updated_by": "us_1",
                },
            }
        ],
    }
    assert app.sender.run_once() == 0
    assert (app.states(), app.count(PENDING)) == ([NoticeState.DELIVERED], 0)


def test_a_deleted_record_and_an_erased_one_are_told_as_deleted(app):
    app.listen()
    app.save("cu_1", version=2, deleted=True)
    app.save("cu_2", version=5)
    app.db.write(lambda c: c.execute(CUSTOMERS.delete().where(CUSTOMERS.c.id == "cu_2")))
    app.sender.run_once()
    told = {c["id"]: c for c in json.loads(app.wire.sent[0][1])["changes"]}
    assert [told[i]["kind"] for i in ("cu_1", "cu_2")] == ["deleted", "deleted"]
    assert [told[i]["record"] for i in ("cu_1", "cu_2")] == [None, None]
    assert [told[i]["version"] for i in ("cu_1", "cu_2")] == [2, 5]


def test_ten_quick_edits_are_one_change(app):
    app.listen()
    for version in range(1, 11):
        app.save("cu_1", version=version)
    app.until_quiet()
    assert app.wire.changes == [["cu_1"]]


def test_without_endpoints_nothing_is_kept(app):
    assert app.save("cu_1") == 0
    assert app.count(PENDING) == 0


def test_an_endpoint_hears_only_its_topics(app):
    app.listen(topics=["products"])
    assert app.save("cu_1") == 0
    app.listen(topics=["customers", "products"])
    assert app.save("cu_1") == 1


def test_a_change_that_is_rolled_back_is_not_told(app):
    app.listen()

    def unit(connection):
        OUTBOX.announce(connection, [Change("customers", "cu_1", 1, app.clock.now())])
        raise LookupError

    with pytest.raises(LookupError):
        app.db.write(unit)
    assert app.sender.run_once() == 0


def test_a_notice_carries_at_most_100_changes_and_two_notices_are_under_way(app):
    app.listen()
    app.save(*[f"cu_{n:04}" for n in range(250)])
    assert app.sender.run_once() == 2
    assert [len(each) for each in app.wire.changes] == [100, 100]
    app.until_quiet()
    assert sorted(chain(*app.wire.changes)) == [f"cu_{n:04}" for n in range(250)]


def test_a_notice_stays_below_what_receivers_take(app):
    app.listen()
    app.db.write(lambda c: c.execute(CUSTOMERS.insert(), ROWS_OF_20_KB))
    changes = [Change("customers", row["id"], 1, app.clock.now()) for row in ROWS_OF_20_KB]
    app.db.write(lambda connection: OUTBOX.announce(connection, changes))
    big = Sender(app.env, OUTBOX, lambda c, name, ids: {i: {"text": "x" * 20_000} for i in ids})
    while big.run_once():
        pass
    assert all(len(body) < 1_000_000 for _, body in app.wire.sent)
    assert len([*chain(*app.wire.changes)]) == 60


ROWS_OF_20_KB = [{"id": f"cu_{n}", "version": 1} for n in range(60)]


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


def test_a_rotated_secret_is_used_together_with_the_one_before(app):
    endpoint_id, first = app.listen()
    second, third = (
        app.db.write(lambda connection: OUTBOX.rotate(connection, app.env, endpoint_id))
        for _ in range(2)
    )
    app.save("cu_1")
    app.sender.run_once()
    headers, body = app.wire.sent[0]
    for secret in (second, third):
        verify(headers, body, [secret], app.clock.now())
    assert len(headers["webhook-signature"].split()) == 2
    assert first not in (second, third)


def test_a_removed_endpoint_leaves_nothing(app):
    endpoint_id, _ = app.listen()
    app.save("cu_1")
    app.wire.plan = [500]
    app.sender.run_once()
    assert app.db.write(lambda connection: OUTBOX.remove(connection, endpoint_id))
    assert (app.count(PENDING), app.count(NOTICES)) == (0, 0)
    assert not app.db.write(lambda connection: OUTBOX.remove(connection, endpoint_id))


def test_delivered_notices_keep_no_body_and_are_pruned(app):
    app.listen()
    app.save("cu_1")
    app.sender.run_once()
    assert app.count(NOTICES, NOTICES.c.body.is_not(None)) == 0
    later = app.clock.now() + timedelta(days=1)
    assert app.db.write(lambda connection: OUTBOX.prune(connection, later)) == 1


def test_secrets_lie_in_the_vault_if_there_is_one(app):
    class Vault:
        def seal(self, place, secret):
            return f"{place}|{secret[::-1]}"

        def unseal(self, place, sealed):
            assert sealed.startswith(f"{place}|")
            return sealed.removeprefix(f"{place}|")[::-1]

    outbox = Outbox(OUTBOX.tables, Vault())
    _, secret = app.db.write(
        lambda connection: outbox.add(connection, app.env, "https://h/", topics=(), by="us_1")
    )
    stored = app.db.read(lambda c: c.execute(select(OUTBOX.tables.endpoints.c.secrets)).scalar())
    assert secret not in str(stored)
    app.save("cu_1")
    Sender(app.env, outbox, load).run_once()
    headers, body = app.wire.sent[0]
    verify(headers, body, [secret], app.clock.now())


def test_over_a_real_server_that_dies_and_returns(app, socket_enabled):
    def script(wire, request, number):
        if number == 1:
            return False
        wire.sendall(answer(status="204 No Content"))
        return True

    with running(script) as peer:
        door = SafeHttp(clock=app.clock, allow=[peer.place])
        app.env = Env(clock=app.clock, rng=app.env.rng, ids=app.env.ids, http=door, db=app.db)
        app.restart()
        _, secret = app.listen(peer.url)
        app.save("cu_1")
        for _ in range(3):
            app.sender.run_once()
            app.clock.advance(10)
        door.close()
    assert len(peer.requests) == 2
    first, second = (request.partition(b"\r\n\r\n") for request in peer.requests)
    assert first[2] == second[2]
    headers = dict(line.split(": ", 1) for line in second[0].decode().split("\r\n")[1:])
    verify(headers, second[2], [secret], app.clock.now())
    assert app.states() == [NoticeState.DELIVERED]


def test_the_loop_sends_after_a_commit_and_stops_when_told(app, socket_enabled):
    arrived, stopping = threading.Event(), threading.Event()

    def script(wire, request, number):
        wire.sendall(answer(status="204 No Content"))
        arrived.set()
        return True

    with running(script) as peer:
        clock = SystemClock()
        door = SafeHttp(clock=clock, allow=[peer.place])
        app.env = Env(clock=clock, rng=app.env.rng, ids=app.env.ids, http=door, db=app.db)
        app.listen(peer.url)
        loop = threading.Thread(target=app.restart().run, args=(stopping.is_set,))
        loop.start()
        for version in (1, 2):
            arrived.clear()
            app.save("cu_1", version=version)
            assert arrived.wait(10)
        stopping.set()
        loop.join(10)
        door.close()
    assert not loop.is_alive()
    assert app.states() == [NoticeState.DELIVERED] * 2
    assert app.count(PENDING) == 0


def test_the_loop_goes_on_after_an_error_of_the_app(app):
    app.listen()
    app.save("cu_1")
    failing = [LookupError("once")]

    def load_badly(connection, name, ids):
        if failing:
            raise failing.pop()
        return load(connection, name, ids)

    sender = Sender(app.env, OUTBOX, load_badly)
    turns = []
    sender.run(lambda: turns.append(1) or bool(app.wire.sent) or len(turns) > 200)
    assert app.wire.changes == [["cu_1"]]
