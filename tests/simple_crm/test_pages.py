"""The CRM's pages over a real server, as a browser without script meets them."""

import csv
import io

import pytest

from portal import Role
from tests.browsers import tab_of

__all__ = ["tab_of"]

FULL = {
    "name": "Ibarra Logística, S. A.",
    "legal_name": "Ibarra  & <Hijos>",
    "lifecycle": "customer",
    "roles": ["customer", "payer"],
    "owner": "Elena",
    "language": "pt-BR",
    "timezone": "Europe/Madrid",
    "notes": "first line\nsecond line",
    "currency": "EUR",
    "credit_limit": {"amount": "1250.50", "currency": "EUR"},
    "addresses": [
        {"uses": ["legal", "billing"], "street": "Mayor 12", "city": "Bilbao", "country": "ES"},
        {"uses": ["shipping"]},
    ],
    "contact_points": [
        {"kind": "phone", "value": "+34944150100", "preferred": True},
        {"kind": "email", "value": "office@example.com", "purpose": "orders"},
        {"kind": "web", "value": "https://example.com/shop"},
    ],
    "tax_ids": [{"country": "ES", "value": "A58818501"}],
    "other_ids": [{"scheme": "registry", "value": "BI-1"}],
    "consents": [
        {"channel": "e-mail", "status": "given", "given_at": "2026-03-01T09:30:00Z"},
        {"channel": "phone", "status": "withdrawn", "given_at": "2026-03-01T09:30:00.250000Z"},
    ],
}


@pytest.fixture
def tab(crm, tab_of):
    return tab_of(crm, Role.SALES)


@pytest.fixture
def ibarra(crm):
    """A customer with something in every field."""
    return crm.post("/customers", FULL).document


def path_of(record):
    return f"/crm/customers/{record['id']}"


def test_a_customer_is_made_in_a_form_and_shown(crm, tab):
    form = tab.get("/crm/customers/new")
    assert form.fields["owner"] == "Sales"
    made = tab.send(form, name="Anna Roca", kind="person", lifecycle="customer")
    assert made.status == 303
    record = crm.get(f"/customers/{made.id}")
    assert (record["name"], record["kind"], record["lifecycle"]) == (
        "Anna Roca",
        "person",
        "customer",
    )
    shown = tab.get(made.location)
    assert "Anna Roca" in shown.words
    assert "Version 1" in shown.words
    assert "by Sales" in shown.words


def test_a_form_sent_back_untouched_changes_nothing(crm, tab, ibarra):
    answer = tab.send(tab.get(path_of(ibarra) + "/edit"))
    assert answer.status == 303
    assert crm.get(f"/customers/{ibarra['id']}").document == ibarra


def test_what_a_machine_left_unreadable_does_not_block_other_fields(crm, tab):
    raw = {"name": "Raw", "contact_points": [{"kind": "phone", "value": "call the shop"}]}
    made = crm.bulk("customers", {"values": raw})[0]["record"]
    saved = tab.send(tab.get(path_of(made) + "/edit"), name="Raw but renamed")
    assert saved.status == 303
    after = crm.get(f"/customers/{made['id']}")
    assert after["contact_points"] == made["contact_points"]
    assert after["name"] == "Raw but renamed"


def test_an_edit_changes_its_field_only(crm, tab, ibarra):
    saved = tab.send(tab.get(path_of(ibarra) + "/edit"), segment="Retail", addresses_0_city="Getxo")
    assert saved.status == 303
    after = crm.get(f"/customers/{ibarra['id']}").document
    assert after["segment"] == "Retail"
    assert after["addresses"][0] == ibarra["addresses"][0] | {"city": "Getxo"}
    same = ibarra.keys() - {"segment", "addresses", "version", "updated_at", "updated_by"}
    assert {name: after[name] for name in same} == {name: ibarra[name] for name in same}


def test_rows_are_added_and_removed_without_script(crm, tab, ibarra):
    form = tab.get(path_of(ibarra) + "/edit")
    more = tab.send(form, button="addresses", name="Ibarra, renamed")
    assert more.status == 200
    assert more.fields["name"] == "Ibarra, renamed"
    assert "addresses[2].city" in more.fields
    assert crm.get(f"/customers/{ibarra['id']}")["version"] == 1
    more.fields["contact_points[1].remove"] = "1"
    assert tab.send(more, addresses_2_city="Donostia").status == 303
    after = crm.get(f"/customers/{ibarra['id']}")
    assert [each["city"] for each in after["addresses"]] == ["Bilbao", None, "Donostia"]
    assert [each["kind"] for each in after["contact_points"]] == ["phone", "web"]
    kept = {each["id"] for each in ibarra["addresses"]}
    assert {each["id"] for each in after["addresses"][:2]} == kept


def test_a_new_row_left_blank_is_no_element(crm, tab, ibarra):
    more = tab.send(tab.get(path_of(ibarra) + "/edit"), button="contact_points")
    assert tab.send(more).status == 303
    assert crm.get(f"/customers/{ibarra['id']}").document == ibarra


def test_a_managed_field_is_read_only_with_its_reason(crm, tab, ibarra):
    text = "Terms are agreed in the ERP. Change them there."
    crm.put(
        "/managed-fields/customers",
        {"fields": [{"field": "payment_terms", "kept_by": "ERP", "text": text}]},
    )
    assert text in tab.get(path_of(ibarra)).words
    form = tab.get(path_of(ibarra) + "/edit")
    assert text in form.words
    assert "payment_terms" not in form.fields
    assert tab.send(form, name="Ibarra, other name").status == 303


def test_a_forged_managed_field_is_refused_with_its_reason(crm, tab, ibarra):
    text = "Terms are agreed in the ERP. Change them there."
    crm.put(
        "/managed-fields/customers",
        {"fields": [{"field": "payment_terms", "kept_by": "ERP", "text": text}]},
    )
    form = tab.get(path_of(ibarra) + "/edit")
    refused = tab.send(form, payment_terms="NET90", name="And a name")
    assert refused.status == 409
    assert f"Payment terms : {text}" in refused.words
    assert refused.fields["name"] == "And a name"
    assert crm.get(f"/customers/{ibarra['id']}").document == ibarra


def test_who_was_overtaken_sees_both_values_and_saves_again(crm, tab, ibarra):
    form = tab.get(path_of(ibarra) + "/edit")
    crm.patch(f"/customers/{ibarra['id']}", {"segment": "Theirs", "industry": "Steel"})
    shown = tab.send(form, segment="Mine", source="Fair")
    assert shown.status == 409
    assert "changed this record while you were editing" in shown.words
    assert "Now: Theirs" in shown.words
    assert (shown.fields["segment"], shown.fields["industry"]) == ("Mine", "Steel")
    assert tab.send(shown).status == 303
    after = crm.get(f"/customers/{ibarra['id']}")
    assert (after["segment"], after["industry"], after["source"]) == ("Mine", "Steel", "Fair")


def test_a_form_without_its_version_overwrites_nothing(crm, tab, ibarra):
    assert tab.post(path_of(ibarra), {"name": "Forged"}).status == 409
    assert crm.get(f"/customers/{ibarra['id']}").document == ibarra


def test_bad_input_stands_beside_its_field_with_what_to_do(crm, tab):
    form = tab.send(tab.get("/crm/customers/new"), button="contact_points")
    shown = tab.send(
        form,
        name='<b onclick="x">',
        contact_points_0_kind="email",
        contact_points_0_value="no address",
    )
    assert shown.status == 422
    assert "Nothing was saved" in shown.words
    assert "Write an e-mail address like name@example.com." in shown.words
    assert "aria-describedby=contact_points-0-value-error" in shown.text
    assert shown.fields["contact_points[0].value"] == "no address"
    assert shown.fields["name"] == '<b onclick="x">'
    assert "<b onclick" not in shown.text
    assert crm.get("/customers")["items"] == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": " "}, "Fill this in."),
        ({"name": "A", "version": "1", "created_at": "x"}, "This is set by the system"),
        ({"name": "A", "colour": "red"}, "There is no such field"),
        ({"name": "A", "lifecycle": "friend"}, "Use one of"),
        ({"name": "A", "credit_limit.amount": "1,5", "credit_limit.currency": "EUR"}, "plain"),
        ({"name": "A", "credit_limit.amount": "1"}, "three-letter currency code"),
        ({"name": "A", "addresses[0].colour": "red"}, "There is no such field"),
        ({"name": "A", "consents[0].channel": "x", "consents[0].given_at": "soon"}, "Give a time"),
        ({"name": "A\x00"}, "Leave out control characters."),
    ],
)
def test_a_forged_form_is_refused_with_a_reason(crm, tab, fields, reason):
    shown = tab.post("/crm/customers", fields)
    assert shown.status == 422
    assert reason in shown.words
    assert crm.get("/customers")["items"] == []


def test_only_addresses_that_are_surely_what_they_seem_become_links(crm, tab):
    points = [
        {"kind": "phone", "value": "call me"},
        {"kind": "email", "value": "a@b.example?bcc=all@b.example"},
        {"kind": "web", "value": "javascript:alert(1)"},
        {"kind": "web", "value": "https://example.com/"},
        {"kind": "mobile", "value": "+34600123123"},
    ]
    made = crm.bulk("customers", {"values": {"name": "Raw", "contact_points": points}})[0]
    links = tab.get(path_of(made)).links
    assert "https://example.com/" in links
    assert "tel:+34600123123" in links
    assert [each for each in links if each.startswith(("javascript", "mailto"))] == []
    assert [each for each in links if each.startswith("tel")] == ["tel:+34600123123"]


def test_the_list_filters_searches_sorts_and_pages(crm, tab):
    for number in range(7):
        lifecycle = "lead" if number % 2 else "customer"
        crm.post("/customers", {"name": f"Firm {number}", "lifecycle": lifecycle})
    query = {"filter[lifecycle]": "customer", "sort": "-name", "limit": "3"}
    first = tab.get("/crm/customers", **query)
    assert [n for n in range(7) if f"Firm {n}" in first.words] == [2, 4, 6]
    following = next(link for link in first.links if "after=" in link)
    assert [n for n in range(7) if f"Firm {n}" in tab.get(following).words] == [0]
    assert "Firm 5" in tab.get("/crm/customers", q="firm 5").words
    assert "Nothing matches" in tab.get("/crm/customers", q="nobody").words
    assert tab.get("/crm/customers", sort="colour").status == 422


def test_the_search_box_gets_the_table_alone(crm, tab, ibarra):
    part = tab.http.get("/crm/customers?q=ibarra", headers={"hx-request": "true"}).text
    assert "Ibarra" in part
    assert "<html" not in part


def test_archived_customers_leave_the_list_until_asked_for(crm, tab, ibarra):
    form = {"version": str(ibarra["version"])}
    moved = tab.post(path_of(ibarra) + "/archive", form)
    assert "Archived" in tab.get(moved.location).words
    assert "Ibarra" not in tab.get("/crm/customers").words
    assert "Ibarra" in tab.get("/crm/customers", archived="only").words
    assert tab.post(path_of(ibarra) + "/archive", form).status == 303
    assert crm.get(f"/customers/{ibarra['id']}")["version"] == 2
    assert tab.post(path_of(ibarra) + "/restore", {"version": "2"}).status == 303
    assert "Ibarra" in tab.get("/crm/customers").words


def test_the_export_holds_the_whole_list_as_filtered(crm, tab):
    items = [
        {"values": {"name": f"=Firm {number:03}", "lifecycle": "lead"}} for number in range(100)
    ]
    for _ in range(6):
        crm.bulk("customers", *items)
    crm.post("/customers", {"name": "Other", "lifecycle": "former"})
    query = {"format": "csv", "filter[lifecycle]": "lead", "limit": "5"}
    answer = tab.get("/crm/customers", **query)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 600
    assert rows[0]["name"] == "'=Firm 000"


def test_a_deleted_customer_is_gone_and_one_in_use_is_not(crm, tab, ibarra):
    crm.post("/contacts", {"customer_id": ibarra["id"], "given_name": "Pau"})
    kept = tab.post(path_of(ibarra) + "/delete", {"version": "1"})
    assert "Still in use" in tab.get(kept.location).text
    empty = crm.post("/customers", {"name": "Nobody"}).document
    assert tab.post(path_of(empty) + "/delete", {"version": "9"}).location == path_of(empty)
    assert tab.post(path_of(empty) + "/delete", {"version": "1"}).location == "/crm/customers"
    gone = tab.get(path_of(empty))
    assert gone.status == 410
    assert "was deleted" in gone.words


def test_a_viewer_sees_everything_and_changes_nothing(crm, tab_of, ibarra):
    tab = tab_of(crm, Role.VIEWER)
    shown = tab.get(path_of(ibarra))
    assert path_of(ibarra) + "/edit" not in shown.links
    assert "Archive" not in shown.words
    assert "Delete" not in shown.words
    assert "/crm/customers/new" not in tab.get("/crm/customers").links
    assert tab.get(path_of(ibarra) + "/edit").status == 403
    for path in ("", "/archive", "/delete"):
        assert tab.post(path_of(ibarra) + path, {"name": "x", "version": "1"}).status == 403
    assert tab.post("/crm/customers", {"name": "x"}).status == 403
    assert crm.get(f"/customers/{ibarra['id']}").document == ibarra


def test_a_contact_begins_with_its_customer(crm, tab, ibarra):
    asked = tab.get("/crm/contacts/new", q="ibarra")
    chosen = f"/crm/contacts/new?customer={ibarra['id']}"
    assert chosen in asked.links
    more = tab.send(tab.get(chosen), button="contact_points")
    made = tab.send(
        more, given_name="Aitor", contact_points_0_kind="phone", contact_points_0_value="944150101"
    )
    assert crm.get(f"/contacts/{made.id}")["contact_points"][0]["value"] == "+34944150101"
    shown = tab.get(made.location)
    assert path_of(ibarra) in shown.links
    assert "tel:+34944150101" in shown.links
    assert "Aitor" in tab.get(path_of(ibarra)).words
    assert "Ibarra" in tab.get("/crm/contacts").words


def test_a_contact_without_any_name_is_told_so(crm, tab, ibarra):
    form = tab.get(f"/crm/contacts/new?customer={ibarra['id']}")
    shown = tab.send(form)
    assert shown.status == 422
    assert "Give at least one of given name and family name." in shown.words


def test_products_are_read_here_and_made_elsewhere(crm, tab_of):
    tab = tab_of(crm, Role.ADMIN)
    category = crm.post("/categories", {"code": "T", "name": "Tools"})["id"]
    product = {
        "sku": "RV-1",
        "name": "Drill",
        "uom": "C62",
        "tax_class": "standard",
        "category_id": category,
        "prices": [{"currency": "EUR", "amount": "129.90"}],
    }
    made = crm.post("/products", product)
    assert "€129.90" in tab.get("/crm/products").words
    shown = tab.get(f"/crm/products/{made['id']}")
    assert f"/crm/categories/{category}" in shown.links
    assert f"/crm/products/{made['id']}/edit" not in shown.links
    assert tab.post(f"/crm/products/{made['id']}", {"name": "x"}).status == 405
    assert tab.get("/crm/products/new").status == 404
    assert "Drill" in tab.get("/crm/products", **{"filter[category_id]": category}).words


def test_categories_form_a_tree(crm, tab):
    made = tab.send(tab.get("/crm/categories/new"), code="T", name="Tools")
    below = tab.send(tab.get("/crm/categories/new"), code="H", name="Hand", parent_id=made.id)
    assert below.location in tab.get(made.location).links
    circle = tab.send(tab.get(made.location + "/edit"), parent_id=below.id)
    assert circle.status == 422
    taken = tab.send(tab.get("/crm/categories/new"), code="T", name="Other tools")
    assert taken.status == 409
    assert made.location in taken.links


def test_a_parent_is_searched_for_and_its_page_shows_who_is_below(crm, tab, ibarra):
    low = crm.post("/customers", {"name": "Ibarra Norte"}).document
    form = tab.get(path_of(low) + "/edit")
    assert form.fields["parent_id"] == ""
    found = tab.send(form, **{"find:parent_id": "A58818501"}, button="find:parent_id")
    assert (found.status, crm.get(f"/customers/{low['id']}")["version"]) == (200, 1)
    assert "Ibarra Logística, S. A. · Bilbao" in found.words
    assert tab.send(found, parent_id=ibarra["id"]).status == 303
    assert path_of(ibarra) in tab.get(path_of(low)).links
    assert path_of(low) in tab.get(path_of(ibarra)).links
    assert crm.delete(f"/customers/{ibarra['id']}").status == 409
    assert tab.send(tab.get(path_of(low) + "/edit"), name="Norte").status == 303
    assert crm.get(f"/customers/{low['id']}")["parent_id"] == ibarra["id"]
    ring = tab.send(tab.get(path_of(ibarra) + "/edit"), parent_id=low["id"])
    assert ring.status == 422
    assert "A record cannot stand below itself; choose another." in ring.words
    nobody = tab.send(form, **{"find:parent_id": "nobody at all"}, button="find:parent_id")
    assert "Nothing matches" in nobody.words


def test_parents_are_searched_for_while_one_types(crm, tab_of, tab, ibarra):
    words = {"find:parent_id": "ibarra", "parent_id": ibarra["id"]}
    alone = tab.get("/crm/customers/found/parent_id", own=ibarra["id"], **{"find:parent_id": "ib"})
    assert "Ibarra" not in alone.words
    fragment = tab.get("/crm/customers/found/parent_id", **words)
    assert fragment.status == 200
    assert fragment.words.count("Ibarra Logística, S. A. · Bilbao") == 1
    assert tab.get("/crm/customers/found/owner").status == 404
    assert tab_of(crm, Role.VIEWER).get("/crm/customers/found/parent_id").status == 403


def test_nothing_that_people_write_becomes_markup(crm, tab_of, ibarra):
    hostile = '<img src=x onerror="alert(1)"> 50% off'
    tab = tab_of(crm, Role.ADMIN)
    category = crm.post("/categories", {"code": "X", "name": hostile})["id"]
    below = crm.post("/categories", {"code": "Y", "name": "Below", "parent_id": category})["id"]
    crm.patch(
        f"/customers/{ibarra['id']}",
        {
            "owner": hostile,
            "notes": hostile,
            "language": "es",
            "addresses": [{"city": hostile}],
            "contact_points": [{"kind": "messenger", "value": hostile, "purpose": hostile}],
        },
    )
    field = {"field": "payment_terms", "kept_by": "ERP", "text": hostile}
    crm.put("/managed-fields/customers", {"fields": [field]})
    contact = crm.post("/contacts", {"customer_id": ibarra["id"], "family_name": hostile})["id"]
    form = tab.get(path_of(ibarra) + "/edit")
    pages = [
        form,
        tab.send(form, payment_terms="x"),
        tab.send(form, name=" "),
        *map(
            tab.get,
            (
                "/crm/customers",
                path_of(ibarra),
                "/crm/contacts",
                f"/crm/contacts/{contact}",
                "/crm/products",
                "/crm/categories",
                f"/crm/categories/{category}",
                f"/crm/categories/{below}",
                f"/crm/categories/{below}/edit",
            ),
        ),
    ]
    for page in pages:
        assert page.status in {200, 409, 422}
        assert "50% off" in page.text
        assert "<img" not in page.text


def test_the_first_page_is_the_list_of_customers(crm, tab):
    assert tab.get("/crm/").location == "/crm/customers"
