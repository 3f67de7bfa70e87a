"""The database goes away for a moment: what claims held is given back, long before leases end."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.contract import OutcomeUnknown
from connectors.kit.memory_connector import MemoryConnector
from ground.database import DatabaseBusy, PatientDatabase
from hub.claims import Claims
from hub.effects.service import deliver_connection
from hub.housekeeping.service import do_due
from hub.polling.service import poll_due, schedule
from hub.sync.service import decide_due
from hub.workers.service import give_back

SETTLES = 11  # far less than a lease


class Shaky:
    """A database that is away while it is told to be; what was begun before is answered."""

    def __init__(self, inner):
        self._inner = inner
        self.away = False

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def read(self, work):
        self._look()
        return self._inner.read(work)

    def write(self, work, *, synced=True):
        self._look()
        return self._inner.write(work, synced=synced)

    def _look(self):
        if self.away:
            raise DatabaseBusy("restarting")


@pytest.fixture
def shaky(bed):
    """The hub on a database that may go away, as a worker has it."""
    database: Any = Shaky(bed.hub.db)
    patient = PatientDatabase(database, 0.0, lambda: False, bed.hub.claims.doubt)
    bed.hub = replace(bed.hub, env=bed.hub.env.with_db(patient))
    return database


def all_chores(hub):
    while do_due(hub):
        pass


def settled(bed):
    return bed.open_effects() == {} and bed.balance().undecided == 0


@pytest.mark.parametrize("landed", [True, False], ids=["after_landing", "before_landing"])
def test_a_write_whose_answer_could_not_be_stored_is_settled_soon(bed, customer, shaky, landed):
    class Cutting(MemoryConnector):
        def write(self, object_type, writes, not_after):
            shaky.away = True
            if landed:
                return super().write(object_type, writes, not_after)
            return [OutcomeUnknown("no answer") for _ in writes]

    bed.crm.create("customers", customer())
    bed.tell("crm")
    decide_due(bed.hub)
    bed.put_in("erp", Cutting(bed.erp))
    with pytest.raises(DatabaseBusy):
        deliver_connection(bed.hub, "erp")
    shaky.away = False
    bed.put_in("erp", bed.connectors["erp"])
    assert bed.open_effects() == {("erp", "sent"): 1}
    assert give_back(bed.hub) > 0
    assert bed.open_effects() == {("erp", "unknown"): 1}
    bed.later(SETTLES)
    assert settled(bed)
    assert len(bed.rows("erp")) == 1
    assert give_back(bed.hub) == 0


def test_a_settling_that_a_crash_forgot_is_made_up_for(bed, customer, shaky):
    row = bed.crm.create("customers", customer())
    bed.run()
    bed.crm.edit("customers", row.id, {"name": "Renamed"})
    bed.tell("crm")
    decide_due(bed.hub)
    kept = {}

    def note(connection, token=None):
        query = "select id, token, state, due_at from effect where state = 'sent'"
        kept.update({each.id: each for each in connection.exec_driver_sql(query)})

    class Noting(MemoryConnector):
        def write(self, object_type, writes, not_after):
            bed.hub.db.read(note)
            return super().write(object_type, writes, not_after)

    bed.put_in("erp", Noting(bed.erp))
    deliver_connection(bed.hub, "erp")
    bed.put_in("erp", bed.connectors["erp"])
    (sent,) = kept.values()
    bed.hub.db.write(
        lambda c: c.exec_driver_sql(
            f"update effect set state = 'sent', token = '{sent.token}', due_at = {sent.due_at},"
            f" settled_at = null where id = '{sent.id}'"
        )
    )
    bed.run()
    assert bed.open_effects() == {("erp", "sent"): 1}
    bed.hub.claims.doubt()
    give_back(bed.hub)
    bed.later(SETTLES)
    assert settled(bed)
    assert [each["name"] for each in bed.rows("erp")] == ["Renamed"]


def test_lanes_that_were_claimed_are_decided_soon(bed, customer, shaky):
    class Cutting(MemoryConnector):
        def read(self, object_type, external_ids):
            shaky.away = True
            return super().read(object_type, external_ids)

    row = bed.crm.create("customers", customer())
    bed.hint(bed.event("crm", "customers", row.id))
    bed.crm.untold.clear()
    bed.put_in("crm", Cutting(bed.crm))
    with pytest.raises(DatabaseBusy):
        decide_due(bed.hub)
    shaky.away = False
    bed.put_in("crm", bed.connectors["crm"])
    assert decide_due(bed.hub) == 0, "it is claimed"
    give_back(bed.hub)
    bed.run()
    assert settled(bed)
    assert len(bed.rows("erp")) == 1


def test_a_feed_and_a_chore_that_were_claimed_go_on_soon(bed, shaky, monkeypatch):
    class Cutting(MemoryConnector):
        def changes(self, object_type, cursor, limit):
            shaky.away = True
            return super().changes(object_type, cursor, limit)

    schedule(bed.hub)
    while poll_due(bed.hub):
        pass
    bed.clock.advance(16)
    bed.put_in("crm", Cutting(bed.crm))
    bed.put_in("erp", Cutting(bed.erp))
    with pytest.raises(DatabaseBusy):
        poll_due(bed.hub)
    shaky.away = False

    def cut(hub):
        shaky.away = True
        hub.db.read(lambda _: None)

    chores = do_due.__globals__["CHORES"]
    monkeypatch.setitem(chores, "alerts", replace(chores["alerts"], work=cut))
    with pytest.raises(DatabaseBusy):
        all_chores(bed.hub)
    shaky.away = False

    def claimed(connection):
        query = "select (select count(*) from {} where token is not null)"
        return [connection.exec_driver_sql(query.format(t)).scalar() for t in ("poll", "chore")]

    assert bed.hub.db.read(claimed) == [1, 1]
    assert give_back(bed.hub) > 1
    assert bed.hub.db.read(claimed) == [0, 0]


def test_only_what_was_under_way_or_ended_just_now_is_in_doubt(clock):
    claims = Claims()
    with claims.held(clock, "old"):
        pass
    clock.advance(11)
    with claims.held(clock, "recent"):
        pass
    with claims.held(clock, "working"):
        claims.doubt()
        assert claims.left == ["recent"]
        with claims.held(clock, "later"):
            pass
    assert claims.left == ["recent", "working"]
    claims.given_back(["recent", "working"])
    claims.doubt()
    assert claims.left == ["later"]
