"""A worker process is killed: what it held is given back as soon as that is known, not guessed."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.kit.memory_connector import MemoryConnector
from hub.chores import store as chores
from hub.claims import Claims
from hub.effects.service import deliver_connection
from hub.housekeeping.service import CHORES, do_due
from hub.polling.service import poll_due, schedule
from hub.sync.service import decide_due
from hub.worker import Sweeper
from hub.workers import store as workers
from hub.workers.service import give_back

SETTLES = 11  # of the systems here; far less than a lease
TABLES = ("lane", "effect", "poll", "chore")


class KilledError(BaseException):
    """Nothing catches it, as nothing catches a kill."""


class Machine:
    """What one machine knows of its processes."""

    def __init__(self, mark, ended):
        self.mark, self.ended = mark, ended

    def mine(self):
        return self.mark

    def has_ended(self, mark, *, was_here=False):
        return mark in self.ended or (was_here and mark.startswith("earlier boot"))


class Dying(MemoryConnector):
    """The process is killed when it reads, or when it has written."""

    def read(self, object_type, external_ids):
        raise KilledError

    def changes(self, object_type, cursor, limit):
        raise KilledError

    def write(self, object_type, writes, not_after):
        super().write(object_type, writes, not_after)
        raise KilledError


@pytest.fixture
def ended():
    """Marks of processes known to have ended."""
    return set()


@pytest.fixture
def a_worker(bed, ended):
    """a_worker(mark) -> a hub of a process of its own, which gave a sign of life."""

    def build(mark):
        env = replace(bed.hub.env, processes=Machine(mark, ended))
        hub = replace(bed.hub, env=env, claims=Claims())
        nothing: Any = None
        Sweeper(hub, nothing, {})._live()
        return hub

    return build


@pytest.fixture
def killed(bed, a_worker, ended):
    """killed(work) -> one who survives: a worker was killed in the middle of `work(its hub)`."""

    def kill(work):
        survivor = a_worker("there/2/2")
        with pytest.raises(KilledError):
            work(a_worker("there/1/1"))
        ended.add("there/1/1")
        for name in ("crm", "erp"):
            bed.put_in(name, bed.connectors[name])
        bed.hub = survivor
        return survivor

    return kill


def held(bed):
    def read(connection):
        query = "select count(*) from {} where token is not null"
        counts = {t: connection.exec_driver_sql(query.format(t)).scalar() for t in TABLES}
        return {table: many for table, many in counts.items() if many}

    return bed.hub.db.read(read)


def settled(bed):
    return bed.open_effects() == {} and bed.balance().undecided == 0


def test_lanes_it_was_deciding_are_decided_at_once(bed, customer, killed):
    row = bed.crm.create("customers", customer())
    bed.hint(bed.event("crm", "customers", row.id))
    bed.crm.untold.clear()
    bed.put_in("crm", Dying(bed.crm))
    survivor = killed(decide_due)
    assert held(bed) == {"lane": 1}
    assert give_back(survivor) == 1
    bed.run()
    assert settled(bed)
    assert len(bed.rows("erp")) == 1


def test_a_write_it_had_sent_is_read_once_its_system_had_time_to_settle(bed, customer, killed):
    bed.crm.create("customers", customer())
    bed.tell("crm")
    decide_due(bed.hub)
    bed.put_in("erp", Dying(bed.erp))
    survivor = killed(lambda hub: deliver_connection(hub, "erp"))
    assert bed.open_effects() == {("erp", "sent"): 1}
    assert give_back(survivor) == 1
    assert bed.open_effects() == {("erp", "unknown"): 1}
    bed.run()
    assert bed.open_effects() == {("erp", "unknown"): 1}, "it may still land"
    bed.later(SETTLES)
    assert settled(bed)
    assert len(bed.rows("erp")) == 1


def test_a_feed_and_a_chore_go_on_at_once(bed, killed, monkeypatch):
    def die(hub):
        raise KilledError

    def all_chores(hub):
        while do_due(hub):
            pass

    schedule(bed.hub)
    bed.put_in("crm", Dying(bed.crm))
    bed.put_in("erp", Dying(bed.erp))
    killed(poll_due)
    assert held(bed) == {"poll": 1}
    assert give_back(bed.hub) == 1
    monkeypatch.setitem(CHORES, "alerts", replace(CHORES["alerts"], work=die))
    killed(all_chores)
    assert held(bed) == {"chore": 1}
    assert give_back(bed.hub) == 1
    assert held(bed) == {}


def test_of_one_who_is_only_silent_chores_go_on_and_nothing_else(bed, a_worker, customer):
    """It may stand still, or be on another machine: its leases end by themselves."""
    silent, survivor = a_worker("elsewhere/1/1"), a_worker("there/2/2")
    row = bed.crm.create("customers", customer())
    bed.hint(bed.event("crm", "customers", row.id))
    bed.put_in("crm", Dying(bed.crm))
    with pytest.raises(KilledError):
        decide_due(silent)
    do_due(bed.hub)
    token = silent.claims.token(silent.env.ids)
    bed.hub.db.write(
        lambda c: c.exec_driver_sql(f"update chore set token = '{token}' where name = 'alerts'")
    )
    assert held(bed) == {"lane": 1, "chore": 1}
    bed.clock.advance(29)
    assert give_back(survivor) == 0
    bed.clock.advance(2)
    assert give_back(survivor) == 1
    assert held(bed) == {"lane": 1}
    assert give_back(survivor) == 0


def test_one_who_ended_is_not_alive_and_remembered_for_an_hour(bed, a_worker, killed):
    def die(hub):
        raise KilledError

    survivor = killed(die)
    db, clock = survivor.db, bed.clock
    assert db.read(lambda c: workers.alive(c, clock.now())) == 2
    give_back(survivor)
    assert db.read(lambda c: workers.alive(c, clock.now())) == 1
    assert db.read(lambda c: workers.ended(c, clock.now())) == [clock.now()]
    clock.advance(3601)
    assert db.read(lambda c: workers.ended(c, clock.now())) == []
    a_worker("there/3/3")
    assert len(db.read(workers.processes)) == 1


def test_on_sqlite_whoever_was_there_before_the_machine_began_anew_has_ended(bed, a_worker):
    before, survivor = a_worker("earlier boot/1/1"), a_worker("there/2/2")
    bed.hub.db.write(lambda c: chores.ensure(c, ["alerts"], bed.clock.now()))
    token, now = before.claims.token(before.env.ids), bed.clock.now()
    bed.hub.db.write(lambda c: chores.claim(c, token, now, now))
    one_machine = bed.hub.db.dialect == "sqlite"
    assert give_back(survivor) == int(one_machine)
    assert held(bed) == ({} if one_machine else {"chore": 1})


def test_who_knows_no_processes_gives_back_nothing_of_others(bed, customer, killed):
    row = bed.crm.create("customers", customer())
    bed.hint(bed.event("crm", "customers", row.id))
    bed.put_in("crm", Dying(bed.crm))
    killed(decide_due)
    stranger = replace(bed.hub, claims=Claims())
    bed.clock.advance(31)
    assert give_back(stranger) == 0
    assert held(bed) == {"lane": 1}
