"""What a customer is to the CRM: an organisation or a person, from lead to former customer."""

from collections.abc import Collection

from ground.parties import (
    ADDRESSES,
    CONTACT_POINTS,
    LANGUAGE,
    OTHER_IDS,
    TAX_IDS,
    TIMEZONE,
    country_of,
    read_phones,
)
from ground.records.amounts import MoneyAmount
from ground.records.elements import Elements, Part
from ground.records.fields import Choice, Flag, Link, Moment, SetOf, Standard, Text
from ground.records.findings import Findings
from ground.records.model import Field, Linked, RecordKind, Values
from ground.standards.trade import currency

CONSENTS = Elements(
    (
        Part("channel", Text(40), required=True),
        Part("purpose", Text(100)),
        Part("basis", Text(60)),
        Part("status", Choice(("given", "withdrawn")), required=True),
        Part("given_at", Moment()),
        Part("source", Text(200)),
    )
)


def _finish(values: Values, given: Collection[str], linked: Linked, findings: Findings) -> None:  # noqa: ARG001
    if "contact_points" in given:
        country = country_of(values)
        values["contact_points"] = read_phones(values["contact_points"], country, findings)


CUSTOMERS = RecordKind(
    name="customers",
    prefix="cu",
    title="Customer",
    fields=(
        Field("kind", Choice(("organisation", "person"), "organisation"), column=True),
        Field("name", Text(300), required=True, column=True),
        Field("legal_name", Text(300)),
        Field("given_name", Text(150)),
        Field("family_name", Text(150)),
        Field(
            "lifecycle",
            Choice(("lead", "prospect", "customer", "dormant", "former", "blocked"), "lead"),
            column=True,
        ),
        Field("roles", SetOf(Choice(("customer", "supplier", "payer", "carrier")))),
        Field("parent_id", Link("customers", "cu"), column=True),
        Field("owner", Text(200), column=True),
        Field("segment", Text(100), column=True),
        Field("industry", Text(100), column=True),
        Field("source", Text(100), column=True),
        Field("language", LANGUAGE),
        Field("timezone", TIMEZONE),
        Field("notes", Text(20_000, lines=True)),
        Field("archived", Flag(), column=True),
        # These come from the ERP, where there is one.
        Field("erp_number", Text(40), column=True),
        Field("payment_terms", Text(40)),
        Field("payment_method", Text(40)),
        Field("price_list", Text(40)),
        Field("tax_class", Text(40)),
        Field("currency", Standard(currency, longest=3, example="EUR")),
        Field("credit_limit", MoneyAmount()),
        Field("addresses", ADDRESSES),
        Field("contact_points", CONTACT_POINTS),
        Field("tax_ids", TAX_IDS),
        Field("other_ids", OTHER_IDS),
        Field("consents", CONSENTS),
    ),
    search=(
        "name",
        "legal_name",
        "given_name",
        "family_name",
        "erp_number",
        "contact_points",
        "tax_ids",
        "other_ids",
        "addresses",
    ),
    finish=_finish,
    tree="parent_id",
)
