"""Rows of a file of products as records of the ERP or the CRM."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from stdnum import ean

from rectoverso.loading.columns import Columns
from rectoverso.loading.customers import Purpose
from rectoverso.loading.model import BadRow, Finding, Prepared, Row
from rectoverso.loading.places import country_code

_YES = frozenset({"1", "true", "yes", "y", "x", "sí", "si", "ja", "да", "-1"})
_TWO_READINGS = re.compile(r"\d{1,3},\d{3}")
_COMMA_BEFORE_CENTS = re.compile(r"\d{1,3}(\.\d{3})+,\d+|\d+,\d+")
_COMMA_IN_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


def prepare_product(row: Row, columns: Columns, purpose: Purpose) -> Prepared | BadRow:
    """Turn one row into fields of the app, or say what is wrong with it."""
    filled = columns.read(row.cells)
    currency = filled.get("currency", "").upper() or purpose.currency
    amount = parse_amount(filled["price"]) if "price" in filled else None
    if findings := _mistakes(filled, columns, amount, currency):
        return BadRow(row, findings)
    values = {
        "sku": filled["sku"],
        "name": filled["name"],
        "description": filled.get("description"),
        "type": "goods",
        "gtins": [filled["gtin"]] if "gtin" in filled else [],
        "uom": filled.get("uom", "C62"),
        "prices": _prices(amount, currency),
        "tax_class": "standard",
        "lifecycle": "obsolete" if _is_yes(filled.get("discontinued", "")) else "active",
        "origin": country_code(filled["origin"]) if "origin" in filled else None,
        "hs_code": filled.get("hs_code"),
    }
    return Prepared(row, values, category=filled.get("category"))


def parse_amount(text: str) -> Decimal | None:
    """Read 1234.5, 1,234.50 and 1.234,50; None below zero, and for 1,234, which may be 1.234."""
    bare = text.replace("\u00a0", "").replace(" ", "")
    if _TWO_READINGS.fullmatch(bare):
        return None
    if _COMMA_BEFORE_CENTS.fullmatch(bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif _COMMA_IN_THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _mistakes(
    filled: Mapping[str, str], columns: Columns, amount: Decimal | None, currency: str | None
) -> list[Finding]:
    found = [
        Finding(columns.names.get(name), f"Fill in the {word}.")
        for name, word in (("sku", "product number"), ("name", "name"))
        if name not in filled
    ]
    if "price" in filled and amount is None:
        reason = f"{filled['price']} is not a price; write it like 12.50."
        found.append(Finding(columns.names["price"], reason))
    elif amount is not None and currency is None:
        found.append(Finding(columns.names["price"], "Give the currency with --currency."))
    if "gtin" in filled and not ean.is_valid(filled["gtin"]):
        reason = f"{filled['gtin']} is not a GTIN; compare its check digit with the label."
        found.append(Finding(columns.names["gtin"], reason))
    return found


def _prices(amount: Decimal | None, currency: str | None) -> list[dict[str, Any]]:
    if amount is None:
        return []
    return [{"currency": currency, "price_list": "standard", "amount": f"{amount:f}"}]


def _is_yes(text: str) -> bool:
    return text.casefold() in _YES
