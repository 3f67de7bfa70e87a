"""A mapping is published and rolled back: what records mean changes, and nobody's edit is lost."""

import pytest

from hub.conflicts.rules import Choice
from hub.errors import MappingMoved, NotPublishable, UnknownMappingVersion
from hub.golden.service import explain
from hub.mapping_versions import store
from hub.mapping_versions.model import LawsState, MappingRef, VersionState
from hub.publishing.checking import try_laws_due
from hub.publishing.service import (
    diff,
    discard,
    draft_of,
    in_force,
    list_versions,
    publish,
    roll_back,
    save_draft,
)
from hub.resolutions.service import Resolution, resolve

CRM = MappingRef("crm", "customers")
UPPER = (
    "{app: segment, golden: segment, text: [nfc, trim]}",
    "{app: segment, golden: segment, text: [nfc, trim, upper]}",
)
NO_SEGMENT = ("  - {app: segment, golden: segment, text: [nfc, trim]}\n", "")
SECTOR = (
    "{app: segment, golden: segment, text: [nfc, trim]}",
    "{app: sector, golden: segment, text: [nfc, trim]}",
)
LANGUAGES = (
    "{app: language, golden: language, text: [trim]}",
    "{app: language, golden: language, values: languages}",
)
TABLE = (
    "fields:\n  - {app: kind",
    "value maps:\n  languages:\n    pairs: {es: es, en: en}\n\nfields:\n  - {app: kind",
)


@pytest.fixture
def sheet(bed):
    """bed -> golden bodies and what the systems hold, to compare byte by byte."""

    def of():
        def read(connection):
            query = "select id, body from golden order by id"
            return [tuple(row) for row in connection.exec_driver_sql(query)]

        return bed.hub.db.read(read), [bed.rows(name) for name in ("crm", "erp")]

    return of


def body_of(bed):
    ((golden_id, _),) = bed.goldens()
    return explain(bed.hub, golden_id).golden.body


def test_the_shipped_mapping_is_version_one(bed):
    (only,) = list_versions(bed.hub, CRM)
    assert (only.number, only.state, only.author) == (1, VersionState.ACTIVE, "")
    assert in_force(bed.hub, CRM).text.startswith("# Customers of the CRM")


def test_a_draft_changes_nothing_until_it_is_published(bed, customer):
    bed.crm.create("customers", customer(segment="retail"))
    bed.run()
    draft = bed.draft("crm", "customers", UPPER)
    bed.run()
    assert (draft.number, draft.state, draft.laws.state) == (2, VersionState.DRAFT, LawsState.DUE)
    assert body_of(bed)["segment"] == "retail"
    assert bed.hub.mapping("crm", "customers").version == 1


def test_what_nobody_saw_is_not_published(bed):
    draft = bed.draft("crm", "customers", UPPER)
    save_draft(bed.hub, CRM, draft.text + "\n# more\n", author="us_2")
    with pytest.raises(MappingMoved):
        publish(bed.hub, CRM, seen=draft.revision, by="us_1")
    with pytest.raises(MappingMoved):
        save_draft(bed.hub, CRM, draft.text, author="us_1", seen=draft.revision)


def test_a_text_with_faults_is_kept_and_never_published(bed):
    text = in_force(bed.hub, CRM).text.replace("golden: segment", "golden: segmnt")
    draft, checked = save_draft(bed.hub, CRM, text, author="us_1")
    (remark,) = checked.remarks
    assert "did you mean 'segment'" in remark.message
    assert text.splitlines()[remark.line - 1].strip().startswith("- {app: segment")
    with pytest.raises(NotPublishable, match="did you mean"):
        publish(bed.hub, CRM, seen=draft.revision, by="us_1")
    assert draft_of(bed.hub, CRM).text == text
    discard(bed.hub, CRM, draft.revision)
    assert draft_of(bed.hub, CRM) is None


def test_a_mapping_is_published_only_when_its_laws_are_green(bed):
    draft = bed.draft(
        "crm",
        "categories",
        (
            "{app: code, golden: code, text: [nfc, trim]}",
            "{app: code, golden: code, text: [trim, nfc]}",
        ),
    )
    with pytest.raises(NotPublishable, match="not tried yet"):
        publish(bed.hub, draft.ref, seen=draft.revision, by="us_1")
    assert try_laws_due(bed.hub) == 1
    assert try_laws_due(bed.hub) == 0
    assert draft_of(bed.hub, draft.ref).laws.state is LawsState.GREEN
    assert publish(bed.hub, draft.ref, seen=draft.revision, by="us_1").number == 2
    assert bed.hub.mapping("crm", "categories").version == 2


def test_a_broken_law_keeps_a_mapping_back_and_says_why(bed):
    draft = bed.draft(
        "crm",
        "categories",
        (
            "{app: code, golden: code, text: [nfc, trim]}",
            "{app: code, golden: code, text: [nfc, upper]}",
        ),
    )
    assert try_laws_due(bed.hub) == 1
    with pytest.raises(NotPublishable, match=r"a law is broken: line \d+, column 5: code: "):
        publish(bed.hub, draft.ref, seen=draft.revision, by="us_1")


def test_a_field_mapped_anew_fills_and_goes_back_with_the_mapping(bed, customer, sheet):
    bed.crm.create("customers", customer(segment="retail", sector="tools"))
    bed.publish("crm", "customers", NO_SEGMENT)
    bed.run()
    assert "segment" not in body_of(bed)
    before = sheet()
    bed.publish(
        "crm",
        "customers",
        ("  - {app: industry,", "  - {app: segment, golden: segment}\n  - {app: industry,"),
    )
    assert body_of(bed)["segment"] == "retail"
    assert bed.roll_back("crm", "customers").number == 2
    assert sheet() == before


def test_an_authored_value_is_read_anew_and_mirrors_follow(bed, customer, sheet):
    bed.crm.create("customers", customer(segment="retail"))
    bed.erp.create("customers", customer(name="Other", segment="x") | {"status": "active"})
    bed.run()
    before = sheet()
    bed.publish("crm", "customers", UPPER)
    # the words in the app mean the same by the new mapping: nothing is written there
    assert bed.rows("crm")[0]["segment"] == "retail"
    assert bed.roll_back("crm", "customers").number == 1
    assert sheet() == before
    assert bed.open_effects() == {}


def test_what_is_authored_later_stays_when_a_mapping_is_rolled_back(bed, customer):
    row = bed.crm.create("customers", customer(segment="retail", language="es"))
    bed.run()
    bed.publish("crm", "customers", TABLE, LANGUAGES)
    (there,) = bed.erp.living("customers")
    bed.clock.advance(5)
    bed.erp.edit("customers", there.id, {"language": "en"})
    bed.run()
    assert bed.crm.row("customers", row.id).values["language"] == "en"
    bed.roll_back("crm", "customers")
    assert body_of(bed)["language"] == "en"
    assert bed.crm.row("customers", row.id).values["language"] == "en"


def test_a_value_map_that_reads_otherwise_changes_golden_and_all_who_show_it(bed, customer, sheet):
    bed.crm.create("customers", customer(language="es"))
    bed.run()
    before = sheet()
    table = (TABLE[0], TABLE[1].replace("es: es", "es: es-MX"))
    bed.publish("crm", "customers", table, LANGUAGES)
    assert body_of(bed)["language"] == "es-MX"
    assert bed.rows("erp")[0]["language"] == "es-MX"
    assert bed.rows("crm")[0]["language"] == "es"
    bed.roll_back("crm", "customers")
    assert sheet() == before


def test_codes_of_a_mirror_are_written_anew(bed, customer, sheet):
    bed.crm.create("customers", customer(language="es"))
    bed.run()
    before = sheet()
    table = ("value maps:\n", "value maps:\n  tongues: {pairs: {ESP: es, ENG: en}}\n")
    bed.publish(
        "erp",
        "customers",
        table,
        (
            "{app: language, golden: language, text: [trim]}",
            "{app: language, golden: language, values: tongues}",
        ),
    )
    assert bed.rows("erp")[0]["language"] == "ESP"
    assert bed.rows("crm")[0]["language"] == "es"
    assert bed.conflicts() == []
    bed.roll_back("erp", "customers")
    assert sheet() == before


TERMS = (
    "{app: payment_terms, golden: terms.payment_terms, text: [nfc, trim]}",
    "{app: payment_terms, golden: terms.payment_terms, values: terms}",
)


@pytest.mark.parametrize("read_as", ["NET60", "NET14"])
def test_what_an_owner_said_comes_back_though_another_said_the_same(bed, customer, read_as):
    """A value that the policy passed over does not keep what only the mapping brought."""
    row = bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.erp.edit("customers", there.id, {"payment_terms": "NET30"})
    bed.run()
    bed.clock.advance(5)
    bed.crm.edit("customers", row.id, {"payment_terms": "NET60"})
    bed.run()
    before = body_of(bed)
    assert before["terms.payment_terms"] == "NET30"
    table = ("value maps:\n", f"value maps:\n  terms: {{pairs: {{NET30: {read_as}}}}}\n")
    bed.publish("erp", "customers", table, TERMS)
    assert body_of(bed)["terms.payment_terms"] == read_as
    bed.publish("erp", "customers", (f"NET30: {read_as}", "NET30: PREPAID"))
    assert body_of(bed)["terms.payment_terms"] == "PREPAID"
    bed.roll_back("erp", "customers", to=1)
    assert body_of(bed) == before


SWAP = (
    ("{app: name, golden: name, text", "{app: legal, golden: name, text"),
    ("{app: legal_name, golden: legal_name", "{app: name, golden: legal_name"),
    ("{app: legal, ", "{app: legal_name, "),
)


@pytest.fixture
def rivals(bed, customer):
    """Two systems that say different legal names; the name is the ERP's in both."""
    row = bed.crm.create("customers", customer(name="Nova SL", legal_name="Nova Import SL"))
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.clock.advance(5)
    bed.erp.edit("customers", there.id, {"name": "Nova Prima"})
    bed.run()
    bed.clock.advance(1)
    bed.crm.edit("customers", row.id, {"legal_name": "Nova Export SL"})
    bed.erp.edit("customers", there.id, {"legal_name": "Super Nova SL"})
    bed.run()
    return {"crm": "Nova Export SL", "erp": "Super Nova SL"}


def test_rivals_are_as_they_were_when_a_mapping_is_rolled_back(bed, customer):
    row = bed.crm.create("customers", customer(name="Nova SL", legal_name="Nova Import SL"))
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.clock.advance(1)
    bed.crm.edit("customers", row.id, {"legal_name": "Nova Export SL"})
    bed.erp.edit("customers", there.id, {"legal_name": "Super Nova SL"})
    bed.run()
    (before,) = bed.conflicts()
    bed.publish("crm", "customers", *SWAP)
    (meanwhile,) = bed.conflicts()
    assert {"source": "crm", "value": "Nova SL"}.items() <= meanwhile.rivals[0].items()
    bed.roll_back("crm", "customers")
    (after,) = bed.conflicts()
    assert after.rivals == before.rivals


@pytest.mark.parametrize("source", ["crm", "erp"])
def test_what_was_written_over_while_it_waited_is_written_when_it_is_decided(bed, rivals, source):
    """Its place in a system may have been mapped to another field meanwhile."""
    bed.publish("crm", "customers", *SWAP)
    assert bed.rows("crm")[0]["legal_name"] == "Nova Prima"
    bed.roll_back("crm", "customers")
    (conflict,) = bed.conflicts()
    assert {each["source"]: each["value"] for each in conflict.rivals} == rivals
    answer = {"value": rivals[source], "seen": conflict.version, "by": "us_1"}
    resolve(bed.hub, conflict.id, Resolution(choice=Choice.TAKE, **answer))
    bed.run()
    assert body_of(bed)["legal_name"] == rivals[source]
    assert [bed.rows(name)[0]["legal_name"] for name in ("crm", "erp")] == [rivals[source]] * 2
    assert bed.conflicts() == []


def test_elements_outside_of_a_list_that_is_mapped_again_stay(bed, customer, sheet):
    phones = [
        {"id": "1", "kind": "phone", "value": "+34911234567", "preferred": True},
        {"id": "2", "kind": "mobile", "value": "+34600112233", "preferred": False},
    ]
    row = bed.crm.create("customers", customer(contact_points=phones))
    bed.run()
    before = sheet()
    text = in_force(bed.hub, CRM).text
    start, end = text.index("  - app: contact_points"), text.index("  - app: tax_ids")
    without = text[:start] + text[end:]
    bed.publish_draft(bed.draft_text(CRM, without))
    bed.remap()
    bed.run()
    only = "golden: contact_points\n    only: {kind: [phone]}\n"
    narrow = text.replace("golden: contact_points\n", only)
    bed.publish_draft(bed.draft_text(CRM, narrow))
    bed.remap()
    bed.run()
    assert bed.crm.row("customers", row.id).values["contact_points"] == phones
    assert sheet() == before
    bed.roll_back("crm", "customers", to=1)
    assert sheet() == before


def test_a_timeline_names_the_mapping_version(bed, customer):
    bed.crm.create("customers", customer(language="es"))
    bed.run()
    table = (TABLE[0], TABLE[1].replace("es: es", "es: es-MX"))
    bed.publish("crm", "customers", table, LANGUAGES)
    ((golden_id, _),) = bed.goldens()
    told = explain(bed.hub, golden_id).timeline
    remapped = next(each for each in told if each.kind == "version" and each.changes)
    assert remapped.detail == "by mapping version 2 of crm"
    first = next(each for each in reversed(told) if each.kind == "version")
    assert first.detail == "by crm, mapping version 1"
    delivered = [each for each in told if each.title.startswith("Delivered: erp")]
    assert all("mapping version 1" in each.detail for each in delivered)
    assert {each.mapping_version for each in explain(bed.hub, golden_id).crossrefs} == {1, 2}


class PublishesMeanwhile:
    """A connector whose system is slow: while it writes, somebody publishes a mapping."""

    def __init__(self, inner, publish):
        self.inner = inner
        self.publish = publish

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def write(self, *what):
        publish, self.publish = self.publish, lambda: None
        publish()
        return self.inner.write(*what)


def test_a_write_under_way_keeps_its_version(bed, customer):
    bed.crm.create("customers", customer(language="es"))
    bed.run()
    (there,) = bed.erp.living("customers")

    def publish_now():
        bed.publish("crm", "customers", TABLE, LANGUAGES, settle=False)
        bed.remap()

    bed.put_in("crm", PublishesMeanwhile(bed.connectors["crm"], publish_now))
    bed.clock.advance(1)
    bed.erp.edit("customers", there.id, {"language": "en"})
    bed.run()
    ((golden_id, _),) = bed.goldens()
    assert bed.rows("crm")[0]["language"] == "en"
    last = next(e for e in explain(bed.hub, golden_id).timeline if e.title == "Delivered: crm")
    assert last.detail.endswith("mapping version 1")
    bed.clock.advance(3)
    bed.remap()
    assert {c.mapping_version for c in explain(bed.hub, golden_id).crossrefs} == {1, 2}


def test_versions_are_compared_line_by_line(bed):
    bed.publish("crm", "customers", UPPER)
    lines = diff(bed.hub, CRM, 1, 2)
    assert "-version: 1" in lines
    assert any(line.startswith("+") and "upper" in line for line in lines)


def test_there_is_no_way_back_before_the_first_version(bed):
    with pytest.raises(UnknownMappingVersion, match="no earlier version to go back to"):
        roll_back(bed.hub, CRM, seen=1, by="us_1")


def test_remapping_ends_by_itself(bed, customer):
    bed.crm.create("customers", customer())
    bed.run()
    bed.publish("crm", "customers", UPPER)
    assert bed.hub.db.read(lambda c: store.any_remapping_due(c, bed.clock.now())) is False
    bed.clock.advance(bed.hub.settings.lease + 1)
    bed.remap()
    query = "select count(*) from remapping"
    assert bed.hub.db.read(lambda c: c.exec_driver_sql(query).scalar()) == 0
