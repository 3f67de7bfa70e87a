"""A thousand random customers go CRM -> hub -> ERP -> hub -> CRM: nothing is written twice.

The hub's part is played here as it is: golden values are what the mapping says, elements keep the
key of each side. Without retention, reading forgets what golden said and writing forgets what the
record said, and the same rounds drift.
"""

import json
import random
from pathlib import Path

from mappings import View, compile_mapping, parse
from mappings.laws.samples import Mirror

ROOT = Path(__file__).parents[2]
LINKS = Mirror()
ROUNDS = 1_000

# A book-keeper's system: cents by the half, capitals, three letters for a country, short codes.
BOOKS = """
object: customers
entity: customer
version: 1
value maps:
  life:
    pairs: {C: customer, c: customer, D: dormant, F: former, B: blocked, P: prospect, L: lead}
    canonical: {customer: C}
  kind: {pairs: {O: organisation, P: person}}
fields:
  - {app: name, golden: name, text: [nfc, squeeze, upper], lossy: capitals there}
  - {app: legal, golden: legal_name, text: [squeeze], cut: 12, lossy: twelve characters there}
  - {app: kind, golden: kind, values: kind}
  - {app: life, golden: lifecycle, values: life}
  - {app: limit, golden: credit_limit, money: {scale: 1, rounding: half_up}, lossy: tenths there}
  - {app: currency, golden: terms.currency, text: [trim, lower], lossy: small letters there}
lists:
  - app: places
    golden: addresses
    key: id
    client keys: true
    fields:
      - {golden: street, join: {app: [street, number], at: number}, lossy: single spaces there}
      - {app: city, golden: city, text: [squeeze, upper], lossy: capitals there}
      - {app: land, golden: country, country: {form: alpha3}}
"""


def mapping_of(system):
    path = ROOT / "connectors" / "systems" / system / "mappings" / "customers.yaml"
    return compile_mapping(parse(path.read_text(), name=path.name))


CRM, ERP, COARSE = (
    mapping_of("simple_crm"),
    mapping_of("simple_erp"),
    compile_mapping(parse(BOOKS, name="books.yaml")),
)


def customer(rng):
    """A customer as a CRM holds it: odd spaces, odd fractions, blanks, lists."""
    name = rng.choice(["Ana  Trujillo", " Eva Soto", "Íñigo Núñez S.L.", "Acme \u00dfen & Co. KG"])
    places = [
        {
            "id": f"el_{number}",
            "uses": rng.sample(["billing", "shipping"], rng.randrange(3)),
            "street": rng.choice(["Calle  Mayor 5", "Rúa Nova", "Plaza 2 bis", None]),
            "city": rng.choice(["Vigo", " Madrid", "León"]),
            "country": rng.choice(["ES", "de", "PT"]),
        }
        for number in range(rng.randrange(4))
    ]
    amount = f"{rng.randrange(10**5)}.{rng.randrange(1000):03d}"
    currency = rng.choice(["EUR", "USD"])
    return {
        "id": "cu_1",
        "kind": rng.choice(["organisation", "person"]),
        "name": name,
        "legal_name": rng.choice([None, "", name + " Sociedad Limitada"]),
        "lifecycle": rng.choice(["customer", "dormant", "former", "blocked"]),
        "roles": rng.sample(["customer", "payer", "carrier"], rng.randrange(4)),
        "notes": rng.choice([None, " Called. "]),
        "currency": rng.choice([currency, currency.lower()]),
        "credit_limit": rng.choice([None, {"amount": amount, "currency": currency}]),
        "addresses": places,
        "contact_points": [
            {"id": "el_9", "kind": "email", "value": " a@b.es", "preferred": True, "note": "x"}
        ][: rng.randrange(2)],
        "tax_ids": [],
    }


def view_of(inbound):
    return View(
        {path: read.value for path, read in inbound.scalars.items()},
        {
            path: {key: read.value for key, read in reads.items()}
            for path, reads in inbound.elements.items()
        },
    )


def seen_by(mapping, golden):
    """Golden as one system sees it: only its own lists."""
    lists = {path: one for path, one in golden.elements.items() if path in mapping.list_paths}
    return View(golden.scalars, lists)


def merged(golden, inbound):
    """Golden after a system was read: what it says stands, what it does not hold stays."""
    said = view_of(inbound)
    return View({**golden.scalars, **said.scalars}, {**golden.elements, **said.elements})


def heard(mapping, record, golden, *, retentive):
    """Golden after the hub read one system; without retention it forgets what golden said."""
    before = seen_by(mapping, golden) if retentive else None
    return merged(golden, mapping.to_golden(record, before, LINKS))


def told(mapping, record, golden, *, retentive):
    """(record after the hub wrote it, how many fields were written)."""
    before = record if retentive else None
    values = mapping.to_system(seen_by(mapping, golden), before, LINKS).values
    written = sum(words != record.get(name) for name, words in values.items())
    return {**record, **values}, written


def bits(golden, paths):
    """Golden, exactly, as far as it was known at the beginning."""
    scalars = {path: golden.scalars[path] for path in sorted(paths.scalars)}
    elements = {path: golden.elements[path] for path in sorted(paths.elements)}
    return json.dumps([scalars, elements], sort_keys=True)


def rounds(target, *, retentive):
    """Return (fields written after the first write, golden records that changed)."""
    rng = random.Random(11)
    writes = changed = 0
    for _ in range(ROUNDS):
        crm = customer(rng)
        first = golden = view_of(CRM.to_golden(crm, None, LINKS))
        elements = seen_by(target, golden).elements
        new = {
            path: {f"+{key}": one for key, one in each.items()} for path, each in elements.items()
        }
        books = target.to_system(View(golden.scalars, new), None, LINKS).values
        for _cycle in range(2):
            golden = heard(target, books, golden, retentive=retentive)
            crm, here = told(CRM, crm, golden, retentive=retentive)
            golden = heard(CRM, crm, golden, retentive=retentive)
            books, there = told(target, books, golden, retentive=retentive)
            writes += here + there
        changed += bits(golden, first) != bits(first, first)
    return writes, changed


def test_a_thousand_round_trips_through_the_erp_write_once_and_change_no_bit():
    assert rounds(ERP, retentive=True) == (0, 0)


def test_a_thousand_round_trips_through_a_coarser_system_write_once_and_change_no_bit():
    assert rounds(COARSE, retentive=True) == (0, 0)


def test_without_retention_the_same_round_trips_through_the_erp_write_again():
    writes, _ = rounds(ERP, retentive=False)
    assert writes > ROUNDS


def test_without_retention_the_same_round_trips_drift():
    writes, changed = rounds(COARSE, retentive=False)
    assert writes > ROUNDS
    assert changed > ROUNDS / 2
