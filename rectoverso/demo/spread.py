"""Who of the demo's companies and people is in which system, and how each wrote them down.

Most are in the CRM, some in the ERP, about sixty in both with the same tax id but another
spelling, other telephones or missing values. Some are twice in the CRM without a tax id.
"""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from rectoverso.demo.catalogue import DemoRecord, make_categories, make_products
from rectoverso.demo.parties import Party, latin, make_parties
from rectoverso.demo.spelling import respell

SEED = 20261123
IN_BOTH = 60
ONLY_ERP = 50
DUPLICATES = 15
_LIFECYCLES = {"customer": 55, "prospect": 25, "lead": 14, "dormant": 6}  # of a hundred
_OWNERS = ("Ana Torres", "Mihai Radu", "Grace Miller", "Dewi Kartika", "Oleg Smirnov")
_SEGMENTS = ("retail", "wholesale", "hospitality", "industry")
_SOURCES = ("fair", "referral", "website", "telephone")
_TERMS = ("NET30", "NET14", "NET60", "PREPAID")


@dataclass(frozen=True, slots=True)
class Demo:
    """All records of the demo, per system."""

    crm_customers: list[DemoRecord]
    crm_contacts: list[DemoRecord]
    erp_categories: list[DemoRecord]
    erp_products: list[DemoRecord]
    erp_customers: list[DemoRecord]

    @property
    def size(self) -> int:
        """Return how many records there are."""
        return sum(len(getattr(self, name)) for name in self.__slots__)


def make_demo(seed: int = SEED) -> Demo:
    """Make the demo; the same seed gives the same records."""
    rng = Random(seed)  # noqa: S311  nothing secret is made of it
    parties = make_parties(rng)
    named = [party for party in parties if party.tax_id is not None]
    both = rng.sample(named, IN_BOTH)
    rest = [party for party in parties if party not in both]
    only_erp = rng.sample([party for party in rest if party.is_company], ONLY_ERP)
    only_crm = [party for party in rest if party not in only_erp]
    twice = rng.sample([party for party in only_crm if party.is_company], DUPLICATES)
    crm = [_crm_customer(party, rng, lifecycle="customer") for party in both]
    crm += [_crm_customer(party, rng, lifecycle=_lifecycle(rng)) for party in only_crm]
    crm += [_duplicate(party, rng) for party in twice]
    erp = [_erp_customer(respell(party, rng), rng) for party in both]
    erp += [_erp_customer(party, rng) for party in only_erp]
    companies = [party for party in both + only_crm if party.is_company]
    return Demo(
        crm_customers=crm,
        crm_contacts=[_contact(party, rng) for party in rng.sample(companies, 120)],
        erp_categories=make_categories(),
        erp_products=make_products(rng),
        erp_customers=erp,
    )


def _reference(party: Party) -> str:
    return f"demo:customer:{party.nation.country}:{latin(party.name)}"


def _lifecycle(rng: Random) -> str:
    return rng.choices(list(_LIFECYCLES), list(_LIFECYCLES.values()))[0]


def _crm_customer(party: Party, rng: Random, *, lifecycle: str) -> DemoRecord:
    sales = {
        "lifecycle": lifecycle,
        "owner": rng.choice(_OWNERS),
        "segment": rng.choice(_SEGMENTS),
        "source": rng.choice(_SOURCES),
        "timezone": party.nation.timezone,
        "consents": _consents(party, rng),
    }
    return DemoRecord(_reference(party), _shared(party, rng) | sales, {})


def _duplicate(party: Party, rng: Random) -> DemoRecord:
    """Return the same company once more: same name and postal code, and nothing that proves it."""
    again = replace(party, tax_id=None, phone=party.mobile, email=f"office.{party.email}")
    record = _crm_customer(again, rng, lifecycle="lead")
    return replace(record, ref=f"{record.ref}:again")


def _erp_customer(party: Party, rng: Random) -> DemoRecord:
    limit = rng.choice((None, "1000", "5000", "25000"))
    currency = party.nation.currency
    books = {
        "status": "active",
        "payment_terms": rng.choice(_TERMS),
        "payment_method": rng.choice(("transfer", "card", "direct_debit")),
        "price_list": "standard",
        "tax_class": "standard",
        "currency": currency,
        "credit_limit": limit and {"amount": limit, "currency": currency},
    }
    return DemoRecord(_reference(party), _shared(party, rng) | books, {})


def _shared(party: Party, rng: Random) -> dict[str, Any]:
    """Return the fields that both apps have; now and then one was never filled in."""
    return {
        "kind": party.kind,
        "name": party.name,
        "legal_name": party.name if party.is_company else None,
        "given_name": party.given_name,
        "family_name": party.family_name,
        "roles": ["customer"],
        "language": party.nation.language,
        "addresses": [_address(party)],
        "contact_points": _contact_points(party, rng),
        "tax_ids": _tax_ids(party),
    }


def _address(party: Party) -> dict[str, Any]:
    return {
        "uses": ["billing", "shipping"],
        "street": party.street,
        "postal_code": party.postal_code,
        "city": party.city,
        "country": party.nation.country,
    }


def _contact_points(party: Party, rng: Random) -> list[dict[str, Any]]:
    known = [
        ("phone", party.phone, 0.9),
        ("mobile", party.mobile, 0.4),
        ("email", party.email, 0.8),
    ]
    kept = [(kind, value) for kind, value, share in known if rng.random() < share]
    return [
        {"kind": kind, "value": value, "preferred": place == 0}
        for place, (kind, value) in enumerate(kept)
    ]


def _tax_ids(party: Party) -> list[dict[str, Any]]:
    if party.tax_id is None:
        return []
    country, scheme = party.nation.country, party.nation.tax_scheme
    return [{"country": country, "scheme": scheme, "value": party.tax_id}]


def _consents(party: Party, rng: Random) -> list[dict[str, Any]]:
    if party.is_company or rng.random() < 0.5:  # noqa: PLR2004  half of the people
        return []
    given = {"channel": "email", "purpose": "newsletter", "basis": "consent", "status": "given"}
    return [{**given, "given_at": "2026-03-02T09:30:00Z", "source": "website"}]


def _contact(party: Party, rng: Random) -> DemoRecord:
    given, family = rng.choice(party.nation.given), rng.choice(party.nation.family)
    values = {
        "given_name": given,
        "family_name": family,
        "title": rng.choice(("Buyer", "Manager", "Accountant", "Owner")),
        "language": party.nation.language,
        "contact_points": [{"kind": "mobile", "value": party.mobile, "preferred": True}],
    }
    return DemoRecord(f"{_reference(party)}:contact", values, {"customer_id": _reference(party)})
