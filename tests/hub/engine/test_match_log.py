"""Every match decision is logged, and is told again to the bit whatever is counted later."""

import pytest

from hub.clusters.model import Intent
from hub.clusters.service import merge_goldens, split_golden
from hub.conflicts.rules import Choice
from hub.golden.service import as_of, explain
from hub.matching.frequencies import count_due
from hub.resolutions.service import Resolution, resolve
from master_data import store as golden_store
from master_data.index.counting import FIRST

STREET = {"uses": ["billing"], "street": "Calle Mayor 12", "street2": None, "postal_code": "48001",
          "city": "Bilbao", "subdivision": None, "country": "ES"}  # fmt: skip
PHONE = {"kind": "phone", "value": "+34944123456", "purpose": "work", "preferred": True}
OURS = {"name": "Talleres Ibarra S.L.", "addresses": [STREET], "contact_points": [PHONE]}

THEIRS = {"name": "Fundición Norte", "addresses": [STREET | {"street": "Gran Vía 3"}],
          "contact_points": [PHONE | {"value": "+34944777888"}]}  # fmt: skip


def tax(value):
    return {"country": "ES", "scheme": "vat", "value": value}


def place(weighed):
    (bits,) = (each.bits for each in weighed.findings if each.comparison == "place")
    return bits


@pytest.fixture
def told(bed):
    """`told()`: golden id -> what is explained of each golden record."""

    def explained():
        return {each: explain(bed.hub, each) for each, _ in bed.goldens()}

    return explained


@pytest.fixture
def decided(bed, customer, account, told):
    """A record that was linked, one that is asked about, one that a veto keeps apart."""

    def only(came):
        found = {each.id: each for one in told().values() for each in one.matches}
        return [each for each in found.values() if each.came.value == came]

    bed.crm.create("customers", customer(**OURS))
    bed.erp.create("customers", account(**OURS | {"name": "TALERES IBARRA SL"}))
    bed.run()
    bed.crm.create("customers", customer(**THEIRS, tax_ids=[tax("B12345674")]))
    bed.run()
    bed.erp.create("customers", account(**THEIRS, tax_ids=[tax("B87654323")]))
    bed.run()
    bed.crm.create("customers", customer(**OURS, lifecycle="prospect"))
    bed.run()
    return only


def test_links_doubts_and_vetoes_are_logged_and_rebuilt_to_the_bit(decided):
    (linked,), (asked,), (apart,) = map(decided, ("link", "review", "new"))
    for each in (linked, asked, apart):
        assert each.weighed.weight == each.weight
        assert each.model
        assert each.keys
    assert linked.sentences[0] == "This is the same company."
    assert asked.sentences[:2] == (
        "This is the same company.",
        "But crm holds a record of it already, so a person decides.",
    )
    assert apart.sentences[:2] == (
        "These are two companies.",
        "Whatever else agrees: two different tax ids of one country.",
    )


def test_a_person_asked_is_told_why_a_person_is_asked(bed, decided):
    del decided
    (conflict,) = bed.conflicts()
    assert "crm holds a record of it already, so a person decides." in conflict.why


def test_decisions_are_told_as_they_were_after_a_new_count(bed, customer, decided, told):
    before = {each.id: each for one in told().values() for each in one.matches}
    for number in range(FIRST):
        name = f"{chr(97 + number) * 3}ova {chr(122 - number) * 3}enko"
        bed.crm.create("customers", customer(name=name, addresses=[STREET], lifecycle="prospect"))
    bed.run()
    (linked,) = decided("link")
    assert count_due(bed.hub) is False
    bed.hub.db.read(lambda c: bed.hub.scorers.refresh(c, {"company"}))
    form = {"postal": ("48001",)}
    now = bed.hub.scorers.of("company").explain(form, form)
    assert place(now) != place(linked.weighed), "a shared postal code weighs otherwise by now"
    after = {each.id: each for one in told().values() for each in one.matches}
    assert {name: after[name] for name in before} == before
    for each in after.values():
        assert each.weighed.weight == each.weight


def test_what_a_steward_decides_keeps_the_log_and_replays(bed, decided, told):
    before = {each.id: each for one in told().values() for each in one.matches}
    (conflict,) = bed.conflicts()
    answer = Resolution(choice=Choice.SAME, seen=conflict.version, by="us_1", reason="one office")
    resolve(bed.hub, conflict.id, answer)
    bed.run()
    one, other = sorted(
        each for each, shown in told().items() if shown.golden.body["name"] == "Fundición Norte"
    )
    merged = merge_goldens(bed.hub, one, other, Intent(by="us_1", overrule=True))
    bed.run()
    links = explain(bed.hub, merged.formed[0].golden.id).crossrefs
    split_golden(bed.hub, merged.formed[0].golden.id, [links[0].id], Intent(by="us_1"))
    bed.run()
    now = {each.id: each for one in told().values() for each in one.matches}
    assert {name: (each.weight, each.sentences) for name, each in before.items()} == {
        name: (each.weight, each.sentences) for name, each in now.items()
    }
    ids = [each for each, _ in bed.goldens()]
    stored = bed.hub.db.read(lambda c: golden_store.goldens_as_stored(c, ids))
    for golden in stored.values():
        assert as_of(bed.hub, golden.id).body == golden.body
