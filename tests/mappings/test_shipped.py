"""The mappings of the built-in apps: what a salesperson and a clerk see of each other's work."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import View, compile_mapping, parse
from mappings.laws import counter_example
from mappings.laws.samples import Mirror, records
from mappings.shapes import shape_of

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "connectors" / "systems").glob("simple_*/mappings/*.yaml"))
LINKS = Mirror()


def schema_of(path):
    return json.loads((path.parents[1] / "schemas" / f"{path.stem}.json").read_text())


def golden_schema(entity):
    return json.loads((ROOT / "master_data" / "schemas" / f"{entity}.json").read_text())


def mapping_of(system, name):
    path = ROOT / "connectors" / "systems" / system / "mappings" / f"{name}.yaml"
    return parse(path.read_text(), name=str(path))


CRM = compile_mapping(mapping_of("simple_crm", "customers"))
ERP = compile_mapping(mapping_of("simple_erp", "customers"))

ADDRESS = {
    "id": "el_1",
    "uses": ["shipping", "billing"],
    "street": "Calle 1",
    "street2": None,
    "postal_code": "08001",
    "city": "Barcelona",
    "subdivision": None,
    "country": "ES",
}
CUSTOMER = {
    "id": "cu_1",
    "version": 3,
    "kind": "organisation",
    "name": " Ana Trujillo ",
    "lifecycle": "customer",
    "roles": ["customer"],
    "owner": "maria",
    "notes": None,
    "erp_number": None,
    "credit_limit": {"amount": "500", "currency": "EUR"},
    "addresses": [ADDRESS],
    "consents": [],
}


def view_of(inbound):
    return View(
        {path: read.value for path, read in inbound.scalars.items()},
        {
            path: {key: read.value for key, read in reads.items()}
            for path, reads in inbound.elements.items()
        },
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_the_laws_hold(path):
    mapping = parse(path.read_text(), name=path.name)
    found = counter_example(mapping, schema_of(path), golden_schema(mapping.entity), documents=40)
    assert found is None


def test_a_customer_of_the_crm_becomes_one_of_the_erp_without_what_has_no_place_there():
    golden = view_of(CRM.to_golden(CUSTOMER, None, LINKS))
    golden.elements["addresses"]["+el_1"] = golden.elements["addresses"].pop("el_1")
    created = ERP.to_system(golden, None, LINKS).values
    assert created == {
        "kind": "organisation",
        "name": "Ana Trujillo",
        "status": "active",
        "roles": ["customer"],
        "currency": "EUR",
        "credit_limit": {"amount": "500.00", "currency": "EUR"},
        "addresses": [
            {
                "id": "el_1",
                "uses": ["billing", "shipping"],
                "street": "Calle 1",
                "postal_code": "08001",
                "city": "Barcelona",
                "country": "ES",
            }
        ],
    }


def test_the_number_comes_from_the_erp_and_is_never_written_there():
    golden = view_of(ERP.to_golden({"number": "C00001", "status": "closed"}, None, LINKS))
    assert golden.scalars == {"number": "C00001", "lifecycle": "former"}
    assert CRM.to_system(golden, CUSTOMER, LINKS).values == {
        "erp_number": "C00001",
        "lifecycle": "former",
    }
    assert ERP.to_system(golden, {"number": "C2", "status": "closed"}, LINKS).values == {}


@pytest.mark.parametrize(
    ("lifecycle", "roles", "crm", "erp"),
    [
        ("lead", ["customer"], True, False),
        ("prospect", ["customer"], True, False),
        ("customer", ["customer"], True, True),
        ("customer", ["supplier"], False, True),
        ("former", ["customer", "payer"], True, True),
        ("blocked", None, True, True),
        ("customer", [], True, True),
        (None, ["customer"], True, False),
    ],
)
def test_who_is_published_where(lifecycle, roles, crm, erp):
    golden = {"lifecycle": lifecycle, "roles": roles}
    assert (CRM.publishes(golden), ERP.publishes(golden)) == (crm, erp)


def test_every_golden_path_tells_its_app_fields():
    assert CRM.app_fields["terms.payment_terms"] == {"payment_terms"}
    assert ERP.app_fields["lifecycle"] == {"status"}
    assert CRM.inbound_paths - ERP.inbound_paths == {
        "parent",
        "owner",
        "segment",
        "industry",
        "source",
        "timezone",
        "notes",
    }
    assert CRM.list_paths - ERP.list_paths == {"consents"}


CRM_CUSTOMERS = records(
    mapping_of("simple_crm", "customers"),
    shape_of(schema_of(DOCUMENTS[0].with_name("customers.yaml"))),
)


@pytest.mark.slow
@given(record=CRM_CUSTOMERS, cycles=st.integers(1, 3))
@settings(max_examples=60)
def test_round_trips_through_both_apps_write_once_and_drift_nowhere(record, cycles):
    golden = view_of(CRM.to_golden(record, None, LINKS))
    shared = {path: golden.elements.get(path, {}) for path in ERP.list_paths}
    if golden.scalars.get("lifecycle") in {"lead", "prospect"}:
        golden.scalars["lifecycle"] = "customer"
    record = {**record, **CRM.to_system(golden, record, LINKS).values}
    erp = ERP.to_system(View(golden.scalars, shared), None, LINKS).values
    for _ in range(cycles):
        back = ERP.to_golden(erp, golden, LINKS)
        for path, read in back.scalars.items():
            if golden.scalars.get(path) is not None:
                assert read.value == golden.scalars[path]
        for path, reads in back.elements.items():
            assert {key: read.value for key, read in reads.items()} == golden.elements[path]
        assert CRM.to_system(golden, record, LINKS).values == {}
        assert ERP.to_system(View(golden.scalars, shared), erp, LINKS).values == {}
