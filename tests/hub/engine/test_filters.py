"""`accept when`: which records of a system count, and what becomes of one that leaves."""

import pytest

from hub.mapping_versions.model import MappingRef
from hub.publishing.service import in_force, save_draft

FILTER = (
    "publish when:\n",
    "accept when: {not: {field: segment, equals: private}}\n\npublish when:\n",
)


@pytest.fixture
def filtered(bed):
    """A CRM whose private customers are none of ours."""
    bed.publish("crm", "customers", FILTER)
    return bed


def test_a_record_outside_the_filter_never_becomes_golden(filtered, customer):
    filtered.crm.create("customers", customer(segment="private"))
    filtered.run()
    assert filtered.goldens() == []
    assert filtered.rows("erp") == []
    assert filtered.balance().is_even


def test_a_record_that_leaves_the_filter_rests_and_nothing_is_deleted(filtered, customer):
    row = filtered.crm.create("customers", customer())
    filtered.run()
    (there,) = filtered.erp.living("customers")
    filtered.crm.edit("customers", row.id, {"segment": "private", "name": "Mine alone"})
    filtered.run()
    filtered.erp.edit("customers", there.id, {"name": "Renamed there"})
    filtered.run()
    assert [one["name"] for one in filtered.rows("erp")] == ["Renamed there"]
    assert [one["name"] for one in filtered.rows("crm")] == ["Mine alone"]
    assert filtered.open_effects() == {}
    assert filtered.balance().is_even


def test_a_record_that_comes_back_goes_on_where_it_was(filtered, customer):
    row = filtered.crm.create("customers", customer())
    filtered.run()
    filtered.crm.edit("customers", row.id, {"segment": "private"})
    filtered.run()
    filtered.crm.edit("customers", row.id, {"segment": "retail", "name": "Here again"})
    filtered.run()
    assert [one["name"] for one in filtered.rows("erp")] == ["Here again"]
    assert len(filtered.goldens()) == 1
    assert filtered.open_effects() == {}


def test_a_mapping_says_what_a_delete_means(bed, customer):
    says = ("publish when:\n", "delete: {gone in app: delete}\n\npublish when:\n")
    bed.publish("crm", "customers", says)
    row = bed.crm.create("customers", customer())
    bed.run()
    assert len(bed.rows("erp")) == 1
    bed.crm.remove("customers", row.id)
    bed.run()
    assert bed.rows("erp") == []


def test_a_mapping_with_parts_is_refused_until_the_hub_carries_them(bed):
    ref = MappingRef("crm", "customers")
    text = in_force(bed.hub, ref).text + "\nparts: {contact: {entity: contact}}\n"
    _, checked = save_draft(bed.hub, ref, text, author="us_1")
    (remark,) = checked.remarks
    assert (remark.path, "leave parts out" in remark.message) == ("parts.contact", True)
