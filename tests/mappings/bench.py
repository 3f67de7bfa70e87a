"""What one customer costs a mapping, both ways: `python -m tests.mappings.bench` prints JSON.

Best of several rounds in CPU microseconds; a figure, not a test.
"""

import json
import sys
import time
from pathlib import Path

from mappings import View, compile_mapping, parse
from mappings.laws.samples import Mirror

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "connectors" / "systems" / "simple_crm" / "mappings" / "customers.yaml"
ROUNDS, TIMES = 9, 3000
RECORD = json.loads("""{
  "id": "cu_1", "version": 3, "kind": "organisation", "name": "Ana Trujillo",
  "legal_name": "Ana Trujillo SL", "given_name": null, "family_name": null,
  "lifecycle": "customer", "roles": ["customer"], "owner": "maria", "segment": "retail",
  "industry": "food", "source": "fair", "language": "es", "timezone": "Europe/Madrid",
  "notes": "Called.", "erp_number": "C00001", "payment_terms": "NET30", "tax_class": "std",
  "payment_method": "transfer", "price_list": "list", "currency": "EUR",
  "credit_limit": {"amount": "12.50", "currency": "EUR"},
  "addresses": [{
    "id": "el_1", "uses": ["billing"], "street": "Calle 1", "street2": null,
    "postal_code": "08001", "city": "Barcelona", "subdivision": null, "country": "ES"
  }],
  "contact_points": [
    {"id": "el_2", "kind": "email", "value": "a@b.es", "purpose": null, "preferred": true}
  ],
  "tax_ids": [], "other_ids": [], "consents": []
}""")


def microseconds(work):
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(TIMES):
            work()
        best = min(best, time.process_time() - began)
    return round(best / TIMES * 1e6, 1)


def main():
    mapping = compile_mapping(parse(DOCUMENT.read_text(), name="customers"))
    links = Mirror()
    inbound = mapping.to_golden(RECORD, None, links)
    golden = View(
        {path: read.value for path, read in inbound.scalars.items()},
        {path: {key: read.value for key, read in one.items()}
         for path, one in inbound.elements.items()},
    )  # fmt: skip
    edited = View({**golden.scalars, "name": "Ana", "notes": None}, golden.elements)
    figures = {
        "values_carried": len(golden.scalars) + 11,
        "to_golden_first_us": microseconds(lambda: mapping.to_golden(RECORD, None, links)),
        "to_golden_again_us": microseconds(lambda: mapping.to_golden(RECORD, golden, links)),
        "to_system_update_us": microseconds(lambda: mapping.to_system(edited, RECORD, links)),
        "to_system_create_us": microseconds(lambda: mapping.to_system(golden, None, links)),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
