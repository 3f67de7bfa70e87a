"""Systems that keep no client key, tell no version, answer without the record, or do nothing."""

from dataclasses import replace

import pytest

from connectors.contract import OutcomeUnknown, SourceState, Written
from connectors.kit.faults import AnswerLost, Down, Operation
from connectors.kit.memory_connector import MemoryConnector
from hub.conflicts.rules import Choice
from hub.effects.rules import in_normal_form
from hub.events import store as events
from hub.polling.service import poll_due, schedule
from hub.sync.service import decide_due
from tests.hub.engine.test_faults import answer, assert_quiet

SETTLES = 11
LEASE = 61


class KeylessConnector(MemoryConnector):
    """A system that takes every create as a new record and keeps no reference of ours."""

    def __init__(self, system):
        super().__init__(system)
        self.capabilities = replace(self.capabilities, client_key=False)
        self.lose = None
        self.writes = 0

    def write(self, object_type, writes, not_after):
        self.writes += 1
        lose, self.lose = self.lose, None
        if lose == "before":
            return [OutcomeUnknown("no answer") for _ in writes]
        bare = [replace(each, key=f"k{self.writes}-{n}") for n, each in enumerate(writes)]
        results = super().write(object_type, bare, not_after)
        return [OutcomeUnknown("no answer") for _ in writes] if lose == "after" else results

    def read(self, object_type, external_ids):
        found = super().read(object_type, external_ids)
        return {name: self._bare(each) for name, each in found.items()}

    def changes(self, object_type, cursor, limit):
        page = super().changes(object_type, cursor, limit)
        return replace(page, changes=[replace(each, client_key=None) for each in page.changes])

    @staticmethod
    def _bare(state):
        return replace(state, client_key=None) if isinstance(state, SourceState) else state


class BlindConnector(MemoryConnector):
    """A system that answers "done" without the record and has no versions; perhaps does nothing."""

    def __init__(self, system, *, idle=False, read_lag=0.0):
        super().__init__(system)
        self.capabilities = replace(
            self.capabilities, comparable_version=False, guarded_write=False, read_lag=read_lag
        )
        self.idle = idle

    def write(self, object_type, writes, not_after):
        if self.idle:
            return [Written(w.external_id or "", None, None, False, True) for w in writes]
        plain = [replace(each, expected_version=None) for each in writes]
        results = super().write(object_type, plain, not_after)
        return [
            replace(each, record=None, version=None, exclusive=False)
            if isinstance(each, Written)
            else each
            for each in results
        ]

    def read(self, object_type, external_ids):
        found = super().read(object_type, external_ids)
        return {
            name: replace(each, version=None) if isinstance(each, SourceState) else each
            for name, each in found.items()
        }


@pytest.fixture
def keyless(bed):
    connector = KeylessConnector(bed.erp)
    bed.put_in("erp", connector)
    return connector


def poll(bed):
    """Read every feed that is due, to its end."""
    schedule(bed.hub)
    while poll_due(bed.hub):
        pass


def pass_time(bed, seconds):
    """Let time pass as it does for a running hub: feeds are read, what is due is done."""
    for _ in range(int(seconds // 10)):
        bed.clock.advance(10)
        bed.erp.untold.clear()  # this system sends no notices
        poll(bed)
        bed.run()


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_lost_create_is_searched_before_it_is_made_again(bed, customer, keyless, lost):
    tax = [{"scheme": "ES_NIF", "value": "B65410011", "country": "ES"}]
    keyless.lose = lost
    row = bed.crm.create("customers", customer(tax_ids=tax))
    bed.run()
    pass_time(bed, 200)
    (there,) = bed.rows("erp")
    assert bed.crm.row("customers", row.id).values["erp_number"] == there["number"]
    assert len(bed.goldens()) == 1
    assert bed.conflicts() == []
    assert_quiet(bed)


def test_a_create_told_before_its_answer_is_known_by_what_was_sent(bed, customer, keyless):
    """It shares no match key with anything: no tax id, no address."""
    write = keyless.write

    def write_and_tell(object_type, writes, not_after):
        results = write(object_type, writes, not_after)
        told = replace(bed.event("erp", object_type, results[0].external_id), client_key=None)
        bed.hub.db.write(lambda c: events.insert(c, [told], bed.clock.now()))
        bed.erp.untold.clear()
        decide_due(bed.hub)
        return results

    keyless.write = write_and_tell
    row = bed.crm.create("customers", customer(name="Alone"))
    bed.run()
    (there,) = bed.rows("erp")
    assert bed.crm.row("customers", row.id).values["erp_number"] == there["number"]
    assert len(bed.goldens()) == 1
    assert_quiet(bed)


def test_nothing_is_made_again_before_the_feed_was_read(bed, customer, keyless):
    tax = [{"scheme": "ES_NIF", "value": "B65410011", "country": "ES"}]
    keyless.lose = "before"
    bed.crm.create("customers", customer(tax_ids=tax))
    bed.run()
    for _ in range(20):
        bed.clock.advance(10)
        bed.erp.untold.clear()
        bed.run()
    assert bed.rows("erp") == []
    assert bed.open_effects() == {("erp", "unknown"): 1}


def test_a_lost_create_is_not_given_up_when_only_its_like_was_told(bed, customer, keyless):
    """Its feed was not read since: given up, its record would speak as if people had made it."""
    tax = [{"scheme": "ES_NIF", "value": "B65410011", "country": "ES"}]
    keyless.lose = "after"
    bed.crm.create("customers", customer(tax_ids=tax, name="Ibarra one"))
    bed.tell("crm")
    bed.run(tell=False)
    (ours,) = bed.erp.living("customers")
    twin = bed.erp.create("customers", customer(tax_ids=tax, name="Ibarra two"))
    told = replace(bed.event("erp", "customers", twin.id), client_key=None)
    bed.erp.untold.clear()
    bed.hint(told)
    for _ in range(3):
        bed.later(SETTLES)
    assert bed.conflicts() == []
    assert bed.open_effects() == {("erp", "unknown"): 1}

    pass_time(bed, 200)
    query = "select external_id from crossref where connection = 'erp' and is_primary order by 1"
    linked = bed.hub.db.read(lambda c: c.exec_driver_sql(query).scalars().all())
    assert ours.id in linked
    assert "undelivered" not in [each.kind for each in bed.conflicts()]


def test_what_cannot_be_searched_is_asked(bed, customer, keyless):
    keyless.lose = "after"
    bed.crm.create("customers", customer(name="Alone"))  # no tax id, no address: no match key
    bed.run()
    bed.later(SETTLES)
    assert [each.kind for each in bed.conflicts()] == ["undelivered"]
    assert len(bed.rows("erp")) == 1


@pytest.fixture
def edited(bed, customer):
    """edited(connector): a customer on both sides, then a new name in the CRM."""

    def make(connector):
        row = bed.crm.create("customers", customer())
        bed.run()
        bed.put_in("erp", connector)
        bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
        bed.run()

    return make


def test_a_write_is_read_back_where_the_system_tells_nothing(bed, edited):
    edited(BlindConnector(bed.erp))
    assert bed.rows("erp")[0]["name"] == "Ibarra nuevo"
    assert_quiet(bed)


def test_a_write_is_read_back_later_where_reads_lag(bed, edited):
    edited(BlindConnector(bed.erp, read_lag=5.0))
    assert bed.open_effects() == {("erp", "unknown"): 1}
    bed.later(SETTLES + 5)
    bed.later(5)  # its echo is read once a read cannot show the time before
    assert_quiet(bed)


def test_the_form_a_system_gives_to_what_it_was_sent_is_no_edit_however_late_it_is_seen(
    bed, customer
):
    """It answers without the record and cannot be read just then: what was sent is assumed."""
    bed.erp.normal_form = lambda _type, values: {
        name: value.upper() if name == "name" else value for name, value in values.items()
    }
    bed.put_in("erp", BlindConnector(bed.erp))
    bed.erp.faults.add(Down(), operation=Operation.READ)
    row = bed.crm.create("customers", customer(name="Ibarra uno"))
    bed.tell("crm")
    bed.turn()
    bed.erp.faults.clear()
    bed.later(SETTLES)
    assert bed.rows("erp")[0]["name"] == "IBARRA UNO"
    assert bed.crm.row("customers", row.id).values["name"] == "Ibarra uno"
    assert_quiet(bed)


@pytest.mark.parametrize("read_lag", [0.0, 5.0])
def test_a_system_that_says_done_and_does_nothing_is_found_out(bed, edited, read_lag):
    silent = BlindConnector(bed.erp, idle=True, read_lag=read_lag)
    edited(silent)
    bed.later(SETTLES + read_lag)
    (conflict,) = bed.conflicts()
    assert (conflict.kind, conflict.subject) == ("refused_write", "erp:name")
    assert conflict.why == "accepted there, but not applied"
    assert bed.rows("crm")[0]["name"] == "Ibarra nuevo"
    silent.idle = False
    answer(bed, conflict, Choice.RETRY)
    for _ in range(3):  # it is read first, where a read shows what is so by now
        bed.later(SETTLES + read_lag)
    assert bed.rows("erp")[0]["name"] == "Ibarra nuevo"
    assert_quiet(bed)


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("Café Ñandú", "CAFE NANDU"),
        ("A long name of a company", "A long name"),
        ("+34 91 1234", "34911234"),
        ("12.345", "12.35"),
        ({"street": "Calle 1", "city": None}, {"street": "CALLE 1", "city": ""}),
    ],
)
def test_normal_forms_are_known(sent, held):
    assert in_normal_form(sent, held)


@pytest.mark.parametrize(("sent", "held"), [("Ibarra", "Talleres"), ("12", "13"), ("x", None)])
def test_another_value_is_no_normal_form(sent, held):
    assert not in_normal_form(sent, held)


class ShortConnector(MemoryConnector):
    """A system that answers a write with the id and the version alone."""

    def write(self, object_type, writes, not_after):
        results = super().write(object_type, writes, not_after)
        return [replace(r, record=None) if isinstance(r, Written) else r for r in results]


@pytest.mark.parametrize("lost", [False, True])
def test_a_create_that_could_not_be_read_back_takes_later_changes(bed, customer, lost):
    bed.put_in("crm", ShortConnector(bed.crm))
    if lost:
        bed.crm.faults.add(AnswerLost(), operation=Operation.WRITE)
    bed.crm.faults.add(Down(), operation=Operation.READ, times=1)
    row = bed.erp.create("customers", customer(name="Ibarra"))
    bed.run()
    for _ in range(3):
        bed.later(LEASE)
    bed.erp.edit("customers", row.id, {"legal_name": "Ibarra SL"})
    bed.run()
    (there,) = bed.rows("crm")
    assert (there["name"], there["legal_name"]) == ("Ibarra", "Ibarra SL")


@pytest.mark.parametrize("created", [False, True])
def test_an_edit_between_a_write_and_its_reading_back_is_kept(bed, customer, created):
    """It is no normal form of what was sent: the version says that somebody wrote since."""
    row = bed.crm.create("customers", customer(name="Ibarra one"))
    if not created:
        bed.run()
        bed.crm.edit("customers", row.id, {"name": "Ibarra two"})

    class EditedConnector(ShortConnector):
        def read(self, object_type, external_ids):
            bed.put_in("erp", ShortConnector(bed.erp))
            bed.erp.edit("customers", external_ids[0], {"name": "By the clerk"})
            return super().read(object_type, external_ids)

    bed.put_in("erp", EditedConnector(bed.erp))
    bed.run()
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "By the clerk"
    assert_quiet(bed)
