"""The ERP's pages over a real server, as a browser without script meets them."""

import pytest

from portal import Role
from tests.browsers import tab_of

__all__ = ["tab_of"]

DRILL = {
    "sku": "RV-1",
    "name": "Drill",
    "description": "Brushless.\nTwo batteries.",
    "uom": "C62",
    "tax_class": "standard",
    "gtins": ["4006381333931", "96385074"],
    "prices": [
        {"currency": "EUR", "amount": "129.9"},
        {"currency": "USD", "price_list": "export", "amount": "0.00125"},
    ],
    "weight": {"value": "1.8", "unit": "KGM"},
    "origin": "DE",
    "hs_code": "84672100",
}
FIRM = {
    "name": "Holloway & Sons",
    "currency": "GBP",
    "payment_terms": "NET30",
    "credit_limit": {"amount": "25000", "currency": "GBP"},
    "addresses": [{"uses": ["legal"], "city": "Leeds", "country": "GB"}],
}


@pytest.fixture
def tab(erp, tab_of):
    return tab_of(erp, Role.CLERK)


@pytest.fixture
def drill(erp):
    return erp.post("/products", DRILL).document


@pytest.fixture
def firm(erp):
    return erp.post("/customers", FIRM).document


def test_a_customer_is_made_and_gets_its_number(erp, tab):
    form = tab.get("/erp/customers/new")
    assert "number" not in form.fields
    made = tab.send(
        form,
        name="Sinar Abadi",
        currency="IDR",
        credit_limit_amount="5000000",
        credit_limit_currency="IDR",
    )
    assert made.status == 303
    record = erp.get(f"/customers/{made.id}")
    assert record["number"] == "C00001"
    assert record["credit_limit"] == {"amount": "5000000.00", "currency": "IDR"}
    shown = tab.get(made.location)
    assert "C00001" in shown.words
    assert "Given by the system." in tab.get(made.location + "/edit").words


def test_forms_sent_back_untouched_change_nothing(erp, tab, drill, firm):
    for kind, record in (("products", drill), ("customers", firm)):
        form = tab.get(f"/erp/{kind}/{record['id']}/edit")
        assert tab.send(form).status == 303
        assert erp.get(f"/{kind}/{record['id']}").document == record


def test_a_forged_number_is_refused(erp, tab, firm):
    form = tab.get(f"/erp/customers/{firm['id']}/edit")
    refused = tab.send(form, number="C99999")
    assert refused.status == 422
    assert "This is set by the system" in refused.words
    assert erp.get(f"/customers/{firm['id']}")["number"] == firm["number"]


def test_a_sku_is_read_only_and_a_forged_one_refused(erp, tab, drill):
    form = tab.get(f"/erp/products/{drill['id']}/edit")
    assert "sku" not in form.fields
    assert "Set once; it cannot be changed." in form.words
    refused = tab.send(form, sku="RV-2")
    assert refused.status == 422
    assert "This cannot be changed once set" in refused.words
    assert erp.get(f"/products/{drill['id']}").document == drill


def test_a_sku_in_use_leads_to_its_product(tab, drill):
    form = tab.get("/erp/products/new")
    refused = tab.send(form, sku="RV-1", name="Other", uom="C62", tax_class="standard")
    assert refused.status == 409
    assert "Another record already has it." in refused.words
    assert f"/erp/products/{drill['id']}" in refused.links


def test_prices_are_added_changed_and_removed(erp, tab, drill):
    more = tab.send(tab.get(f"/erp/products/{drill['id']}/edit"), button="prices")
    more.fields["prices[0].remove"] = "1"
    sent = {"prices_2_currency": "RON", "prices_2_amount": "599", "prices_1_amount": "0.0013"}
    assert tab.send(more, **sent).status == 303
    prices = erp.get(f"/products/{drill['id']}")["prices"]
    assert [(each["currency"], each["amount"]) for each in prices] == [
        ("USD", "0.0013"),
        ("RON", "599.00"),
    ]
    assert prices[0]["id"] == drill["prices"][1]["id"]


def test_what_is_wrong_with_a_price_stands_at_its_row(tab, drill):
    more = tab.send(tab.get(f"/erp/products/{drill['id']}/edit"), button="prices")
    double = tab.send(more, prices_2_currency="EUR", prices_2_amount="1")
    assert double.status == 422
    assert "There is already a price for it; keep one." in double.words
    bad = tab.send(more, prices_2_currency="EUR", prices_2_amount="1,5")
    assert "prices-2-amount-error" in bad.text
    assert bad.fields["prices[2].amount"] == "1,5"


def test_a_wrong_gtin_is_refused_beside_its_field(tab, drill):
    form = tab.get(f"/erp/products/{drill['id']}/edit")
    refused = tab.send(form, gtins="4006381333931, 4006381333932")
    assert "compare the label" in refused.words
    assert 'id="gtins-error"' in refused.text


def test_who_was_overtaken_sees_both_values(erp, tab, drill):
    form = tab.get(f"/erp/products/{drill['id']}/edit")
    erp.patch(f"/products/{drill['id']}", {"name": "Drill 18 V", "tax_class": "reduced"})
    shown = tab.send(form, name="Cordless drill")
    assert shown.status == 409
    assert "Now: Drill 18 V" in shown.words
    assert tab.send(shown).status == 303
    after = erp.get(f"/products/{drill['id']}")
    assert (after["name"], after["tax_class"]) == ("Cordless drill", "reduced")


def test_a_customer_is_blocked_and_unblocked(erp, tab, firm):
    path = f"/erp/customers/{firm['id']}"
    moved = tab.post(path + "/block", {"version": "1"})
    assert "Blocked" in tab.get(moved.location).words
    assert erp.get(f"/customers/{firm['id']}")["status"] == "blocked"
    late = tab.post(path + "/unblock", {"version": "1"})
    assert "Changed in the meantime" in tab.get(late.location).text
    tab.post(path + "/unblock", {"version": "2"})
    assert erp.get(f"/customers/{firm['id']}")["status"] == "active"
    assert tab.post(path + "/promote", {"version": "3"}).status == 404


def test_a_managed_status_cannot_be_set_by_a_button(erp, tab, firm):
    text = "The CRM decides who is blocked."
    field = {"field": "status", "kept_by": "CRM", "text": text}
    erp.put("/managed-fields/customers", {"fields": [field]})
    path = f"/erp/customers/{firm['id']}"
    assert 'action="' + path + '/block"' not in tab.get(path).text
    refused = tab.post(path + "/block", {"version": "1"})
    assert text in tab.get(refused.location).text
    assert erp.get(f"/customers/{firm['id']}").document == firm


def test_the_list_shows_what_a_clerk_looks_for(erp, tab, firm, drill):
    words = tab.get("/erp/customers").words
    for each in ("Holloway & Sons", "C00001", "Active", "NET30", "£25,000.00", "Leeds"):
        assert each in words
    words = tab.get("/erp/products", sort="-sku").words
    for each in ("Drill", "RV-1", "€129.90", "Active"):
        assert each in words
    assert "Holloway" in tab.get("/erp/customers", q="c00001").words
    blocked = tab.get("/erp/customers", **{"filter[status]": "blocked"})
    assert "Nothing matches" in blocked.words


def test_pages_of_a_long_list_follow_each_other(erp, tab):
    erp.bulk(
        "products",
        *({"values": DRILL | {"sku": f"S{number:02}", "gtins": []}} for number in range(60)),
    )
    page, seen = tab.get("/erp/products", sort="sku"), []
    while True:
        seen += [number for number in range(60) if f"S{number:02}" in page.words]
        following = [link for link in page.links if "after=" in link]
        if not following:
            break
        page = tab.get(following[0])
    assert seen == list(range(60))


def test_sales_read_the_erp_and_change_nothing(erp, tab_of, firm, drill):
    tab = tab_of(erp, Role.SALES)
    for path in (f"/erp/customers/{firm['id']}", f"/erp/products/{drill['id']}"):
        shown = tab.get(path)
        assert shown.status == 200
        assert path + "/edit" not in shown.links
        assert tab.get(path + "/edit").status == 403
        assert tab.post(path, {"name": "x", "version": "1"}).status == 403
        assert tab.post(path + "/block", {"version": "1"}).status == 403
        assert tab.post(path + "/delete", {"version": "1"}).status == 403
    assert tab.get("/erp/products/new").status == 403


def test_a_form_from_another_site_is_refused(erp, tab, firm):
    path = f"/erp/customers/{firm['id']}"
    forged = tab.http.post(path, data={"name": "x", "version": "1"})
    assert forged.status_code == 403
    assert erp.get(f"/customers/{firm['id']}").document == firm


def test_a_category_in_use_is_kept(erp, tab, drill):
    made = tab.send(tab.get("/erp/categories/new"), code="T", name="Tools")
    erp.patch(f"/products/{drill['id']}", {"category_id": made.id})
    kept = tab.post(made.location + "/delete", {"version": "1"})
    assert "Still in use" in tab.get(kept.location).text
    assert "Drill" in tab.get("/erp/products", **{"filter[category_id]": made.id}).words
