"""150 products and their 12 categories; all invented."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from rectoverso.demo.identifiers import gtin

# Price of one euro and the step to which shops round, per currency.
_RATES = {
    "EUR": (Decimal(1), Decimal("0.01")),
    "GBP": (Decimal("0.86"), Decimal("0.05")),
    "RON": (Decimal("4.97"), Decimal("0.10")),
    "RUB": (Decimal(98), Decimal(1)),
    "IDR": (Decimal(17500), Decimal(500)),
}
_PACK_FACTORS = (Decimal(1), Decimal("1.8"), Decimal("3.3"))
_WORDS = Path(__file__).parent / "words" / "catalogue.toml"


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """One record to load: our reference to it, and its fields in the words of the app.

    `links` names fields that hold the id of another record, by that record's reference.
    """

    ref: str
    values: dict[str, Any]
    links: dict[str, str]


def make_categories() -> list[DemoRecord]:
    """Return the categories, parents first."""
    words = _words()
    branches = [_category(branch["code"], branch["name"], None) for branch in words["branches"]]
    leaves = [_category(leaf["code"], leaf["name"], leaf["parent"]) for leaf in words["leaves"]]
    return branches + leaves


def make_products(rng: Random) -> list[DemoRecord]:
    """Return the products; most are active and have a price in every currency."""
    return [_product(offer, place, rng) for place, offer in enumerate(_offers(_words()), start=1)]


@dataclass(frozen=True, slots=True)
class _Offer:
    leaf: dict[str, Any]
    name: str
    price: Decimal
    weight: dict[str, str]


def _offers(words: dict[str, Any]) -> Iterator[_Offer]:
    for leaf in words["leaves"]:
        for name, price in leaf["products"]:
            for (pack, weight, unit), factor in zip(leaf["packs"], _PACK_FACTORS, strict=True):
                yield _Offer(
                    leaf, f"{name} {pack}", Decimal(price) * factor, {"value": weight, "unit": unit}
                )


def _product(offer: _Offer, place: int, rng: Random) -> DemoRecord:
    values = {
        "sku": f"{offer.leaf['code'][:3]}-{place:04d}",
        "name": offer.name,
        "type": "goods",
        "gtins": [gtin(place)] if rng.random() < 0.9 else [],  # noqa: PLR2004  nine of ten
        "uom": "C62",
        "prices": _prices(offer.price, rng),
        "tax_class": "reduced",
        "lifecycle": rng.choices(("active", "design", "phase_out", "obsolete"), (90, 3, 4, 3))[0],
        "weight": offer.weight,
        "origin": offer.leaf["origin"],
        "hs_code": offer.leaf["hs_code"],
    }
    links = {"category_id": f"demo:category:{offer.leaf['code']}"}
    return DemoRecord(f"demo:product:{place}", values, links)


def _prices(euros: Decimal, rng: Random) -> list[dict[str, str]]:
    sold_in = ["EUR", *(currency for currency in list(_RATES)[1:] if rng.random() < 0.8)]  # noqa: PLR2004
    return [_price(euros, currency) for currency in sold_in]


def _price(euros: Decimal, currency: str) -> dict[str, str]:
    rate, step = _RATES[currency]
    amount = (euros * rate / step).to_integral_value() * step
    return {"currency": currency, "price_list": "standard", "amount": f"{amount:f}"}


def _words() -> dict[str, Any]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


def _category(code: str, name: str, parent: str | None) -> DemoRecord:
    links = {} if parent is None else {"parent_id": f"demo:category:{parent}"}
    return DemoRecord(f"demo:category:{code}", {"code": code, "name": name}, links)
