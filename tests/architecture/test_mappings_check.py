"""Every mapping that ships is clean, and every word of the language is documented."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from mappings import check, compile_mapping, language_schema, ops, parse
from mappings.yaml_text import load

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "connectors" / "systems").glob("*/mappings/*.yaml"))
BUILT_IN = [path for path in DOCUMENTS if path.parts[-3].startswith("simple_")]
GUIDE = (ROOT / "docs" / "mappings.md").read_text()
META = {"id", "version", "created_at", "updated_at", "external_ref", "updated_by"}


def schema_of(path):
    return json.loads((path.parents[1] / "schemas" / f"{path.stem}.json").read_text())


def name_of(path):
    return f"{path.parts[-3]}/{path.stem}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_a_shipped_mapping_has_no_finding(path):
    mapping = parse(path.read_text(), name=str(path.relative_to(ROOT)))
    golden = json.loads((ROOT / "master_data" / "schemas" / f"{mapping.entity}.json").read_text())
    assert [str(one) for one in check(mapping, schema_of(path), golden)] == []
    assert mapping.object_type == path.stem
    assert compile_mapping(mapping).list_paths <= golden["properties"].keys()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_a_shipped_mapping_fits_the_schema_for_editors(path):
    content = load(path.read_text(), name=path.name).content
    jsonschema.validate(content, language_schema())


@pytest.mark.parametrize("path", BUILT_IN, ids=name_of)
def test_the_schema_of_a_built_in_app_is_what_the_app_holds(path):
    rules = import_module(f"{path.parts[-3]}.{path.stem}.rules")
    kind = getattr(rules, path.stem.upper())
    schema = schema_of(path)
    shown = {
        name: {key: value for key, value in one.items() if key != "readOnly"}
        for name, one in schema["properties"].items()
        if name not in META
    }
    assert shown == {field.name: field.type.schema() for field in kind.fields}
    assert schema["required"] == [field.name for field in kind.fields if field.required]


def test_every_operation_rule_and_predicate_has_a_heading_in_the_guide():
    words = {
        one.__name__
        for union in (ops.Operation, ops.Function, ops.Rule, ops.Predicate, ops.Invariant)
        for one in get_args(union)
        if one is not ops.Field
    }
    headings = set(re.findall(r"^### (\w+)$", GUIDE, re.MULTILINE))
    assert headings == words


def test_every_key_of_the_language_is_in_the_guide():
    schema = language_schema()
    keys = {key for one in (schema, *schema["$defs"].values()) for key in one.get("properties", {})}
    assert sorted(key for key in keys - {"language"} if f"{key}" not in GUIDE) == []
