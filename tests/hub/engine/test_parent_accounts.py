"""Who stands below whom, said in one CRM, reaches the golden record and the other systems."""

from dataclasses import replace

import pytest

from connectors.kit.memory import MemorySystem
from connectors.kit.memory_connector import MemoryConnector
from hub.events import store as events
from hub.hierarchy.service import hierarchy_of
from tests.hub.engine.conftest import compiled


@pytest.fixture
def accounts(bed):
    """A Salesforce beside CRM and ERP, with the mapping that ships for it."""
    system = MemorySystem(
        ("Account",),
        bed.clock,
        fills={"Account": lambda _: {"IsPersonAccount": False, "ParentId": None}},
    )
    known = bed.directory.known["crm"]
    opened = replace(
        known,
        id="sales",
        system="salesforce",
        title="Sales",
        rank=9,
        connector=MemoryConnector(system),
        mappings=compiled("salesforce"),
    )
    bed.directory.add(opened, bed.clock.now())
    systems = {"crm": bed.crm, "erp": bed.erp, "sales": system}
    bed.system = systems.__getitem__
    return system


def tell_accounts(bed, system):
    """Deliver what Salesforce has to say, and let all settle."""
    new = [bed.event("sales", *each) for each in dict.fromkeys(system.untold)]
    system.untold = []
    bed.hub.db.write(lambda c: events.insert(c, new, bed.clock.now()))
    bed.run()


@pytest.fixture
def firms(bed, accounts, customer):
    """Two customers of the CRM: (row of the upper one, row of the lower one)."""
    rows = [
        bed.crm.create("customers", customer(name=n, parent_id=None))
        for n in ("Grupo Sol", "Puerto Luz")
    ]
    bed.run()
    accounts.untold = []
    return rows


def shown(bed):
    """Return name -> (those above, those below) of the golden records."""
    told = {}
    for golden_id, _ in bed.goldens():
        found = bed.hub.db.read(lambda c, each=golden_id: hierarchy_of(c, each))
        name = bed.hub.db.read(
            lambda c, each=golden_id: c.exec_driver_sql(
                f"select title from golden where id = '{each}'"
            ).scalar_one()
        )
        told[name] = ([e.title for e in found.above], [e.title for e in found.below])
    return told


def test_a_parent_set_in_the_crm_reaches_the_golden_record_and_the_other_crm(bed, accounts, firms):
    top, low = firms
    bed.crm.edit("customers", low.id, {"parent_id": top.id})
    bed.run()
    assert shown(bed) == {"Grupo Sol": ([], ["Puerto Luz"]), "Puerto Luz": (["Grupo Sol"], [])}
    theirs = {each.values["Name"]: each for each in accounts.living("Account")}
    assert theirs["Puerto Luz"].values["ParentId"] == theirs["Grupo Sol"].id
    assert not theirs["Grupo Sol"].values.get("ParentId")
    bed.crm.edit("customers", low.id, {"parent_id": None})
    bed.run()
    assert shown(bed)["Puerto Luz"] == ([], [])
    assert {each.values["Name"]: each.values["ParentId"] for each in accounts.living("Account")}[
        "Puerto Luz"
    ] is None
    assert bed.open_effects() == {}
    assert bed.balance().open == 0


def test_a_parent_set_in_the_other_crm_comes_back(bed, accounts, firms):
    top, low = firms
    theirs = {each.values["Name"]: each.id for each in accounts.living("Account")}
    accounts.edit("Account", theirs["Puerto Luz"], {"ParentId": theirs["Grupo Sol"]})
    tell_accounts(bed, accounts)
    assert bed.crm.rows["customers"][low.id].values["parent_id"] == top.id
    assert bed.open_effects() == {}


def test_a_parent_that_comes_later_holds_its_child_up_nowhere(bed, accounts, customer):
    top = bed.crm.create("customers", customer(name="Grupo Sol", parent_id=None))
    held = bed.crm.untold
    bed.crm.untold = []
    bed.crm.create("customers", customer(name="Puerto Luz", parent_id=top.id))
    bed.run()
    assert [each["name"] for each in bed.rows("erp")] == ["Puerto Luz"]
    bed.crm.untold = held
    bed.run()
    for _ in range(3):
        bed.later(21)
    assert shown(bed)["Puerto Luz"] == (["Grupo Sol"], [])
    theirs = {each.values["Name"]: each for each in accounts.living("Account")}
    assert theirs["Puerto Luz"].values["ParentId"] == theirs["Grupo Sol"].id
