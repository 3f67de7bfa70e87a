"""What a product is to the CRM: what can be offered. Kept by whoever plans and prices it."""

from collections.abc import Collection

from ground.parties import COUNTRY
from ground.records.amounts import Measure
from ground.records.elements import Elements, Part
from ground.records.fields import Choice, Link, SetOf, Standard, Text
from ground.records.findings import Findings
from ground.records.model import Field, Linked, RecordKind, Values
from ground.standards import trade
from ground.standards.errors import NotStandard
from ground.standards.units import WEIGHTS


def _check_price(element: Values, at: str, findings: Findings) -> None:
    try:
        element["amount"] = trade.price(str(element["amount"]), str(element["currency"]))
    except NotStandard as error:
        findings.refuse(f"{at}.amount", error.reason)


PRICES = Elements(
    (
        Part("currency", Standard(trade.currency, longest=3, example="EUR"), required=True),
        Part("price_list", Text(40)),
        Part("amount", Text(40), required=True),
    ),
    check=_check_price,
)


def _finish(values: Values, given: Collection[str], linked: Linked, findings: Findings) -> None:  # noqa: ARG001
    """Refuse two prices for the same currency and price list."""
    seen = set()
    prices = values["prices"] if isinstance(values["prices"], list) else []
    for place, price in enumerate(prices):
        key = (price.get("currency"), price.get("price_list")) if isinstance(price, dict) else None
        if key in seen:
            findings.refuse(f"prices[{place}]", "There is already a price for it; keep one.")
        seen.add(key)


PRODUCTS = RecordKind(
    name="products",
    prefix="pr",
    title="Product",
    fields=(
        Field("sku", Text(40), required=True, immutable=True, unique=True, column=True),
        Field("name", Text(300), required=True, column=True),
        Field("description", Text(20_000, lines=True)),
        Field("type", Choice(("goods", "service", "kit", "asset"), "goods"), column=True),
        Field("gtins", SetOf(Standard(trade.gtin, longest=20, example="4006381333931"))),
        Field("category_id", Link("categories", "ca"), column=True),
        Field("uom", Standard(trade.unit, longest=3, example="C62", soft=True), required=True),
        Field("prices", PRICES),
        Field("tax_class", Text(40), required=True, column=True),
        Field(
            "lifecycle",
            Choice(("design", "active", "phase_out", "blocked_sale", "obsolete"), "active"),
            column=True,
        ),
        Field("weight", Measure(WEIGHTS)),
        Field("origin", COUNTRY),
        Field("hs_code", Standard(trade.hs_code, longest=20, example="847130")),
    ),
    search=("sku", "name", "gtins"),
    finish=_finish,
)
