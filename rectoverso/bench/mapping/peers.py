"""The same mapping in two languages of others, one direction each, for they know no way back."""

import importlib
import json
from collections.abc import Callable
from typing import Any, Final

from rectoverso.bench.mapping import by_hand

Record = dict[str, Any]
Turn = Callable[[Record], Record]

TEXTS: Final = {
    "number": "Number",
    "name": "Name",
    "legal_name": "LegalName",
    "given_name": "GivenName",
    "family_name": "FamilyName",
    "segment": "Segment",
    "industry": "Industry",
    "notes": "Notes",
    "street": "Street",
    "postal_code": "PostalCode",
    "city": "City",
    "region": "Region",
    "fax": "Fax",
}
LOWER: Final = {"language": "Language", "email": "Email", "web": "Web"}
COPIES: Final = {
    "source": "Source",
    "owner": "Owner",
    "terms.payment_terms": "Terms.Payment",
    "terms.payment_method": "Terms.Method",
    "terms.price_list": "Terms.PriceList",
    "terms.tax_class": "Terms.TaxClass",
}
STATES: Final = json.dumps(by_hand.STATES)
STATES_BACK: Final = json.dumps(by_hand.STATES_BACK)
APP_DATE: Final = (
    '$substring(since,8,2) & "." & $substring(since,5,2) & "." & $substring(since,0,4)'
)
GOLDEN_DATE: Final = (
    "$substring(Since,6,4) & '-' & $substring(Since,3,2) & '-' & $substring(Since,0,2)"
)


def jsonata_turns() -> tuple[Turn, Turn]:
    """Return both directions by jsonata-python; raises ImportError where it is not installed.

    Accents are not composed: the language has no word for it.
    """
    jsonata = importlib.import_module("jsonata")
    there = jsonata.Jsonata(_jsonata_get())
    back = jsonata.Jsonata(_jsonata_put())

    def put(golden: Record) -> Record:
        return dict(back.evaluate({path: one for path, one in golden.items() if one is not None}))

    return there.evaluate, put


def _jsonata_get() -> str:
    lines = [f'"{golden}": $said($trim({app}))' for golden, app in TEXTS.items()]
    lines += [f'"{golden}": $said($lowercase({app}))' for golden, app in LOWER.items()]
    lines += [f'"{golden}": $said({app})' for golden, app in COPIES.items()]
    lines += [
        '"terms.currency": $uppercase(Terms.Currency)',
        '"kind": $lookup({"C": "organisation", "I": "person"}, Kind)',
        f'"lifecycle": $lookup({STATES}, State)',
        '"credit_limit": $formatNumber($number(Limit), "0.00#######")',
        '"discount": $formatNumber($number(Discount), "0.#########")',
        '"newsletter": Newsletter = "Y"',
        '"blocked": Blocked = "Y"',
        f'"since": {GOLDEN_DATE}',
    ]
    return '($said := function($x) {$x = "" ? null : $x}; {' + ", ".join(lines) + "})"


def _jsonata_put() -> str:
    lines = [f'"{app}": $trim(`{golden}`)' for golden, app in TEXTS.items()]
    lines += [f'"{app}": $lowercase(`{golden}`)' for golden, app in LOWER.items()]
    lines += [f'"{COPIES[golden]}": `{golden}`' for golden in ("source", "owner")]
    terms = ['"Currency": `terms.currency`']
    terms += [
        f'"{app.removeprefix("Terms.")}": `{golden}`'
        for golden, app in COPIES.items()
        if app.startswith("Terms.")
    ]
    lines += [
        '"Terms": {' + ", ".join(terms) + "}",
        '"Kind": $lookup({"organisation": "C", "person": "I"}, kind)',
        f'"State": $lookup({STATES_BACK}, lifecycle)',
        '"Limit": $formatNumber($number(credit_limit), "0.00#######")',
        '"Discount": $formatNumber($number(discount), "0.#########")',
        '"Newsletter": newsletter ? "Y" : "N"',
        '"Blocked": blocked ? "Y" : "N"',
        f'"Since": {APP_DATE}',
    ]
    return "{" + ", ".join(lines) + "}"


def jmespath_turns() -> tuple[Turn, Turn]:
    """Return both directions by jmespath and code by hand; raises ImportError without it."""
    jmespath = importlib.import_module("jmespath")
    names = ["Number", "Name", "LegalName", "GivenName", "FamilyName", "Kind", "State", "Segment"]
    names += ["Industry", "Source", "Owner", "Language", "Notes", "Terms", "Limit", "Discount"]
    names += ["Newsletter", "Blocked", "Since", "Street", "PostalCode", "City", "Region", "Email"]
    picked = jmespath.compile(
        "{" + ", ".join(f"{name}: {name}" for name in (*names, "Web", "Fax")) + "}"
    )

    def get(record: Record) -> Record:
        return by_hand.to_golden(picked.search(record))

    return get, by_hand.to_system
