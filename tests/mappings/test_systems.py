"""The mappings that ship for other systems: data alone, sound, lawful, with examples that hold."""

import json
from pathlib import Path

import jsonschema
import pytest

from mappings import check, parse
from mappings.examples import failed_examples
from mappings.laws import counter_example
from mappings.laws.samples import Mirror

ROOT = Path(__file__).parents[2]
SYSTEMS = ROOT / "connectors" / "systems"
OTHERS = {
    "salesforce": "Account",
    "hubspot": "companies",
    "odoo": "res.partner",
    "erpnext": "Customer",
    "sap_s4hana": "A_BusinessPartner",
    "business_central": "customers",
    "onec": "Catalog_Контрагенты",
}
KINDS = [pytest.param(*item, id=item[0]) for item in OTHERS.items()]


@pytest.fixture
def shipped():
    """(mapping, schema of the system's side, golden schema) of one object of a system."""

    def load(system, name):
        folder = SYSTEMS / system
        mapping = parse((folder / "mappings" / f"{name}.yaml").read_text("utf-8"), name=name)
        app = json.loads((folder / "schemas" / f"{name}.json").read_text("utf-8"))
        golden = ROOT / "master_data" / "schemas" / f"{mapping.entity}.json"
        return mapping, app, json.loads(golden.read_text("utf-8"))

    return load


@pytest.mark.parametrize(("system", "name"), KINDS)
def test_a_mapping_of_another_system_is_sound_and_its_examples_hold(shipped, system, name):
    mapping, app, golden = shipped(system, name)
    assert [str(one) for one in check(mapping, app, golden)] == []
    assert [str(one) for one in failed_examples(mapping, Mirror())] == []
    assert mapping.examples


@pytest.mark.parametrize(("system", "name"), KINDS)
def test_an_example_is_a_record_that_the_system_can_send(shipped, system, name):
    mapping, app, golden = shipped(system, name)
    for example in mapping.examples:
        jsonschema.validate(example.app, {**app, "additionalProperties": False})
        jsonschema.validate(example.golden, golden)


@pytest.mark.slow
@pytest.mark.parametrize(("system", "name"), KINDS)
def test_a_mapping_of_another_system_keeps_the_laws(shipped, system, name):
    mapping, app, golden = shipped(system, name)
    assert counter_example(mapping, app, golden, documents=40) is None


def test_no_system_needs_code_for_its_mapping():
    for system in OTHERS:
        assert list((SYSTEMS / system).rglob("*.py")) == []
