"""The same mapping as a programmer writes it for one app: two functions and nothing around them.

It says what the documents of the measurement need and no more: no retention, no reasons, no states.
"""

import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

Record = dict[str, Any]

KINDS: Final = {"C": "organisation", "I": "person"}
STATES: Final = {"A": "customer", "P": "prospect", "D": "dormant", "B": "blocked"}
YES: Final = {"Y": True, "N": False}
KINDS_BACK: Final = {golden: app for app, golden in KINDS.items()}
STATES_BACK: Final = {golden: app for app, golden in STATES.items()}


def _text(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", value).strip() or None if value else None


def _trim(value: str | None) -> str | None:
    return value.strip() or None if value else None


def _lower(value: str | None) -> str | None:
    return value.lower() if value else None


def _decimal(value: str | None, least: int) -> str | None:
    if not value:
        return None
    whole, _, fraction = format(Decimal(value), "f").partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    return f"{whole}.{fraction}" if fraction else whole


def to_golden(record: Record) -> Record:
    """Return golden values by path."""
    terms = record.get("Terms") or {}
    currency, since = terms.get("Currency"), record.get("Since")
    return {
        "number": _trim(record.get("Number")),
        "name": _text(record.get("Name")),
        "legal_name": _text(record.get("LegalName")),
        "given_name": _text(record.get("GivenName")),
        "family_name": _text(record.get("FamilyName")),
        "kind": KINDS[record["Kind"]],
        "lifecycle": STATES[record["State"]],
        "segment": _text(record.get("Segment")),
        "industry": _text(record.get("Industry")),
        "source": record.get("Source") or None,
        "owner": record.get("Owner") or None,
        "language": _lower(record.get("Language")),
        "notes": _text(record.get("Notes")),
        "terms.currency": currency.upper() if currency else None,
        "terms.payment_terms": terms.get("Payment") or None,
        "terms.payment_method": terms.get("Method") or None,
        "terms.price_list": terms.get("PriceList") or None,
        "terms.tax_class": terms.get("TaxClass") or None,
        "credit_limit": _decimal(record.get("Limit"), 2),
        "discount": _decimal(record.get("Discount"), 0),
        "newsletter": YES[record["Newsletter"]],
        "blocked": YES[record["Blocked"]],
        "since": datetime.strptime(since, "%d.%m.%Y").date().isoformat() if since else None,  # noqa: DTZ007 - a date
        "street": _text(record.get("Street")),
        "postal_code": _trim(record.get("PostalCode")),
        "city": _text(record.get("City")),
        "region": _text(record.get("Region")),
        "email": _lower(record.get("Email")),
        "web": _lower(record.get("Web")),
        "fax": _trim(record.get("Fax")),
    }


def to_system(golden: Record) -> Record:
    """Return the app's record of golden values by path; blanks are left out."""
    since = golden["since"]
    terms = {
        "Currency": golden["terms.currency"],
        "Payment": golden["terms.payment_terms"],
        "Method": golden["terms.payment_method"],
        "PriceList": golden["terms.price_list"],
        "TaxClass": golden["terms.tax_class"],
    }
    record = {
        "Number": _trim(golden["number"]),
        "Name": _text(golden["name"]),
        "LegalName": _text(golden["legal_name"]),
        "GivenName": _text(golden["given_name"]),
        "FamilyName": _text(golden["family_name"]),
        "Kind": KINDS_BACK[golden["kind"]],
        "State": STATES_BACK[golden["lifecycle"]],
        "Segment": _text(golden["segment"]),
        "Industry": _text(golden["industry"]),
        "Source": golden["source"],
        "Owner": golden["owner"],
        "Language": _lower(golden["language"]),
        "Notes": _text(golden["notes"]),
        "Terms": {name: value for name, value in terms.items() if value is not None},
        "Limit": _decimal(golden["credit_limit"], 2),
        "Discount": _decimal(golden["discount"], 0),
        "Newsletter": "Y" if golden["newsletter"] else "N",
        "Blocked": "Y" if golden["blocked"] else "N",
        "Since": datetime.fromisoformat(since).strftime("%d.%m.%Y") if since else None,
        "Street": _text(golden["street"]),
        "PostalCode": _trim(golden["postal_code"]),
        "City": _text(golden["city"]),
        "Region": _text(golden["region"]),
        "Email": _lower(golden["email"]),
        "Web": _lower(golden["web"]),
        "Fax": _trim(golden["fax"]),
    }
    return {name: value for name, value in record.items() if value is not None}
