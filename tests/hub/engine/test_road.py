"""A change on its whole road: CRM -> golden -> ERP and back."""

import pytest

from hub.conflicts.rules import Choice
from hub.errors import ConflictMoved
from hub.resolutions.service import Resolution, resolve

PHONE = {"kind": "phone", "value": "+34911234567", "purpose": "work", "preferred": True}


def test_a_customer_of_the_crm_reaches_the_erp_and_its_number_comes_back(bed, customer):
    row = bed.crm.create("customers", customer(contact_points=[PHONE]))
    bed.run()
    (there,) = bed.rows("erp")
    assert there["name"] == "Talleres Ibarra"
    assert there["contact_points"][0]["value"] == PHONE["value"]
    assert bed.crm.row("customers", row.id).values["erp_number"] == there["number"] == "C00001"
    assert bed.balance().is_even
    assert bed.balance().open == bed.balance().undecided == 0


def test_a_prospect_stays_in_the_crm(bed, customer):
    bed.crm.create("customers", customer(lifecycle="prospect"))
    bed.run()
    assert bed.rows("erp") == []
    assert len(bed.goldens()) == 1


def test_edits_of_different_fields_on_both_sides_are_both_kept(bed, customer):
    row = bed.crm.create("customers", customer(contact_points=[PHONE]))
    bed.run()
    (there,) = bed.erp.living("customers")
    phones = bed.crm.row("customers", row.id).values["contact_points"]
    bed.crm.edit("customers", row.id, {"contact_points": [phones[0] | {"value": "+34600111222"}]})
    bed.erp.edit("customers", there.id, {"payment_terms": "NET30"})
    bed.run()
    crm, erp = bed.rows("crm")[0], bed.rows("erp")[0]
    assert crm["contact_points"][0]["value"] == erp["contact_points"][0]["value"] == "+34600111222"
    assert crm["payment_terms"] == erp["payment_terms"] == "NET30"


def test_the_last_edit_of_a_field_wins_on_both_sides(bed, customer):
    row = bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.crm.edit("customers", row.id, {"name": "Ibarra one"})
    bed.clock.advance(1)
    bed.erp.edit("customers", there.id, {"name": "Ibarra two"})
    bed.run()
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "Ibarra two"
    assert bed.conflicts() == []


def test_rival_edits_of_a_manual_field_wait_for_a_person_while_others_sync(bed, customer):
    row = bed.crm.create("customers", customer(legal_name="Ibarra SL"))
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.crm.edit("customers", row.id, {"legal_name": "Ibarra SA", "language": "ca"})
    bed.erp.edit("customers", there.id, {"legal_name": "Ibarra SLU"})
    bed.run()
    crm, erp = bed.rows("crm")[0], bed.rows("erp")[0]
    assert (crm["legal_name"], erp["legal_name"]) == ("Ibarra SA", "Ibarra SLU")
    assert erp["language"] == "ca"
    (conflict,) = bed.conflicts()
    assert {rival["value"] for rival in conflict.rivals} >= {"Ibarra SA", "Ibarra SLU"}
    assert bed.balance().open == 1
    stale = Resolution(choice=Choice.TAKE, seen=conflict.version + 1, by="us_1", value="Ibarra SA")
    with pytest.raises(ConflictMoved):
        resolve(bed.hub, conflict.id, stale)
    answer = Resolution(choice=Choice.TAKE, seen=conflict.version, by="us_1", value="Ibarra SA")
    resolve(bed.hub, conflict.id, answer)
    bed.run()
    assert bed.rows("crm")[0]["legal_name"] == bed.rows("erp")[0]["legal_name"] == "Ibarra SA"
    assert bed.balance().open == 0
    assert bed.balance().is_even


def test_a_field_that_the_erp_owns_is_put_back_in_the_crm(bed, customer):
    row = bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.erp.edit("customers", there.id, {"payment_terms": "NET30"})
    bed.run()
    bed.crm.edit("customers", row.id, {"payment_terms": "NET90"})
    bed.run()
    assert bed.rows("crm")[0]["payment_terms"] == bed.rows("erp")[0]["payment_terms"] == "NET30"


def test_a_quiet_hub_writes_nothing(bed, customer):
    for number in range(5):
        bed.crm.create("customers", customer(name=f"Customer {number}"))
    bed.run()
    before = [row.version for row in (*bed.crm.living("customers"), *bed.erp.living("customers"))]
    for name in ("crm", "erp"):
        system = bed.system(name)
        system.untold = [("customers", row.id) for row in system.living("customers")] * 2
    bed.run()
    after = [row.version for row in (*bed.crm.living("customers"), *bed.erp.living("customers"))]
    assert after == before
    assert bed.open_effects() == {}


def test_equal_tax_ids_make_one_golden_record(bed, customer):
    tax = {"country": "ES", "scheme": "vat", "value": "ESB12345674"}
    bed.erp.create(
        "customers",
        {
            "kind": "organisation",
            "name": "IBARRA TALLERES SL",
            "status": "active",
            "roles": ["customer"],
            "tax_ids": [tax],
            "addresses": [],
            "contact_points": [],
            "other_ids": [],
        },
    )
    bed.run()
    # the CRM was told of it; a person had entered it there on his own before
    assert len(bed.goldens()) == 1
    bed.crm.create(
        "customers", customer(name="Otra empresa", tax_ids=[tax | {"value": "B12345674"}])
    )
    bed.run()
    assert sorted(state for _, state in bed.goldens()) == ["active", "unconfirmed"]
    (conflict,) = bed.conflicts()
    assert conflict.kind == "possible_duplicate"
    resolve(
        bed.hub, conflict.id, Resolution(choice=Choice.DIFFERENT, seen=conflict.version, by="us_1")
    )
    bed.run()
    assert len(bed.rows("erp")) == 2
    assert bed.balance().open == 0


def test_a_record_on_both_sides_with_one_tax_id_is_linked_not_copied(bed, customer):
    tax = {"country": "ES", "scheme": "vat", "value": "B12345674"}
    erp = {
        "kind": "organisation",
        "name": "IBARRA",
        "status": "active",
        "roles": ["customer"],
        "payment_terms": "NET30",
        "tax_ids": [tax],
        "addresses": [],
        "contact_points": [],
        "other_ids": [],
    }
    bed.erp.create("customers", erp)
    bed.crm.create("customers", customer(name="Talleres Ibarra", tax_ids=[tax]))
    bed.run()
    assert len(bed.goldens()) == 1
    assert len(bed.rows("crm")) == len(bed.rows("erp")) == 1
    assert bed.rows("crm")[0]["payment_terms"] == "NET30"
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"]


def test_products_wait_for_their_category(bed):
    category = bed.erp.create("categories", {"code": "PUMP", "name": "Pumps", "parent_id": None})
    product = {
        "sku": "P-1",
        "name": "Pump",
        "type": "goods",
        "gtins": [],
        "uom": "C62",
        "prices": [{"currency": "EUR", "price_list": "standard", "amount": "12.50"}],
        "tax_class": "S",
        "lifecycle": "active",
        "weight": None,
        "category_id": category.id,
    }
    bed.erp.create("products", product)
    bed.erp.untold.reverse()
    bed.run()
    (there,) = bed.rows("crm", "products")
    (cat,) = bed.crm.living("categories")
    assert there["category_id"] == cat.id
    assert there["prices"][0]["amount"] == "12.50"
    assert bed.balance().open == 0
