"""Companies below companies, people below them: told, followed through merges, never a ring."""

import pytest

from hub.clusters.model import Intent
from hub.clusters.service import merge_goldens, preview_merge, unmerge
from hub.errors import BadPin, WrongMerge
from hub.golden.service import as_of, explain
from hub.hierarchy.service import contacts_of, hierarchy_of
from hub.pins.service import NewPin, pin_value, unpin
from hub.privacy.service import erase, preview_erasure
from master_data.errors import NoSuchGolden

NAMES = ("Grupo Sol", "Sol Norte", "Sol Norte Bilbao", "Molinos del Ebro")


@pytest.fixture
def firms(bed, customer):
    """Name -> golden id of four customers of the CRM."""
    made = {}
    for name in NAMES:
        bed.crm.create("customers", customer(name=name, lifecycle="prospect"))
        bed.run()
        (made[name],) = {each for each, _ in bed.goldens()} - set(made.values())
    return made


@pytest.fixture
def put(bed, firms):
    """`put(low, high)` fixes that one company stands below another."""

    def below(low, high):
        new = NewPin(
            golden_id=firms[low],
            path="parent",
            value=firms[high],
            by="us_1",
            reason="their yearly report",
            until=None,
        )
        return pin_value(bed.hub, new)

    return below


def told(bed, golden_id):
    found = bed.hub.db.read(lambda c: hierarchy_of(c, golden_id))
    return [each.title for each in found.above], [each.title for each in found.below]


def test_companies_stand_below_companies(bed, firms, put):
    put("Sol Norte", "Grupo Sol")
    put("Sol Norte Bilbao", "Sol Norte")
    assert told(bed, firms["Sol Norte"]) == (["Grupo Sol"], ["Sol Norte Bilbao"])
    assert told(bed, firms["Sol Norte Bilbao"]) == (["Grupo Sol", "Sol Norte"], [])
    shown = explain(bed.hub, firms["Sol Norte"])
    assert shown.titles[shown.golden.body["parent"]] == "Grupo Sol"
    unpin(bed.hub, firms["Sol Norte"], "parent", by="us_1", reason="sold")
    assert told(bed, firms["Sol Norte Bilbao"]) == (["Sol Norte"], [])
    assert as_of(bed.hub, firms["Sol Norte"], version=2).body["parent"] == firms["Grupo Sol"]


def test_nothing_stands_below_itself(bed, firms, put):
    put("Sol Norte", "Grupo Sol")
    put("Sol Norte Bilbao", "Sol Norte")
    for low, high in (("Grupo Sol", "Sol Norte Bilbao"), ("Grupo Sol", "Grupo Sol")):
        with pytest.raises(BadPin, match="stands below this record, or is it"):
            put(low, high)
    with pytest.raises(WrongMerge, match="take it out of there first"):
        merge_goldens(bed.hub, firms["Grupo Sol"], firms["Sol Norte Bilbao"], Intent(by="us_1"))
    with pytest.raises(WrongMerge, match="take it out of there first"):
        preview_merge(bed.hub, firms["Sol Norte"], firms["Grupo Sol"], Intent(by="us_1"))
    firms["Nobody"] = "gr_nobody"
    with pytest.raises(BadPin, match="there is no customer gr_nobody"):
        put("Grupo Sol", "Nobody")


def test_merging_follows_and_taking_back_too(bed, firms, put):
    put("Sol Norte", "Grupo Sol")
    put("Sol Norte Bilbao", "Sol Norte")
    merged = merge_goldens(
        bed.hub, firms["Molinos del Ebro"], firms["Sol Norte"], Intent(by="us_1")
    )
    name = explain(bed.hub, firms["Sol Norte"]).title
    assert told(bed, firms["Molinos del Ebro"]) == (["Grupo Sol"], ["Sol Norte Bilbao"])
    assert told(bed, firms["Sol Norte Bilbao"]) == (["Grupo Sol", name], [])
    assert told(bed, firms["Grupo Sol"]) == ([], [name])
    unmerge(bed.hub, merged.added[0].id, Intent(by="us_1"))
    assert told(bed, firms["Sol Norte Bilbao"]) == (["Grupo Sol", "Sol Norte"], [])
    assert told(bed, firms["Molinos del Ebro"]) == ([], [])
    assert told(bed, firms["Grupo Sol"]) == ([], ["Sol Norte"])


@pytest.fixture
def staffed(bed, customer, tmp_path):
    """A customer with two contacts; returns (its golden id, those of the contacts)."""
    bed.keep_in(tmp_path)
    row = bed.crm.create("customers", customer(name="Grupo Sol", lifecycle="prospect"))
    bed.run()
    ((firm, _),) = bed.goldens()
    for given in ("Amaia", "Guadalupe"):
        bed.crm.create("contacts", a_contact(row.id, given))
    bed.run()
    return firm, sorted(each for each, _ in bed.goldens("contact"))


def a_contact(customer_id, given):
    return {"customer_id": customer_id, "given_name": given, "family_name": "Villanueva",
            "title": None, "role": None, "language": None, "contact_points": [],
            "consents": []}  # fmt: skip


def test_contacts_stay_when_their_customer_is_erased_and_are_named(bed, staffed):
    firm, people = staffed
    assert [each.title for each in preview_erasure(bed.hub, firm).contacts] == [
        "Amaia Villanueva",
        "Guadalupe Villanueva",
    ]
    done = erase(bed.hub, firm, by="us_1", reason="asked")
    bed.run()
    assert sorted(each.id for each in done.contacts) == people
    assert {each for each, state in bed.goldens("contact") if state == "active"} == set(people)
    assert told(bed, people[0]) == ([], [])
    assert bed.balance().undecided == 0


def test_contacts_go_with_their_customer_when_that_is_wished(bed, staffed):
    firm, people = staffed
    done = erase(bed.hub, firm, by="us_1", reason="asked", with_contacts=True)
    bed.run()
    assert sorted(each.id for each in done.contacts) == people
    assert {state for _, state in (*bed.goldens(), *bed.goldens("contact"))} == {"gone"}
    assert bed.crm.living("contacts") == bed.crm.living("customers") == []
    with pytest.raises(NoSuchGolden):
        bed.hub.db.read(lambda c: hierarchy_of(c, "gr_9"))
    assert bed.hub.db.read(lambda c: contacts_of(c, firm)) == ()
