from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Change, ChangeKind
from connectors.kit.faults import Down, Operation
from hub.connections import store as connections
from hub.events import store as events
from hub.events.model import Decided
from hub.events.rules import Outcome
from hub.lanes.store import Lease
from hub.polling import store
from hub.polling.rules import news, remember, versioned
from hub.polling.service import poll_due, poll_now, schedule
from master_data.model import lane_key


@pytest.fixture
def hub(a_hub, env, twin, clock):
    made = a_hub(env, poll_page=3)
    made.directory.add_with_row("crm", twin, clock.now())
    schedule(made)
    return made


def poll_all(hub):
    while poll_due(hub):
        pass


def received(hub):
    return hub.db.read(events.balance_sheet).received


def waiting(hub, object_type, external_id):
    lane = lane_key("crm", object_type, external_id)
    return hub.db.read(lambda c: events.to_judge(c, [lane])).get(lane, [])


def poll_row(hub, object_type="customers"):
    found = hub.db.read(lambda c: store.all_polls(c, "crm"))
    return next(each for each in found if each.object_type == object_type)


def test_first_poll_lists_everything_page_by_page(hub, twin, clock):
    rows = [twin.create("customers", {"name": f"C{n}"}) for n in range(8)]
    twin.create("products", {"name": "P"})
    poll_all(hub)
    assert received(hub) == 9
    (event,) = waiting(hub, "customers", rows[0].id)
    assert (event.state["name"], event.kind) == ("C0", ChangeKind.CHANGED)
    assert event.read_at == clock.now()
    assert event.version == str(rows[0].version)


def test_scheduling_what_is_known_writes_nothing(hub):
    watch = hub.db.watch()
    watch.changed()
    assert schedule(hub) == 0
    assert not watch.changed()
    watch.close()


def test_nothing_is_due_again_before_the_pause_is_over(hub, clock):
    poll_all(hub)
    assert poll_due(hub) == 0
    clock.advance(hub.settings.poll_every)
    assert poll_due(hub) == 1


def test_overlap_tells_nothing_twice_while_it_waits_for_a_decision(hub, twin, clock):
    twin.create("customers", {"name": "C"})
    poll_all(hub)
    clock.advance(15)
    poll_all(hub)
    assert received(hub) == 1


def test_new_version_is_news_even_while_the_old_one_waits(hub, twin, clock):
    row = twin.create("customers", {"name": "C"})
    poll_all(hub)
    clock.advance(15)
    twin.edit("customers", row.id, {"name": "D"})
    poll_all(hub)
    assert [each.state["name"] for each in waiting(hub, "customers", row.id)] == ["C", "D"]


def test_deletion_is_told_as_such(hub, twin, clock):
    row = twin.create("customers", {"name": "C"})
    poll_all(hub)
    clock.advance(15)
    twin.remove("customers", row.id)
    poll_all(hub)
    assert waiting(hub, "customers", row.id)[-1].kind is ChangeKind.DELETED


def test_full_listing_tells_again_what_is_not_held(hub, twin, clock):
    row = twin.create("customers", {"name": "C"})
    poll_all(hub)
    (event,) = waiting(hub, "customers", row.id)
    gone = Decided(event.id, Outcome.REJECTED, None)
    hub.db.write(lambda c: events.settle(c, [gone], clock.now()))
    clock.advance(3600)
    poll_all(hub)
    assert received(hub) == 1
    assert poll_now(hub, "crm") == 2
    assert poll_row(hub).full_since == clock.now()
    poll_all(hub)
    assert received(hub) == 2
    assert poll_row(hub).full_since is None


def test_failing_connection_opens_the_breaker_and_costs_the_poll_nothing(hub, twin, clock):
    twin.create("customers", {"name": "C"})
    twin.faults.add(Down(), operation=Operation.CHANGES)
    poll_due(hub)
    stored = hub.db.read(lambda c: connections.connection_by_id(c, "crm"))
    assert stored.health == "down"
    assert poll_due(hub) == 0
    due = hub.db.read(lambda c: store.any_due(c, ["crm"], clock.now()))
    assert due


def test_failure_midway_keeps_the_pages_already_stored(hub, twin):
    for number in range(8):
        twin.create("customers", {"name": f"C{number}"})
    twin.faults.add(Down(), operation=Operation.CHANGES, matching=_third_call())
    while poll_due(hub):
        pass
    assert received(hub) == 6
    assert poll_row(hub).cursor is not None
    assert poll_row(hub).error


def _third_call():
    seen = []

    def hit(object_type):
        if object_type == "customers":
            seen.append(1)
        return len(seen) == 3

    return hit


def test_poll_whose_lease_ran_out_does_not_move_the_cursor(hub, twin, clock):
    twin.create("customers", {"name": "C"})
    began = clock.now()
    claimed = hub.db.write(
        lambda c: store.claim(c, ["crm"], Lease("t1", began, began + timedelta(seconds=60)))
    )
    clock.advance(61)
    poll_all(hub)
    cursor = poll_row(hub).cursor
    late = hub.db.write(lambda c: store.save(c, claimed, {"cursor": "stale"}))
    assert not late
    assert poll_row(hub).cursor == cursor


def test_only_mapped_object_types_are_polled(a_hub, env, twin, clock):
    hub = a_hub(env)
    hub.directory.add_with_row("crm", twin, clock.now(), mappings={"customers": None})
    assert schedule(hub) == 1
    assert schedule(hub) == 0


def test_memory_of_what_was_told_is_bounded_and_keeps_the_latest():
    told = remember({str(n): "1" for n in range(600)}, [a_change("599", "2"), a_change("x")])
    assert len(told) == 500
    assert (told["599"], told["x"]) == ("2", "1")
    assert "0" not in told


def a_change(external_id="1", version="1", **more):
    change = Change("customers", external_id, ChangeKind.CHANGED, version, None, None, {"a": 1})
    return replace(change, **more)


def test_change_without_version_is_versioned_by_its_content():
    def canonical(record):
        return repr(sorted(record.items())).encode()

    first = versioned(a_change(version=None), canonical)
    assert first.version == versioned(a_change(version=None), canonical).version
    other = versioned(a_change(version=None, record={"a": 2}), canonical)
    assert first.version != other.version
    assert versioned(a_change(version="7"), canonical).version == "7"
    gone = versioned(a_change(version=None, kind=ChangeKind.DELETED, record=None), canonical)
    assert gone.version == "deleted"


versions = st.sampled_from(["1", "2", "3"])
ids = st.sampled_from(["a", "b", "c"])


@given(
    st.lists(st.builds(a_change, ids, versions), max_size=8),
    st.dictionaries(ids, st.one_of(st.none(), versions)),
    st.sets(st.tuples(ids, versions)),
    st.dictionaries(ids, versions),
)
def test_news_is_the_last_state_of_each_record_unless_known(changes, known, waiting_, told):
    found = {each.external_id: each.version for each in news(changes, known, waiting_, told)}
    last = {each.external_id: each.version for each in changes}
    for external_id, version in last.items():
        held = known.get(external_id) == version
        waits = (external_id, version) in waiting_
        expected = not held and not waits and told.get(external_id) != version
        assert (external_id in found) == expected
    assert all(last[external_id] == version for external_id, version in found.items())
