"""Systems that take a record a call: many calls in a turn, and what becomes of a turn cut short."""

from dataclasses import replace

import pytest

from connectors.errors import RetryLater
from connectors.kit.memory_connector import MemoryConnector
from hub.connections import service as connections
from hub.effects.service import deliver_connection
from hub.sync.service import decide_due
from tests.hub.engine.test_faults import LEASE, SETTLES, UNDER_WAY, Died, assert_quiet
from tests.hub.engine.test_poor_systems import KeylessConnector

MANY = 5


class SingleConnector(MemoryConnector):
    """Takes a record a call; `at` says what happens before its nth call."""

    def __init__(self, system, at=None, **can):
        super().__init__(system)
        self.capabilities = replace(self.capabilities, bulk_write=1, **can)
        self.at = at or {}
        self.keys = []

    def write(self, object_type, writes, not_after):
        (one,) = writes
        self.keys.append(one.key)
        self.at.get(len(self.keys), lambda: None)()
        return super().write(object_type, writes, not_after)


class KeylessSingles(SingleConnector, KeylessConnector):
    """The same, and each create is a new record to it."""

    def __init__(self, system, at=None):
        KeylessConnector.__init__(self, system)
        self.capabilities = replace(self.capabilities, bulk_write=1)
        self.at, self.keys = at or {}, []


def fail(error):
    def failing():
        raise error

    return failing


@pytest.fixture
def planned(bed, customer):
    """The ERP, spoken to by a connector, with a create planned for each of some customers."""

    def make(connector):
        for number in range(MANY):
            words = {"name": f"Talleres {number}", "legal_name": f"Casa {number} S.L."}
            bed.crm.create("customers", customer(**words))
        bed.tell("crm")
        while decide_due(bed.hub):
            pass
        bed.put_in("erp", connector)
        assert bed.open_effects() == {("erp", "planned"): MANY}
        return connector

    return make


def end_well(bed):
    """Let all heal, by a system that fails no more; every customer is there once."""
    bed.directory.known["erp"].connector.at = {}
    bed.later(LEASE)
    bed.later(UNDER_WAY + SETTLES)
    assert len({row["name"] for row in bed.rows("erp")}) == len(bed.rows("erp")) == MANY
    assert_quiet(bed)


def attempts(bed):
    query = "select sum(attempts) from effect"
    return bed.hub.db.read(lambda c: c.exec_driver_sql(query).scalar())


def test_a_turn_makes_many_calls_and_settles_them_together(bed, planned):
    connector = planned(SingleConnector(bed.erp))
    assert deliver_connection(bed.hub, "erp") == MANY
    assert len(connector.keys) == MANY
    assert {state for _, _, state in bed.effects()} == {"confirmed"}
    end_well(bed)


def test_a_call_that_fails_ends_the_turn_and_the_rest_is_as_it_was(bed, planned):
    down = fail(RetryLater(None, "503"))
    connector = planned(SingleConnector(bed.erp, {3: down}))
    deliver_connection(bed.hub, "erp")
    assert len(connector.keys) == 3
    assert bed.open_effects() == {("erp", "unknown"): 1, ("erp", "planned"): MANY - 3}
    assert attempts(bed) == 0
    end_well(bed)


def test_a_connection_that_is_paused_gets_no_further_call(bed, planned):
    connector = SingleConnector(bed.erp)
    connector.at = {2: lambda: connections.act(bed.hub, "erp", "pause")}
    planned(connector)
    deliver_connection(bed.hub, "erp")
    assert len(connector.keys) == 2
    assert bed.open_effects() == {("erp", "planned"): MANY - 2}
    connections.act(bed.hub, "erp", "resume")
    end_well(bed)


def test_calls_that_turn_slow_end_the_turn_and_make_the_next_one_short(bed, planned):
    slow = dict.fromkeys((2, 3), lambda: bed.clock.advance(2))
    connector = planned(SingleConnector(bed.erp, slow))
    assert deliver_connection(bed.hub, "erp") == MANY
    assert len(connector.keys) == 2
    assert deliver_connection(bed.hub, "erp") == 1
    assert bed.open_effects() == {("erp", "planned"): MANY - 3}
    end_well(bed)


def test_nothing_is_begun_when_the_lease_is_all_but_over(bed, planned):
    lease = bed.hub.settings.lease
    connector = planned(SingleConnector(bed.erp, {2: lambda: bed.clock.advance(lease - 5)}))
    deliver_connection(bed.hub, "erp")
    assert len(connector.keys) == 2
    assert attempts(bed) <= 1  # the second call came too late
    end_well(bed)


def test_a_death_in_the_midst_leaves_no_write_twice(bed, planned):
    connector = planned(SingleConnector(bed.erp, {3: fail(Died())}))
    with pytest.raises(Died):
        deliver_connection(bed.hub, "erp")
    assert bed.open_effects() == {("erp", "sent"): MANY}
    assert len(bed.rows("erp")) == 2
    end_well(bed)
    assert len(set(connector.keys)) == MANY


def test_a_death_leaves_one_create_in_doubt_where_creates_are_not_known_again(bed, planned):
    planned(KeylessSingles(bed.erp, {3: fail(Died())}))
    with pytest.raises(Died):
        deliver_connection(bed.hub, "erp")
    assert bed.open_effects() == {("erp", "planned"): MANY - 3, ("erp", "sent"): 1}
    assert bed.effects().count(("erp", "create", "confirmed")) == 2


def test_what_a_slow_turn_gave_back_is_free_for_its_lane(bed, planned):
    slow = {1: lambda: bed.clock.advance(2)}
    planned(KeylessSingles(bed.erp, slow))
    assert deliver_connection(bed.hub, "erp") == MANY
    assert bed.open_effects() == {("erp", "planned"): MANY - 1}
    query = "select count(*) from effect where token is not null and state = 'planned'"
    assert bed.hub.db.read(lambda c: c.exec_driver_sql(query).scalar()) == 0
