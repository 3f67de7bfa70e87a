from datetime import timedelta

import pytest

from hub.lanes import store
from hub.lanes.store import Lease
from master_data.model import lane_key
from master_data.tables import METADATA

LONG = timedelta(seconds=60)


@pytest.fixture
def lanes(database, clock):
    import hub.lanes.tables  # noqa: F401

    database.create_all(METADATA)
    return Lanes(database, clock)


class Lanes:
    """The store, one unit of work per call, time taken from the clock."""

    def __init__(self, database, clock):
        self.database = database
        self.clock = clock

    def ring(self, *keys):
        self.database.write(lambda c: store.ring(c, keys, self.clock.now()))

    def lease(self, token="t1"):
        return Lease(token, self.clock.now(), self.clock.now() + LONG)

    def claim(self, token="t1", *, of=("crm", "erp"), limit=100):
        return self.database.write(
            lambda c: store.claim(c, of, limit=limit, lease=self.lease(token))
        )

    def serve(self, lanes, token="t1"):
        return self.database.write(lambda c: store.serve(c, token, lanes, self.clock.now()))

    def count(self):
        return self.database.read(store.count)


def key(number, connection="crm"):
    return lane_key(connection, "customers", f"cu_{number}")


def test_lane_rung_twice_waits_once_and_goes_when_served(lanes):
    lanes.ring(key(1), key(2))
    lanes.ring(key(1))
    claimed = lanes.claim()
    assert sorted((each.key, each.rung) for each in claimed) == [(key(1), 2), (key(2), 1)]
    assert lanes.serve(claimed) == 2
    assert lanes.count() == 0


def test_claimed_lane_is_not_claimed_again_even_if_rung(lanes):
    lanes.ring(key(1))
    lanes.claim("t1")
    lanes.ring(key(1))
    assert lanes.claim("t2") == []


def test_lane_rung_while_claimed_stays_due_after_serving(lanes):
    lanes.ring(key(1))
    claimed = lanes.claim("t1")
    lanes.ring(key(1))
    assert lanes.serve(claimed) == 0
    assert [each.rung for each in lanes.claim("t2")] == [2]


def test_lost_lease_serves_nothing(lanes, clock):
    lanes.ring(key(1))
    stale = lanes.claim("t1")
    clock.advance(61)
    assert len(lanes.claim("t2")) == 1
    assert lanes.serve(stale, "t1") == 0
    held = lanes.database.write(lambda c: store.held(c, "t1", [key(1)]))
    assert held == set()
    assert lanes.database.write(lambda c: store.held(c, "t2", [key(1)])) == {key(1)}


def test_loud_connection_leaves_the_quiet_one_its_share(lanes, clock):
    lanes.ring(*(key(n) for n in range(50)))
    clock.advance(1)
    lanes.ring(*(key(n, "erp") for n in range(3)))
    claimed = lanes.claim(limit=10)
    assert len(claimed) == 10
    assert sum(each.connection == "erp" for each in claimed) == 3


def test_only_lanes_of_the_given_connections_are_claimed(lanes):
    lanes.ring(key(1), key(2, "erp"))
    assert [each.connection for each in lanes.claim(of=("erp",))] == ["erp"]
    assert lanes.claim(of=()) == []


def test_postponed_lane_waits_until_its_time_or_its_reason(lanes, clock):
    lanes.ring(key(1), key(2))
    claimed = lanes.claim()
    later = clock.now() + timedelta(hours=1)
    lanes.database.write(
        lambda c: store.postpone(c, lanes.lease(), claimed, until=later, waits_for="crm:gr_1")
    )
    assert lanes.claim() == []
    freed = lanes.database.write(lambda c: store.waiting_for(c, ["crm:gr_1"], clock.now()))
    assert freed == 2
    again = lanes.claim()
    assert {each.attempts for each in again} == {1}
    assert {each.waits_for for each in again} == {None}


def test_postponed_lane_that_was_rung_meanwhile_is_due_now(lanes, clock):
    lanes.ring(key(1))
    claimed = lanes.claim()
    lanes.ring(key(1))
    later = clock.now() + timedelta(hours=1)
    lanes.database.write(lambda c: store.postpone(c, lanes.lease(), claimed, until=later))
    assert len(lanes.claim("t2")) == 1


def test_new_ring_makes_a_postponed_lane_due(lanes, clock):
    lanes.ring(key(1))
    claimed = lanes.claim()
    later = clock.now() + timedelta(hours=1)
    lanes.database.write(lambda c: store.postpone(c, lanes.lease(), claimed, until=later))
    lanes.ring(key(1))
    assert len(lanes.claim("t2")) == 1


def test_released_lane_is_due_and_unclaimed(lanes, clock):
    lanes.ring(key(1))
    lanes.claim("t1")
    lanes.database.write(lambda c: store.release(c, "t1", [key(1)], clock.now()))
    assert len(lanes.claim("t2")) == 1


def test_connection_that_is_back_has_its_lanes_due(lanes, clock):
    lanes.ring(key(1))
    claimed = lanes.claim()
    later = clock.now() + timedelta(hours=1)
    lanes.database.write(lambda c: store.postpone(c, lanes.lease(), claimed, until=later))
    due = lanes.database.read(lambda c: store.any_due(c, ["crm"], clock.now()))
    assert not due
    lanes.database.write(lambda c: store.make_due(c, "crm", clock.now()))
    assert lanes.database.read(lambda c: store.any_due(c, ["crm"], clock.now()))


def test_lane_takes_apart_an_external_id_with_bars(lanes):
    lanes.ring(lane_key("crm", "customers", "a|b|c"))
    (claimed,) = lanes.claim()
    assert (claimed.connection, claimed.object_type) == ("crm", "customers")
    assert claimed.external_id == "a|b|c"
