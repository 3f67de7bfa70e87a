import json
import shutil

import pytest

from connectors import registry
from connectors.contract import ConnectionConfig, Deletes
from connectors.errors import BadManifest, UnknownSystem
from ground.door import SafeHttp

MANIFEST = """
name = "peer"
title = "Peer"
check = { path = "/me" }
[objects.customers]
path = "/customers"
schema = "schemas/customers.json"
[single]
"""


@pytest.fixture
def folder(tmp_path):
    """The folder of a third system, beside no other."""
    path = tmp_path / "peer"
    (path / "schemas").mkdir(parents=True)
    (path / "mappings").mkdir()
    (path / "manifest.toml").write_text(MANIFEST)
    (path / "schemas" / "customers.json").write_text('{"type": "object"}')
    (path / "mappings" / "customers.yaml").write_text("entity: customer\n")
    return path


@pytest.fixture
def build(clock):
    def call(kind):
        config = ConnectionConfig("http://127.0.0.1", str)
        return kind.build(config, SafeHttp(clock=clock), clock)

    return call


def test_both_built_in_systems_are_found():
    assert {"simple_crm", "simple_erp"} <= set(registry.names())


@pytest.mark.parametrize("name", registry.names())
def test_every_folder_is_complete(name, build):
    kind = registry.find(name)
    assert kind.name == name
    assert build(kind).capabilities == kind.capabilities
    assert (registry.SYSTEMS / name / "README.md").exists()
    assert kind.mappings.keys() <= kind.manifest.objects.keys()


@pytest.mark.parametrize("name", ["simple_crm", "simple_erp"])
def test_the_built_in_systems_can_do_everything(name):
    capabilities = registry.find(name).capabilities
    assert capabilities.client_key
    assert capabilities.guarded_write
    assert capabilities.comparable_version
    assert capabilities.deletes is Deletes.TOMBSTONES
    assert (capabilities.bulk_write, capabilities.bulk_read) == (100, 100)
    assert capabilities.notices
    assert capabilities.managed_fields


def test_a_third_folder_is_a_third_system(folder, build):
    assert registry.names(folder.parent) == ["peer"]
    kind = registry.find("peer", folder.parent)
    assert kind.schemas == {"customers": {"type": "object"}}
    assert kind.mappings == {"customers": "entity: customer\n"}
    connector = build(kind)
    assert connector.discover() == kind.schemas
    assert connector.capabilities.bulk_write == 1
    assert not connector.capabilities.client_key


def test_an_unknown_name_is_told(folder):
    with pytest.raises(UnknownSystem):
        registry.find("nobody", folder.parent)
    with pytest.raises(UnknownSystem):
        registry.find("../peer", folder)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ('name = "other"', "other"),
        ("name = ", "Invalid value"),
        ('name = "peer"\ntitel = "x"', "titel"),
    ],
)
def test_a_wrong_manifest_names_the_place(folder, wrong, place):
    (folder / "manifest.toml").write_text(MANIFEST.replace('name = "peer"', wrong))
    with pytest.raises(BadManifest, match=place):
        registry.find("peer", folder.parent)


def test_a_missing_schema_is_told(folder):
    (folder / "schemas" / "customers.json").unlink()
    with pytest.raises(BadManifest, match=r"schemas/customers\.json"):
        registry.find("peer", folder.parent)


def test_a_mapping_of_no_object_type_is_told(folder):
    shutil.copy(folder / "mappings" / "customers.yaml", folder / "mappings" / "orders.yaml")
    with pytest.raises(BadManifest, match="orders"):
        registry.find("peer", folder.parent)


def test_a_system_may_bring_code_of_its_own(folder, build):
    text = MANIFEST.replace('title = "Peer"', 'title = "Peer"\ndialect = "code"')
    (folder / "manifest.toml").write_text(text)
    with pytest.raises(BadManifest, match=r"connector\.py"):
        registry.find("peer", folder.parent)
    code = folder / "connector.py"
    code.write_text("")
    with pytest.raises(BadManifest, match="build"):
        registry.find("peer", folder.parent)
    code.write_text("from connectors.declarative.connector import DeclarativeConnector as build\n")
    assert build(registry.find("peer", folder.parent)).discover()


def test_schemas_are_strict_json(folder):
    (folder / "schemas" / "customers.json").write_text(json.dumps({"a": float("nan")}))
    with pytest.raises(BadManifest):
        registry.find("peer", folder.parent)
