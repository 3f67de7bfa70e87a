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

    def postpone(self, claimed, token="t1", **more):
        later = self.clock.now() + timedelta(hours=1)
        lease = self.lease(token)
        self.database.write(lambda c: store.postpone(c, lease, claimed, until=later, **more))

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


def test_a_share_that_is_not_used_up_goes_to_the_hungry(lanes, clock):
    lanes.ring(*(key(n) for n in range(20)))
    clock.advance(1)
    lanes.ring(key(1, "erp"), *(key(n, "shop") for n in range(20)))
    claimed = lanes.claim(of=("crm", "erp", "shop"), limit=12)
    by = [each.connection for each in claimed]
    assert (by.count("crm"), by.count("erp"), by.count("shop")) == (6, 1, 5)
    assert len(lanes.claim("t2", of=("crm", "erp", "shop"), limit=2)) == 2
    assert len(lanes.claim("t3", of=("shop",))) == 14


def test_the_oldest_lanes_are_claimed_first_and_no_more_than_asked(lanes, clock):
    for number in (3, 1, 2):
        lanes.ring(key(number))
        clock.advance(1)
    assert {each.key for each in lanes.claim(limit=2)} == {key(3), key(1)}
    assert lanes.claim(limit=0) == []
    assert lanes.count() == 3


def test_more_connections_than_lanes_asked_for_are_served_one_lane_each(lanes):
    lanes.ring(*(key(n, name) for n in range(3) for name in ("a", "b", "c")))
    assert [each.connection for each in lanes.claim(of=("a", "b", "c"), limit=2)] == ["a", "b"]


def test_a_claim_lasts_to_the_end_of_its_lease(lanes, clock):
    lanes.ring(key(1))
    lanes.claim("t1")
    clock.advance(59)
    assert lanes.claim("t2") == []
    clock.advance(1)
    assert len(lanes.claim("t2")) == 1


def test_an_earlier_ring_counts_and_a_later_one_does_not_put_off(lanes, clock):
    lanes.ring(key(1))
    soon = clock.now() + timedelta(minutes=5)
    lanes.database.write(lambda c: store.ring(c, [key(1), key(2)], soon))
    assert [(each.key, each.rung) for each in lanes.claim()] == [(key(1), 2)]
    lanes.database.write(lambda c: store.ring(c, [], soon))
    assert lanes.count() == 2


def test_of_several_lanes_served_only_the_rung_ones_stay(lanes, clock):
    lanes.ring(key(1), key(2), key(3))
    claimed = lanes.claim("t1")
    lanes.ring(key(2))
    assert lanes.serve(claimed) == 2
    assert [(each.key, each.rung) for each in lanes.claim("t2")] == [(key(2), 2)]
    assert lanes.serve([], "t2") == 0
    assert lanes.claim("t3") == []  # t2 serves it


def test_a_lost_lease_gives_nothing_back_and_puts_nothing_off(lanes, clock):
    lanes.ring(key(1))
    stale = lanes.claim("t1")
    clock.advance(60)
    lanes.claim("t2")
    lanes.database.write(lambda c: store.release(c, "t1", [key(1)], clock.now()))
    lanes.postpone(stale, "t1", waits_for="x")
    assert lanes.claim("t3") == []
    assert lanes.database.read(lambda c: store.waiting_on(c, "x")) == []
    assert lanes.database.write(lambda c: store.held(c, "t2", [key(1), key(2)])) == {key(1)}


def test_those_that_wait_for_a_name_are_told_and_freed(lanes, clock):
    lanes.ring(key(1), key(2), lane_key("crm", "customers", "a|b"))
    claimed = {each.key: each for each in lanes.claim("t1")}
    lanes.postpone([claimed[key(1)], claimed["crm|customers|a|b"]], waits_for="crm:gr_1")
    lanes.postpone([claimed[key(2)]], waits_for="crm:gr_2")
    waiting = lanes.database.read(lambda c: store.waiting_on(c, "crm:gr_1"))
    assert sorted(waiting) == ["a|b", "cu_1"]
    free = lambda *names: lanes.database.write(  # noqa: E731 - said three times
        lambda c: store.waiting_for(c, names, clock.now())
    )
    assert free() == 0
    assert free("crm:gr_1", "nobody") == 2
    again = lanes.claim("t2")
    assert {(each.key.rpartition("_")[2], each.rung) for each in again} == {
        ("1", 2),
        ("crm|customers|a|b", 2),
    }
    assert free("crm:gr_2") == 1
    assert [each.attempts for each in lanes.claim("t2")] == [1]


def test_a_lane_freed_while_it_is_served_is_looked_at_again_when_the_lease_ends(lanes, clock):
    lanes.ring(key(1))
    lanes.postpone(lanes.claim("t1"), waits_for="x")
    clock.advance(hours=1)
    claimed = lanes.claim("t2")
    lanes.database.write(lambda c: store.waiting_for(c, ["x"], clock.now()))
    assert lanes.claim("t3") == []
    assert lanes.serve(claimed, "t2") == 0
    assert len(lanes.claim("t3")) == 1


def test_only_its_own_unclaimed_lanes_are_due_when_a_connection_is_back(lanes, clock):
    lanes.ring(key(1), key(2), key(1, "erp"))
    claimed = lanes.claim("t1")
    lanes.postpone([each for each in claimed if each.key != key(2)])
    lanes.database.write(lambda c: store.make_due(c, "crm", clock.now()))
    due = lambda *ids: lanes.database.read(  # noqa: E731 - said three times
        lambda c: store.any_due(c, ids, clock.now())
    )
    assert (due("crm"), due("erp"), due("erp", "crm"), due()) == (True, False, True, False)
    assert [each.key for each in lanes.claim("t2")] == [key(1)]


def test_a_connection_that_is_back_puts_no_due_lane_off(lanes, clock):
    lanes.ring(key(1))
    rung = clock.now()
    lanes.database.write(lambda c: store.make_due(c, "crm", rung + timedelta(seconds=5)))
    assert lanes.database.read(lambda c: store.any_due(c, ["crm"], rung))
