"""A new connection: read and matched, nothing written before approval, then loaded by steps."""

from dataclasses import replace

import pytest

from connectors.kit.faults import Operation, RefuseRecord
from hub.connections import service as connections
from hub.connections import store as connection_rows
from hub.connections.rules import State
from hub.onboarding import store
from hub.replanning import store as replanning
from hub.sync.replanning import replan_due

TAX = {"scheme": "ES_NIF", "country": "ES"}


def set_state(bed, name, state):
    bed.directory.known[name] = replace(bed.directory.known[name], state=state.value)
    columns = {"state": state.value}
    bed.hub.db.write(lambda c: connection_rows.set_columns(c, name, columns))


@pytest.fixture
def boarding(bed):
    """The ERP is live, the CRM is being read and matched."""
    set_state(bed, "crm", State.ONBOARDING)
    return bed


def fill(bed, customer, many):
    """Customers in both systems (equal by tax id), only in the CRM, and only in the ERP."""
    for number in range(many):
        tax = [TAX | {"value": f"B6541{number:04}"}]
        bed.crm.create("customers", customer(name=f"Both {number}", tax_ids=tax))
        both = {"name": f"BOTH {number}", "tax_ids": tax, "kind": "organisation"}
        bed.erp.create("customers", both | {"status": "active", "currency": "EUR"})
        mine = [TAX | {"value": f"B1111{number:04}"}]
        bed.crm.create("customers", customer(name=f"Crm {number}", tax_ids=mine))
        theirs = [TAX | {"value": f"B2222{number:04}"}]
        only = {"name": f"Erp {number}", "tax_ids": theirs, "kind": "organisation"}
        bed.erp.create("customers", only | {"status": "active", "currency": "EUR"})
    bed.run()


def plan(bed, name="crm"):
    found = bed.hub.db.read(lambda c: store.matching_plan(c, name))
    return next(each for each in found.entities if each.entity == "customer"), found


def progress(bed, name="crm"):
    return bed.hub.db.read(lambda c: store.progress(c, name, bed.clock.now()))


def load(bed):
    """Go on until nothing is to be planned."""
    for _ in range(200):
        done = replan_due(bed.hub)
        bed.run()
        bed.clock.advance(1.1)
        waiting = bed.hub.db.read(lambda c: replanning.of_connection(c, "crm"))
        if not done and (waiting is None or waiting.held):
            return


def test_nothing_is_written_before_the_plan_is_approved(boarding, customer):
    bed = boarding
    fill(bed, customer, 2)
    assert len(bed.rows("erp")) == 4
    assert len(bed.rows("crm")) == 4
    rows = (*bed.crm.living("customers"), *bed.erp.living("customers"))
    assert {row.version for row in rows} == {1}
    assert bed.effects() == []
    counts, whole = plan(bed)
    assert (counts.read, counts.linked, counts.new, counts.missing) == (4, 2, 2, 2)
    assert whole.undecided == 0


def approve(bed, **options):
    connections.act(bed.hub, "crm", "approve", **options)
    set_state(bed, "crm", State.LIVE)


def test_after_approval_both_sides_have_all_once(boarding, customer):
    bed = boarding
    fill(bed, customer, 3)
    approve(bed)
    load(bed)
    assert len(bed.rows("crm")) == len(bed.rows("erp")) == len(bed.goldens()) == 9
    counts, _ = plan(bed)
    assert (counts.linked, counts.new, counts.missing) == (9, 0, 0)
    done = progress(bed)
    assert (done.done, done.total, done.to_deliver, done.eta) == (9, 9, 0, 0.0)
    assert bed.balance().open == 0


def test_a_load_goes_by_steps_and_tells_how_far_it_is(boarding, customer):
    bed = boarding
    for number in range(30):
        only = {"name": f"Erp {number}", "kind": "organisation", "status": "active"}
        bed.erp.create("customers", only | {"currency": "EUR"})
    bed.run()
    approve(bed, ramp=(10, 20))
    while not progress(bed).done:  # the ERP is planned for beside it
        bed.clock.advance(1.1)
        bed.run()
        replan_due(bed.hub)
    seen = progress(bed)
    assert seen.done < 30
    assert seen.total == 30
    bed.run()
    bed.clock.advance(2)
    later = progress(bed)
    assert later.to_deliver == 0
    assert later.per_second > 0
    assert later.eta > 0
    load(bed)
    assert len(bed.rows("crm")) == 30


def test_a_load_that_is_all_planned_still_tells_how_long_it_takes(boarding, customer):
    bed = boarding
    for number in range(120):
        only = {"name": f"Erp {number}", "kind": "organisation", "status": "active"}
        bed.erp.create("customers", only | {"currency": "EUR"})
    bed.run()
    approve(bed, ramp=(1000,))
    for _ in range(10):
        replan_due(bed.hub)
        bed.clock.advance(1.1)
    assert progress(bed).to_deliver == 120
    bed.turn()
    assert progress(bed).eta > 0
    bed.run()
    load(bed)
    assert bed.hub.db.read(lambda c: replanning.of_connection(c, "crm")) is None
    assert (progress(bed).to_deliver, progress(bed).eta) == (0, 0.0)


def test_a_load_that_is_refused_stops_at_the_first_step(boarding, customer):
    bed = boarding
    for number in range(40):
        only = {"name": f"Erp {number}", "kind": "organisation", "status": "active"}
        bed.erp.create("customers", only | {"currency": "EUR"})
    bed.run()
    bed.crm.faults.add(RefuseRecord("no licence"), operation=Operation.WRITE, times=None)
    approve(bed, ramp=(10, 1000))
    load(bed)
    held = progress(bed)
    assert held.held == "10 of the first 10 writes were refused"
    assert bed.rows("crm") == []
    bed.crm.faults.clear()
    connections.go_on(bed.hub, "crm")
    load(bed)
    assert len(bed.rows("crm")) == 30
    assert len(bed.conflicts()) == 10


def test_a_load_goes_on_where_a_killed_process_left_it(boarding, customer):
    bed = boarding
    for number in range(30):
        only = {"name": f"Erp {number}", "kind": "organisation", "status": "active"}
        bed.erp.create("customers", only | {"currency": "EUR"})
    bed.run()
    approve(bed, ramp=(10,))
    replan_due(bed.hub)
    before = bed.hub.db.read(lambda c: replanning.of_connection(c, "crm"))
    load(bed)  # whoever asks next finds the row
    assert before is not None
    assert len(bed.rows("crm")) == 30
    assert bed.hub.db.read(lambda c: replanning.of_connection(c, "crm")) is None
