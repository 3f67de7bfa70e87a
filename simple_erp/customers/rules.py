"""What a customer is to the ERP: a party with a number, terms and a credit limit."""

from collections.abc import Collection

from ground.parties import (
    ADDRESSES,
    CONTACT_POINTS,
    LANGUAGE,
    OTHER_IDS,
    TAX_IDS,
    country_of,
    read_phones,
)
from ground.records.amounts import MoneyAmount
from ground.records.fields import Choice, SetOf, Standard, Text
from ground.records.findings import Findings
from ground.records.model import Field, Linked, RecordKind, Series, Values
from ground.standards.trade import currency


def _finish(values: Values, given: Collection[str], linked: Linked, findings: Findings) -> None:  # noqa: ARG001
    if "contact_points" in given:
        country = country_of(values)
        values["contact_points"] = read_phones(values["contact_points"], country, findings)


CUSTOMERS = RecordKind(
    name="customers",
    prefix="cu",
    title="Customer",
    fields=(
        Field("number", Text(20), given=True, unique=True, column=True),
        Field("kind", Choice(("organisation", "person"), "organisation"), column=True),
        Field("name", Text(300), required=True, column=True),
        Field("legal_name", Text(300)),
        Field("given_name", Text(150)),
        Field("family_name", Text(150)),
        Field("status", Choice(("active", "dormant", "closed", "blocked"), "active"), column=True),
        Field("roles", SetOf(Choice(("customer", "supplier", "payer", "carrier")))),
        Field("language", LANGUAGE),
        Field("payment_terms", Text(40), column=True),
        Field("payment_method", Text(40)),
        Field("price_list", Text(40), column=True),
        Field("tax_class", Text(40)),
        Field(
            "currency",
            Standard(currency, longest=3, example="EUR"),
            required=True,
            column=True,
        ),
        Field("credit_limit", MoneyAmount()),
        Field("addresses", ADDRESSES),
        Field("contact_points", CONTACT_POINTS),
        Field("tax_ids", TAX_IDS),
        Field("other_ids", OTHER_IDS),
    ),
    search=(
        "number",
        "name",
        "legal_name",
        "given_name",
        "family_name",
        "contact_points",
        "tax_ids",
        "other_ids",
        "addresses",
    ),
    finish=_finish,
    series=Series("number", "C{:05d}"),
)
