"""Rows of a file of customers or suppliers as records of the CRM or the ERP."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers

from rectoverso.loading.columns import Columns
from rectoverso.loading.model import App, BadRow, Entity, Finding, Prepared, Row
from rectoverso.loading.places import country_code, currency_of

# A company is recognised by at least one of these; a bare name fits too many.
_TELLING = ("street", "postal_code", "city", "country", "phone", "mobile", "fax", "email", "tax_id")
_NOTHING_TELLS = (
    "There is only a name: no address, telephone, e-mail or tax id tells which company it is."
)
_POINTS = ("phone", "mobile", "fax", "email", "web")
_WEB = re.compile(r"https?://[^\s#]+|(?:www\.)[^\s#]+\.[a-z]{2,}[^\s#]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the rows are and where they go; `currency` is used where a row names none."""

    entity: Entity
    app: App
    currency: str | None


def prepare_customer(row: Row, columns: Columns, purpose: Purpose) -> Prepared | BadRow:
    """Turn one row into fields of the app, or say what is wrong with it."""
    filled = columns.read(row.cells)
    country = country_code(filled["country"]) if "country" in filled else None
    currency = filled.get("currency", "").upper() or purpose.currency or currency_of(country)
    if findings := _mistakes(filled, columns, country, currency if _pays(purpose) else "none"):
        return BadRow(row, findings)
    points, remarks = _contact_points(filled, columns, country)
    values = _common(filled, purpose) | {
        "addresses": _addresses(filled, country),
        "contact_points": points,
        "tax_ids": _tax_ids(filled, country),
    }
    if _pays(purpose):
        values |= {"currency": currency, "status": "active"}
    else:
        values |= {"lifecycle": "customer", "source": "file"}
    return Prepared(row, values, remarks, contact=_contact(filled))


def _pays(purpose: Purpose) -> bool:
    return purpose.app is App.ERP


def _mistakes(
    filled: Mapping[str, str], columns: Columns, country: str | None, currency: str | None
) -> list[Finding]:
    if "name" not in filled:
        return [Finding(columns.names["name"], "Fill in the name.")]
    if not any(name in filled for name in _TELLING):
        return [Finding(None, _NOTHING_TELLS)]
    found = []
    if "country" in filled and country is None:
        reason = f"{filled['country']} is not a country we know; write its two-letter code."
        found.append(Finding(columns.names["country"], reason))
    elif currency is None:
        found.append(Finding(columns.names.get("currency"), "Give a currency with --currency."))
    return found


def _common(filled: Mapping[str, str], purpose: Purpose) -> dict[str, Any]:
    given, family = filled.get("given_name"), filled.get("family_name")
    return {
        "kind": "person" if family and given else "organisation",
        "name": filled["name"],
        "legal_name": filled.get("legal_name"),
        "given_name": given,
        "family_name": family,
        "roles": ["supplier" if purpose.entity is Entity.SUPPLIERS else "customer"],
        "language": filled.get("language"),
    }


def _addresses(filled: Mapping[str, str], country: str | None) -> list[dict[str, Any]]:
    first, _, rest = filled.get("street", "").partition("\n")
    second = " ".join([*rest.split("\n"), filled.get("street2", "")]).strip()
    address = {
        "street": first.strip() or None,
        "street2": second or None,
        "postal_code": filled.get("postal_code"),
        "city": filled.get("city"),
        "subdivision": filled.get("subdivision"),
        "country": country,
    }
    kept = {name: value for name, value in address.items() if value}
    return [{"uses": ["billing", "shipping"], **kept}] if kept else []


def _contact_points(
    filled: Mapping[str, str], columns: Columns, country: str | None
) -> tuple[list[dict[str, Any]], list[Finding]]:
    points: list[dict[str, Any]] = []
    remarks = []
    for kind in _POINTS:
        if kind not in filled:
            continue
        value = _point(kind, filled[kind], country)
        if value is None:
            reason = f"{filled[kind]} is not a web address and is left out."
            remarks.append(Finding(columns.names[kind], reason))
        else:
            points.append({"kind": kind, "value": value, "preferred": not points})
    return points, remarks


def _point(kind: str, text: str, country: str | None) -> str | None:
    if kind == "web":
        found = _WEB.search(text)
        return found[0] if found else None
    return text if kind == "email" else _phone(text, country)


def _phone(text: str, country: str | None) -> str:
    """Return E.164 for a real number of that country; anything else stays as it was written."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(number):
        return text
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _tax_ids(filled: Mapping[str, str], country: str | None) -> list[dict[str, Any]]:
    if "tax_id" not in filled or country is None:
        return []
    return [{"country": country, "scheme": "vat", "value": filled["tax_id"]}]


def _contact(filled: Mapping[str, str]) -> dict[str, Any]:
    given, _, family = filled.get("contact", "").strip().rpartition(" ")
    if not family:
        return {}
    found = {"given_name": given, "family_name": family, "title": filled.get("contact_title")}
    return {name: value for name, value in found.items() if value}
