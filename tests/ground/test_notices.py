import json
import threading
from datetime import timedelta
from itertools import chain

import pytest
from sqlalchemy import select

from ground.door import SafeHttp
from ground.env import Env, SystemClock
from ground.notices import Change, Outbox, Sender, verify
from ground.notices.tables import NoticeState
from tests.ground.noticing import CUSTOMERS, NOTICES, OUTBOX, PENDING, App, load
from tests.ground.peers import answer, running


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


def test_an_endpoint_may_leave_out_what_one_actor_changes(app):
    app.listen(except_by="ke_hub")
    assert app.save("cu_1", by="ke_hub") == 0
    assert app.save("cu_1", version=2, by="us_1") == 1
    assert app.save("cu_1", version=3, by="ke_hub") == 0
    app.until_quiet()
    ((_, body),) = app.wire.sent
    assert json.loads(body)["changes"][0]["version"] == 3  # what is told is the state of now


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
    changes = [Change("customers", str(row["id"]), 1, app.clock.now()) for row in ROWS_OF_20_KB]
    app.db.write(lambda connection: OUTBOX.announce(connection, changes))
    big = Sender(app.env, OUTBOX, lambda c, name, ids: {i: {"text": "x" * 20_000} for i in ids})
    while big.run_once():
        pass
    assert all(len(body) < 1_000_000 for _, body in app.wire.sent)
    assert len([*chain(*app.wire.changes)]) == 60


ROWS_OF_20_KB = [{"id": f"cu_{n}", "version": 1} for n in range(60)]


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
    turns = iter(range(200))
    sender.run(lambda: bool(app.wire.sent) or next(turns, None) is None)
    assert app.wire.changes == [["cu_1"]]
