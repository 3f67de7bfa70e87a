"""A value without a row in its value map holds its field alone; the row lets all of them go on."""

import pytest

from hub.errors import NotPublishable
from hub.mapping_versions.model import MappingRef, VersionState
from hub.publishing.rows import Row, add_value, held_values, released_by
from hub.publishing.service import draft_of, in_force
from mappings import DocumentRefused

CRM = MappingRef("crm", "customers")
ERP = MappingRef("erp", "customers")
TABLE = (
    "fields:\n  - {app: kind",
    "value maps:\n  tongues:\n    pairs:\n      es: es\n      en: en\n\nfields:\n  - {app: kind",
)
MAPPED = (
    "{app: language, golden: language, text: [trim]}",
    "{app: language, golden: language, values: tongues}",
)


@pytest.fixture
def mapped(bed, customer):
    """Three customers who speak a tongue that the mapping does not know, and one it does."""
    bed.publish("crm", "customers", TABLE, MAPPED)
    for number in range(3):
        bed.crm.create("customers", customer(name=f"Customer {number}", language="ca"))
    bed.crm.create("customers", customer(name="Known", language="es"))
    bed.run()
    return bed


def languages(bed):
    return sorted(str(row["language"]) for row in bed.rows("erp"))


def test_only_the_field_without_a_row_is_held(mapped):
    assert languages(mapped) == ["None", "None", "None", "es"]
    (held,) = held_values(mapped.hub, CRM)
    assert (held.path, held.records) == ("language", 3)
    assert "'ca'" in held.reason
    assert [each.kind for each in mapped.conflicts()] == ["unmapped_value"] * 3
    assert mapped.balance().open > 0


@pytest.mark.slow  # a row is published only once its laws were tried
def test_a_row_says_beforehand_how_many_it_releases_and_then_does(mapped):
    row = Row(table="tongues", app="ca", golden="ca")
    found = released_by(mapped.hub, CRM, row)
    assert found.counts["released"] == 3
    assert found.write_counts == {"erp": {"update": 3}}
    assert languages(mapped) == ["None", "None", "None", "es"]
    version, released = add_value(mapped.hub, CRM, row, by="us_1")
    assert (version.number, version.note) == (3, "tongues: ca is ca")
    assert released.counts == found.counts
    mapped.remap()
    mapped.run()
    assert languages(mapped) == ["ca", "ca", "ca", "es"]
    assert held_values(mapped.hub, CRM) == []
    assert mapped.conflicts() == []
    assert mapped.balance().open == 0
    assert mapped.balance().is_even


@pytest.mark.slow  # a row is published only once its laws were tried
def test_a_draft_gets_the_row_too_and_the_next_number(mapped):
    draft = mapped.draft("crm", "customers", ("# Who decides", "# Whoever decides"))
    add_value(mapped.hub, CRM, Row(table="tongues", app="ca", golden="ca"), by="us_1")
    after = draft_of(mapped.hub, CRM)
    assert (draft.number, after.number) == (3, 4)
    assert '"ca": "ca"' in after.text
    assert "# Whoever decides" in after.text
    assert "version: 4" in after.text
    assert in_force(mapped.hub, CRM).number == 3


def test_a_row_is_refused_if_its_table_is_not_there_or_the_checker_says_no(mapped):
    with pytest.raises(DocumentRefused, match="there is no value map 'tongue'"):
        released_by(mapped.hub, CRM, Row(table="tongue", app="ca", golden="ca"))
    with pytest.raises(NotPublishable, match="canonical"):
        released_by(mapped.hub, ERP, Row(table="status", app="asleep", golden="dormant"))
    assert in_force(mapped.hub, CRM).number == 2


@pytest.mark.slow  # a row is published only once its laws were tried
def test_an_edit_of_a_held_field_is_an_edit_once_it_can_be_read(mapped):
    row = mapped.crm.living("customers")[-1]
    mapped.clock.advance(10)
    mapped.crm.edit("customers", row.id, {"language": "gl"})
    mapped.run()
    assert "es" in languages(mapped)
    add_value(mapped.hub, CRM, Row(table="tongues", app="gl", golden="gl"), by="us_1")
    mapped.remap()
    mapped.run()
    assert languages(mapped) == ["None", "None", "None", "gl"]


def test_a_missing_reference_holds_the_field_until_its_record_is_there(bed):
    product = {"sku": "A-1", "name": "Anvil", "type": "goods", "uom": "C62", "lifecycle": "active"}
    category = bed.erp.create("categories", {"code": "T", "name": "Tools", "parent_id": None})
    bed.erp.untold = []
    bed.erp.create("products", product | {"category_id": category.id})
    bed.run()
    (there,) = bed.rows("crm", "products")
    assert there["category_id"] is None
    assert bed.balance().open == 1
    bed.erp.untold = [("categories", category.id)]
    bed.run()
    (kept,) = bed.crm.living("categories")
    assert bed.rows("crm", "products")[0]["category_id"] == kept.id
    assert bed.balance().open == 0
    assert draft_of(bed.hub, CRM) is None
    assert in_force(bed.hub, CRM).state is VersionState.ACTIVE
