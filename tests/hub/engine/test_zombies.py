"""A worker is stopped while it delivers, and wakes when others have long gone on without it."""

from datetime import timedelta

from connectors.kit.memory_connector import MemoryConnector
from hub.effects import store as effects
from hub.effects.rules import EffectState
from hub.sync.service import decide_due


class StoppedConnector(MemoryConnector):
    """Writes, and then the process stands still while `meanwhile` happens."""

    def __init__(self, system, meanwhile):
        super().__init__(system)
        self.meanwhile = meanwhile

    def write(self, object_type, writes, not_after):
        results = super().write(object_type, writes, not_after)
        self.meanwhile()
        return results


def test_an_answer_that_wakes_late_takes_no_edit_back(bed, customer):
    """Others read what became of the write, and with it what people did since."""
    row = bed.crm.create("customers", customer(name="Ibarra one"))
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.tell("crm")

    def meanwhile():
        bed.put_in("erp", bed.connectors["erp"])
        bed.erp.edit("customers", there.id, {"name": "By the clerk"})
        for _ in range(3):
            bed.later(120)
        assert bed.rows("crm")[0]["name"] == "By the clerk"

    bed.put_in("erp", StoppedConnector(bed.erp, meanwhile))
    bed.run()
    bed.later(60)
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "By the clerk"
    assert bed.rows("erp")[0]["language"] == "ca"
    assert bed.open_effects() == {}


def test_one_who_wakes_before_it_sent_makes_nobody_else_s_write_wait(bed, customer):
    """It found a reference without a record; whoever took the write over found one and sent it."""
    bed.crm.create("customers", customer())
    bed.tell("crm")
    decide_due(bed.hub)
    _claim(bed, "sleeper")
    bed.clock.advance(120)
    ((effect_id, lane),) = _claim(bed, "other")
    at = bed.clock.now()
    bed.hub.db.write(lambda c: effects.freeze(c, {effect_id: (lane, {})}, "other", at))
    bed.hub.db.write(lambda c: effects.wait(c, {effect_id: "erp:gr_1"}, "sleeper", at))
    assert bed.open_effects() == {("erp", "sent"): 1}
    assert _tokens(bed) == ["other"]


def _claim(bed, token):
    planned, now = EffectState.PLANNED, bed.clock.now()
    until = now + timedelta(seconds=60)

    def claim(connection):
        return effects.claim(connection, "erp", planned, take=9, token=token, now=now, until=until)

    return [(each.id, each.lane) for each in bed.hub.db.write(claim)]


def _tokens(bed):
    query = "select token from effect"
    return [row[0] for row in bed.hub.db.read(lambda c: c.exec_driver_sql(query).all())]
