"""How much of what ships for other systems is proposed from schemas and samples alone."""

import json
from pathlib import Path

import pytest

from mappings import check, compile_mapping, ops, parse
from mappings.examples import flat
from mappings.infer import propose, written_document
from mappings.laws.samples import Mirror
from mappings.view import View
from tests.mappings.test_systems import OTHERS

ROOT = Path(__file__).parents[2]
SYSTEMS = ROOT / "connectors" / "systems"
PEOPLE = [
    ("Ana Trujillo", "Madrid", "28013", "M", "ES", "Calle Mayor 5"),
    ("Frankenversand", "München", "80805", "BY", "DE", "Berliner Platz 43"),
    ("Blondel père et fils", "Strasbourg", "67000", "67", "FR", "24 place Kléber"),
    ("Magazzini Alimentari", "Bergamo", "24100", "BG", "IT", "Via Ludovico il Moro 22"),
    ("Wolski Zajazd", "Warszawa", "01-012", "MZ", "PL", "ul. Filtrowa 68"),
]


def a_customer(n):
    """Return a golden customer; every one is somebody else."""
    name, city, postal_code, subdivision, country, street = PEOPLE[n % len(PEOPLE)]
    given, _, family = name.partition(" ")
    address = {
        "street": f"{street}-{n}",
        "street2": f"Floor {n}",
        "city": city,
        "postal_code": postal_code,
        "subdivision": subdivision,
        "country": country,
    }
    person = {"given_name": given, "family_name": family or f"Frank {n}"}
    return {
        "kind": "person" if n % 3 else "organisation",
        "name": f"{name} {n}",
        "legal_name": f"{name} {n} S.L.",
        **(person if n % 3 else {}),
        "number": f"C{n:05d}",
        "roles": ["customer"],
        "lifecycle": ["customer", "dormant", "prospect", "lead"][n % 4],
        "owner": ["ivy", "otto"][n % 2],
        "segment": ["retail", "wholesale", "hospitality"][n % 3],
        "industry": ["Food", "Machines", "Books"][n % 3],
        "language": ["es-ES", "de-DE", "fr-FR", "it-IT"][n % 4],
        "terms": {
            "currency": ["EUR", "PLN"][n % 2],
            "payment_terms": ["NET30", "NET14"][n % 2],
            "price_list": ["Retail", "Wholesale"][n % 2],
        },
        "credit_limit": {"amount": f"{500 + n}.00", "currency": "EUR"},
        "tax_ids": [{"scheme": "vat", "value": f"{country}{58378400 + n}"}],
        "addresses": [
            {"uses": ["billing"], **address},
            {"uses": ["shipping"], **address, "street": f"Dock {n}"},
        ],
        "contact_points": [
            {"kind": "phone", "value": f"+34 911 234 {n:03d}"},
            {"kind": "mobile", "value": f"+34 600 234 {n:03d}"},
            {"kind": "email", "value": f"mail{n}@trujillo.example"},
            {"kind": "web", "value": f"www.trujillo{n}.example"},
        ],
    }


def view_of(customer, lists):
    said = flat(customer, lists)
    elements = {
        path: {f"+el_{n}": each for n, each in enumerate(said.pop(path, []))} for path in lists
    }
    return View(said, elements)


class Shipped:
    """A mapping that ships, both schemas, and what is proposed for them."""

    def __init__(self, system, name):
        folder = SYSTEMS / system
        text = (folder / "mappings" / f"{name}.yaml").read_text("utf-8")
        self.object_type = name
        self.mapping = parse(text, name=name)
        self.app = json.loads((folder / "schemas" / f"{name}.json").read_text("utf-8"))
        golden = ROOT / "master_data" / "schemas" / f"{self.mapping.entity}.json"
        self.golden = json.loads(golden.read_text("utf-8"))
        self.known = {}

    def samples(self):
        """Return twenty records of the app and twenty of ours; five are of the same customers."""
        compiled = compile_mapping(self.mapping)
        views = [view_of(a_customer(n), compiled.list_paths) for n in range(15, 35)]
        app = [compiled.to_system(view, None, Mirror()).values for view in views]
        return app, [a_customer(n) for n in range(20)]

    def proposed(self, *, samples=True):
        if samples not in self.known:
            app, golden = self.samples() if samples else ((), ())
            found = propose(self.app, self.golden, app_samples=app, golden_samples=golden)
            self.known[samples] = found
        return self.known[samples]

    @property
    def pairs(self):
        """Which place of the app is which golden place, as the mapping that ships has it."""
        return {pair for rule in self.mapping.rules for pair in pairs_of(rule)}


def pairs_of(rule):
    match rule:
        case ops.Field():
            return {(app, rule.golden) for app in rule.app}
        case ops.Split():
            return {(rule.app, golden) for golden in rule.golden}
        case ops.Each():
            fields = {pair for field in rule.fields for pair in pairs_of(field)}
            inner = {(f"{rule.app}.{app}", f"{rule.golden}.{golden}") for app, golden in fields}
            return {(rule.app, rule.golden)} | inner
        case ops.Slots():
            return {
                (app, f"{rule.golden}[{code}].{golden}")
                for slot in rule.slots
                for _, value in slot.fixed
                for code in [value[0] if isinstance(value, list | tuple) else value]
                for field in slot.fields
                for app, golden in pairs_of(field)
            }
        case _:
            return set()


def proposed_pairs(proposals):
    found = {(each.app, each.golden) for each in proposals.found}
    return found | {
        (f"{each.app}.{one.app}", f"{each.golden}.{one.golden}")
        for each in proposals.found
        for one in each.inside
    }


@pytest.fixture(scope="module")
def shipped():
    return {system: Shipped(system, name) for system, name in OTHERS.items()}


def figures(shipped, *, samples):
    """Return (right, proposed, wanted) by system."""
    told = {}
    for system, one in shipped.items():
        mine, theirs = proposed_pairs(one.proposed(samples=samples)), one.pairs
        told[system] = len(mine & theirs), len(mine), len(theirs)
    return told


@pytest.mark.parametrize("samples", [True, False], ids=["with samples", "schemas alone"])
def test_most_of_what_ships_is_proposed_and_little_else(shipped, samples):
    told = figures(shipped, samples=samples)
    right, proposed, wanted = (sum(column) for column in zip(*told.values(), strict=True))
    assert right >= 0.9 * proposed, told
    assert right >= 0.6 * wanted, told


@pytest.mark.parametrize("system", OTHERS)
def test_a_proposal_for_another_system_can_be_read_and_lacks_only_decisions(shipped, system):
    """A person says what is lossy, what fills a required field, which codes mean the same."""
    one = shipped[system]
    text = written_document(one.proposed(), object_type=one.object_type, entity="customer")
    mapping = parse(text, name="proposed")
    assert {pair for rule in mapping.rules for pair in pairs_of(rule)} == proposed_pairs(
        one.proposed()
    )
    wanting = (
        "lossy: reason", "add rows", "may lack it", "correct or remove it", "no rule writes it",
    )  # fmt: skip
    found = [str(each) for each in check(mapping, one.app, one.golden)]
    assert [each for each in found if not any(part in each for part in wanting)] == []
