import pytest

from connectors.contract import ManagedField
from connectors.kit.memory import MemorySystem
from connectors.registry import find
from hub.connections import store
from hub.keeping.rules import fields_to_keep
from hub.keeping.service import must_tell, tell_kept_fields
from mappings import compile_mapping, parse
from master_data.policies import KeptField

TITLES = {"erp": "The ERP", "shop": "The shop"}
APP_FIELDS = {
    "terms.currency": frozenset({"currency"}),
    "terms.payment": frozenset({"terms"}),
    "name": frozenset({"name"}),
    "nickname": frozenset({"name"}),
}


def kept(path, *owners):
    return KeptField(path, owners)


def test_field_kept_elsewhere_is_named_with_its_keeper():
    found = fields_to_keep([kept("terms.currency", "erp")], APP_FIELDS, TITLES)
    assert found == [ManagedField("currency", "erp", "Kept in The ERP: change it there.")]


def test_field_whose_owner_is_not_live_stays_open():
    assert fields_to_keep([kept("terms.currency", "erp")], APP_FIELDS, {}) == []


def test_next_owner_keeps_where_the_first_is_not_live():
    found = fields_to_keep([kept("terms.payment", "erp", "shop")], APP_FIELDS, {"shop": "Shop"})
    assert [each.kept_by for each in found] == ["shop"]


def test_field_that_also_holds_something_free_stays_open():
    assert fields_to_keep([kept("name", "erp")], APP_FIELDS, TITLES) == []
    both = [kept("name", "erp"), kept("nickname", "erp")]
    assert [each.field for each in fields_to_keep(both, APP_FIELDS, TITLES)] == ["name"]


def test_path_that_the_system_does_not_map_is_left_out():
    assert fields_to_keep([kept("credit_limit", "erp")], APP_FIELDS, TITLES) == []


def compiled(system):
    return {
        object_type: compile_mapping(parse(text, name=object_type))
        for object_type, text in find(system).mappings.items()
    }


@pytest.fixture
def hub(a_hub, env, clock):
    made = a_hub(env)
    for name in ("crm", "erp"):
        mappings = compiled(f"simple_{name}")
        twin = MemorySystem(tuple(mappings), clock)
        made.directory.add_with_row(name, twin, clock.now(), mappings=mappings)
    return made


def managed(hub, name, object_type="customers"):
    return hub.connector(name).system.managed.get(object_type, {})


def test_systems_are_told_once_what_the_other_keeps(hub):
    assert tell_kept_fields(hub) == 2
    assert {"currency", "payment_terms", "erp_number"} <= set(managed(hub, "crm"))
    assert "name" not in managed(hub, "crm")
    assert must_tell(hub) == {}
    assert tell_kept_fields(hub) == 0


def test_systems_are_told_again_when_the_keeper_is_paused(hub, clock):
    from hub.connections.service import act

    tell_kept_fields(hub)
    act(hub, "erp", "pause")
    assert set(must_tell(hub)) == {"crm"}
    tell_kept_fields(hub)
    assert managed(hub, "crm") == {}


def test_failing_system_is_told_when_it_is_back(hub):
    from connectors.errors import RetryLater
    from hub.connections.service import report_failure

    report_failure(hub, "crm", RetryLater(None, "no answer"))
    tell_kept_fields(hub)
    assert managed(hub, "crm") == {}
    hub.db.write(lambda c: store.set_columns(c, "crm", {"health": "ok"}))
    hub.directory.refresh()
    tell_kept_fields(hub)
    assert "currency" in managed(hub, "crm")
