"""A decision is made again because something moved, and by then more was told."""

from dataclasses import replace

from hub.events import store as events
from hub.sync.service import decide_due


def test_what_was_told_between_two_tries_is_read_before_it_is_judged(bed, customer, monkeypatch):
    """What was not read must not count as deleted."""
    row = bed.crm.create("customers", customer(name="Ibarra one"))
    bed.run()
    bed.crm.edit("customers", row.id, {"name": "Ibarra two"})
    told = bed.event("crm", "customers", row.id)
    bed.tell("crm")
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.crm.untold.clear()
    write, writes = bed.hub.db.write, []

    def write_after_a_hint(work, *, synced=True):
        writes.append(work)
        if len(writes) == 2:  # after the claim, before the verdict
            hint = replace(told, id="ev_hint", state=None, version=None)
            write(lambda c: events.insert(c, [hint], bed.clock.now()))
            move = "update golden set version = version + 1 where entity = 'customer'"
            write(lambda c: c.exec_driver_sql(move))
        return write(work, synced=synced)

    monkeypatch.setattr(bed.hub.db, "write", write_after_a_hint)
    capable = replace(bed.connectors["crm"].capabilities, comparable_version=False)
    monkeypatch.setattr(bed.connectors["crm"], "capabilities", capable)
    fresh = "update event set read_at = received_at + 1 where decided_at is null"
    write(lambda c: c.exec_driver_sql(fresh))
    decide_due(bed.hub)
    monkeypatch.undo()
    bed.run()
    assert bed.rows("erp")[0]["name"] == "Ibarra two"
    assert bed.rows("erp")[0]["language"] == "ca"
    query = "select state from crossref where connection = 'crm'"
    assert bed.hub.db.read(lambda c: c.exec_driver_sql(query).scalars().all()) == ["live"]
