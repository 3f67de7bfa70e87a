"""What the ERP takes, by table."""

import pytest

from ground.records import rules
from ground.records.findings import Findings
from simple_erp.customers.rules import CUSTOMERS
from simple_erp.products.rules import PRODUCTS

ACME = {"name": "Acme S.L.", "currency": "EUR"}
BOLT = {"sku": "B-1", "name": "Bolt", "uom": "C62", "tax_class": "standard"}


def values_and_problems(kind, given, *, lenient=False):
    findings = Findings(lenient=lenient)
    cleaned = rules.clean(kind, given, findings)
    values = rules.merge(
        kind, None, cleaned, linked=lambda _: None, new_id=lambda: "el_1", findings=findings
    )
    return values, [problem.field for problem in findings.problems]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sku": "x" * 41}, "sku"),
        ({"name": ""}, "name"),
        ({"uom": "piece"}, "uom"),
        ({"gtins": ["4006381333932"]}, "gtins[0]"),
        ({"prices": [{"currency": "EUR", "amount": 12}]}, "prices[0].amount"),
        ({"prices": [{"currency": "EUR", "amount": "-1"}]}, "prices[0].amount"),
        ({"prices": [{"currency": "E", "amount": "1"}]}, "prices[0].currency"),
        ({"prices": [{"currency": "EUR", "amount": "1"}] * 2}, "prices[1]"),
        ({"weight": {"value": "1", "unit": "MTR"}}, "weight"),
        ({"origin": "Spain"}, "origin"),
        ({"hs_code": "12"}, "hs_code"),
        ({"lifecycle": "new"}, "lifecycle"),
        ({"version": 7}, "version"),
        ({"updated_by": "me"}, "updated_by"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_product_is_refused_with_the_field(change, field):
    assert values_and_problems(PRODUCTS, BOLT | change)[1] == [field]


@pytest.mark.parametrize(
    ("change", "stored"),
    [
        ({"uom": "kgm"}, {"uom": "KGM"}),
        (
            {"gtins": ["96385074", "4006381 333931", "96385074"]},
            {"gtins": ["4006381333931", "96385074"]},
        ),
        ({"weight": {"value": "0.50", "unit": "KGM"}}, {"weight": {"value": "0.5", "unit": "KGM"}}),
        ({"origin": "es"}, {"origin": "ES"}),
        ({}, {"type": "goods", "lifecycle": "active", "prices": [], "weight": None}),
        (
            {"prices": [{"currency": "eur", "amount": "12.5"}]},
            {"prices": [{"id": "el_1", "currency": "EUR", "price_list": None, "amount": "12.50"}]},
        ),
        (
            {"prices": [{"currency": "EUR", "amount": "0.0375"}]},
            {"prices": [{"id": "el_1", "currency": "EUR", "price_list": None, "amount": "0.0375"}]},
        ),
    ],
)
def test_product_is_stored_in_its_normal_form(change, stored):
    values, problems = values_and_problems(PRODUCTS, BOLT | change)
    assert problems == []
    assert {name: values[name] for name in stored} == stored


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currency": None}, "currency"),
        ({"number": "C00009"}, "number"),
        ({"roles": ["friend"]}, "roles[0]"),
        ({"credit_limit": {"amount": "1.005", "currency": "EUR"}}, "credit_limit"),
        ({"credit_limit": {"amount": "1", "currency": "JPX"}}, "credit_limit"),
        ({"addresses": [{"country": "Spain"}]}, "addresses[0].country"),
        ({"addresses": [{"uses": ["home"]}]}, "addresses[0].uses[0]"),
        ({"addresses": "Calle Mayor 1"}, "addresses"),
        (
            {"contact_points": [{"kind": "phone", "value": "915 550 100"}]},
            "contact_points[0].value",
        ),
        ({"contact_points": [{"kind": "email", "value": "anna"}]}, "contact_points[0].value"),
        (
            {"contact_points": [{"kind": "web", "value": "javascript:alert(1)"}]},
            "contact_points[0].value",
        ),
        ({"contact_points": [{"kind": "pager", "value": "1"}]}, "contact_points[0].kind"),
        ({"tax_ids": [{"country": "ES", "value": "B58378432"}]}, "tax_ids[0].value"),
        ({"tax_ids": [{"value": "B58378431"}]}, "tax_ids[0].country"),
        ({"other_ids": [{"scheme": "gln", "value": "4012345000008"}]}, "other_ids[0].value"),
        ({"other_ids": [{"scheme": "fax", "value": "1"}]}, "other_ids[0].scheme"),
    ],
)
def test_bad_customer_is_refused_with_the_field(change, field):
    assert values_and_problems(CUSTOMERS, ACME | change)[1] == [field]


@pytest.mark.parametrize(
    ("source", "country"),
    [
        ({"addresses": [{"country": "ES"}]}, "ES"),
        (
            {
                "addresses": [
                    {"country": "GB", "uses": ["shipping"]},
                    {"country": "ES", "uses": ["legal"]},
                ]
            },
            "ES",
        ),
        ({"tax_ids": [{"country": "ES", "value": "B58378431"}]}, "ES"),
    ],
)
def test_national_phone_number_is_read_by_the_country_of_the_customer(source, country):
    points = {"contact_points": [{"kind": "mobile", "value": "612 345 678"}]}
    values, problems = values_and_problems(CUSTOMERS, ACME | source | points)
    assert problems == []
    assert values["contact_points"][0]["value"] == "+34612345678"


def test_machine_may_pass_on_what_only_looks_wrong():
    odd = {
        "contact_points": [{"kind": "phone", "value": "ask Anna"}, {"kind": "email", "value": "?"}],
        "tax_ids": [{"country": "ES", "scheme": "os", "value": "b1"}, {"value": "x"}],
        "other_ids": [{"scheme": "gln", "value": "1"}],
    }
    values, problems = values_and_problems(CUSTOMERS, ACME | odd, lenient=True)
    assert problems == []
    assert [each["value"] for each in values["contact_points"]] == ["ask Anna", "?"]
    assert [each["value"] for each in values["tax_ids"]] == ["B1", "X"]
