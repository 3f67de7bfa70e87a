"""A person is exported whole, erased without a trace of their words, and not brought back."""

import pytest
from structlog.testing import capture_logs

from connectors.contract import ChangeKind
from connectors.kit.faults import Operation, RefuseRecord
from ground.strict_json import dumps
from hub.clusters.model import Intent
from hub.clusters.service import merge_goldens
from hub.conflicts.rules import Choice
from hub.errors import HubError
from hub.events import store as events
from hub.events.model import NewEvent, NewNotice
from hub.privacy.remembering import remember
from hub.privacy.service import erase, export, finish_due
from hub.resolutions.service import Resolution, resolve
from hub.sealing.service import seal_due
from hub.sealing.service import verify as verify_history
from master_data import store
from master_data.errors import NoSuchGolden
from master_data.tables import METADATA
from rectoverso.commands.backup import _copy_file
from tests import servers
from tests.hub.engine.lives import Lives

WORDS = ("Guadalupe", "Villanueva", "+34600777888", "guadalupe@example.org", "Calle Luna")


@pytest.fixture
def lives(bed, customer, tmp_path):
    """A, a person with everything; B, somebody else."""
    return a_person(bed, customer, tmp_path)


def a_person(bed, customer, tmp_path):
    bed.keep_in(tmp_path)
    made = Lives(bed, customer)
    made.make("A")
    made.make("B")
    made.remember_erp()
    point = {"purpose": "work", "preferred": False}
    address = {"street": "Calle Luna 7", "city": "Cádiz", "country": "ES", "uses": ["billing"]}
    made.edit(
        "A",
        "crm",
        {
            "name": "Guadalupe Villanueva",
            "contact_points": [
                point | {"kind": "phone", "value": "+34600777888"},
                point | {"kind": "email", "value": "guadalupe@example.org"},
            ],
            "addresses": [address | {"street2": None, "postal_code": "11001", "subdivision": None}],
        },
    )
    made.edit("A", "crm", {"legal_name": "Guadalupe V"})
    made.bed.crm.edit("customers", made.letters["A"], {"legal_name": "Guadalupe Villanueva"})
    made.bed.erp.edit(
        "customers", made.crossref("A", "erp").external_id, {"legal_name": "Villanueva, G."}
    )
    made.settle()
    return made


def dump(bed):
    """Return every row of every table as text, as a backup has them."""

    def read(connection):
        return "\n".join(
            f"{name}: {tuple(row)}"
            for name in sorted(METADATA.tables)
            for row in connection.exec_driver_sql(f'select * from "{name}"')
        )

    return bed.hub.db.read(read)


def copy_of(bed):
    """Return all rows of all tables, to be put back later."""

    def read(connection):
        return {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in METADATA.sorted_tables
        }

    return bed.hub.db.read(read)


def put_back(bed, copy):
    def write(connection):
        for table in METADATA.sorted_tables:
            connection.execute(table.delete())
            if copy[table.name]:
                connection.execute(table.insert(), copy[table.name])

    bed.hub.db.write(write)


def assert_no_words(bed):
    kept = dump(bed)
    assert [word for word in WORDS if word in kept] == []


@pytest.fixture
def new_copy(bed, dialect, tmp_path, request):
    """Return the bytes of a backup made now, as `rectoverso backup` makes it."""

    def copy():
        if dialect == "postgresql":
            schema = bed.hub.db.read(
                lambda c: c.exec_driver_sql("select current_schema()").scalar()
            )
            return servers.dump_postgresql(request.getfixturevalue("postgresql_url"), schema)
        made = tmp_path / "copy.db"
        made.unlink(missing_ok=True)
        _copy_file(tmp_path / "hub.db", made)
        return made.read_bytes()

    return copy


def test_a_new_copy_holds_no_word_of_an_erased_person(lives, new_copy):
    bed = lives.bed
    a_notice(lives)
    before = new_copy()
    assert [word for word in WORDS if word.encode() not in before] == []
    erase(bed.hub, lives.golden_id("A"), by="us_dpo", reason="asked on paper")
    lives.settle()
    finish_due(bed.hub)
    after = new_copy()
    assert b"Customer B" in after
    assert [word for word in WORDS if word.encode() in after] == []


def a_notice(lives):
    """Store the person's record as a notice too, with its raw body."""
    row = lives.bed.crm.row("customers", lives.letters["A"])
    event = NewEvent(
        id=lives.bed.hub.env.ids.new("ev"),
        connection="crm",
        object_type="customers",
        external_id=row.id,
        kind=ChangeKind.CHANGED,
        version=str(row.version),
        state=row.record(),
    )
    body = dumps(row.record()).decode()
    notice = NewNotice(
        id=lives.bed.hub.env.ids.new("no"),
        connection="crm",
        notice_id="n1",
        body=body,
        events=(event,),
    )
    lives.bed.hub.db.write(lambda c: events.accept(c, [notice], lives.bed.clock.now()))
    lives.settle()


def test_an_export_holds_every_word(lives):
    told = dumps(export(lives.bed.hub, lives.golden_id("A"))).decode()
    assert [word for word in WORDS if word not in told] == []
    assert "Customer B" not in told
    with pytest.raises(NoSuchGolden):
        export(lives.bed.hub, "gr_unheard")


def test_an_erased_person_leaves_no_word_and_is_not_brought_back(lives):
    bed = lives.bed
    a_notice(lives)
    seal_due(bed.hub)
    bed.clock.advance(60)
    seal_due(bed.hub)
    assert bed.conflicts()
    dumped = dump(bed)
    assert [word for word in WORDS if word not in dumped] == [], "or the test shows nothing"
    golden_id, crm_id = lives.golden_id("A"), lives.letters["A"]
    done = erase(bed.hub, golden_id, by="us_dpo", reason="asked on paper")
    assert (done.deletes, done.by_hand) == (("crm", "erp"), ())
    assert_no_words(bed)
    lives.settle()
    finish_due(bed.hub)
    assert_no_words(bed)
    assert crm_id not in dump(bed), "external ids are hashed once the records are gone"
    assert [row["name"] for row in bed.rows("crm")] == ["Customer B"]
    assert [row["name"] for row in bed.rows("erp")] == ["Customer B"]
    assert bed.conflicts() == []
    assert bed.balance().is_even
    assert verify_history(bed.hub).broken == []
    assert verify_history(bed.hub).blocks > 0


def test_a_poll_that_still_shows_the_person_changes_nothing(lives):
    bed = lives.bed
    golden_id, crm_id = lives.golden_id("A"), lives.letters["A"]
    shown = bed.event("crm", "customers", crm_id)
    erase(bed.hub, golden_id, by="us_dpo", reason="")
    lives.settle()
    finish_due(bed.hub)
    bed.hub.db.write(lambda c: events.insert(c, [shown], bed.clock.now()))
    bed.run()
    living = [state for _, state in bed.goldens() if state == "active"]
    assert living == ["active"], "only B"
    assert_no_words(bed)
    assert bed.balance().is_even
    assert bed.balance().open == bed.balance().undecided == 0


def test_a_delete_that_a_system_refuses_is_asked_about_and_tried_again(lives):
    bed = lives.bed
    golden_id, crm_id = lives.golden_id("A"), lives.letters["A"]
    refusal = RefuseRecord("Contacts of Guadalupe still refer to it")
    bed.crm.faults.add(refusal, operation=Operation.DELETE)
    erase(bed.hub, golden_id, by="us_dpo", reason="asked on paper")
    lives.settle()
    finish_due(bed.hub)
    (conflict,) = bed.conflicts()
    assert conflict.connection == "crm"
    assert "still refer to it" in conflict.why
    bed.crm.faults.clear()
    resolve(bed.hub, conflict.id, Resolution(choice=Choice.RETRY, seen=conflict.version, by="us_1"))
    lives.settle()
    finish_due(bed.hub)
    assert [row["name"] for row in bed.rows("crm")] == ["Customer B"]
    assert bed.conflicts() == []
    assert_no_words(bed)
    assert crm_id not in dump(bed)
    assert bed.balance().is_even


def test_a_refused_delete_that_is_done_by_hand_ends_it_too(lives):
    bed = lives.bed
    golden_id, crm_id = lives.golden_id("A"), lives.letters["A"]
    refusal = RefuseRecord("Contacts of Guadalupe still refer to it")
    bed.crm.faults.add(refusal, operation=Operation.DELETE)
    erase(bed.hub, golden_id, by="us_dpo", reason="asked on paper")
    lives.settle()
    assert bed.conflicts()
    bed.crm.remove("customers", crm_id)
    lives.settle()
    finish_due(bed.hub)
    assert bed.conflicts() == []
    assert_no_words(bed)
    assert crm_id not in dump(bed)


def test_an_old_copy_put_back_does_not_bring_the_person_back(lives):
    bed = lives.bed
    a_notice(lives)
    lives.make("D")
    old = copy_of(bed)
    shown = bed.event("crm", "customers", lives.letters["A"])
    erase(bed.hub, lives.golden_id("A"), by="us_dpo", reason="asked on paper")
    lives.settle()
    finish_due(bed.hub)
    erase(bed.hub, lives.golden_id("D"), by="us_dpo", reason="asked on paper")
    lives.settle()
    put_back(bed, old)
    assert [word for word in WORDS if word not in dump(bed)] == [], "or the test shows nothing"
    remember(bed.hub)
    assert_no_words(bed)
    bed.hub.db.write(lambda c: events.insert(c, [shown], bed.clock.now()))
    lives.settle()
    finish_due(bed.hub)
    assert_no_words(bed)
    assert lives.letters["A"] not in dump(bed)
    assert [row["name"] for row in bed.rows("crm")] == ["Customer B"]
    living = [state for _, state in bed.goldens() if state == "active"]
    assert living == ["active"], "only B"
    assert bed.balance().is_even
    before = dump(bed)
    remember(bed.hub)
    assert dump(bed) == before, "once is enough"


def test_the_register_is_made_from_the_table_where_it_is_missing(lives):
    bed = lives.bed
    erase(bed.hub, lives.golden_id("A"), by="us_dpo", reason="asked on paper")
    path = bed.hub.settings.erased_file
    told = set(path.read_bytes().splitlines())
    assert not any(word.encode() in path.read_bytes() for word in WORDS)
    path.unlink()
    remember(bed.hub)
    assert set(path.read_bytes().splitlines()) == told
    path.write_bytes(path.read_bytes()[:-20])  # the machine stopped while it wrote
    remember(bed.hub)
    assert told <= set(path.read_bytes().splitlines())


def test_no_log_names_the_person(bed, customer, tmp_path):
    with capture_logs() as logged:
        person = a_person(bed, customer, tmp_path)
        a_notice(person)
        erase(bed.hub, person.golden_id("A"), by="us_dpo", reason="asked on paper")
        person.settle()
        finish_due(bed.hub)
    assert [word for word in WORDS if word in str(logged)] == []


def test_merged_records_are_erased_with_all_they_were_made_of(lives):
    bed = lives.bed
    why = Intent(by="us_1", overrule=True, reason="Guadalupe said so")
    merge_goldens(bed.hub, lives.golden_id("B"), lives.golden_id("A"), why)
    lives.settle()
    assert "Guadalupe said so" in dump(bed)
    seal_due(bed.hub)
    bed.clock.advance(60)
    seal_due(bed.hub)
    erase(bed.hub, lives.golden_id("A"), by="us_dpo", reason="")
    lives.settle()
    finish_due(bed.hub)
    assert_no_words(bed)
    assert verify_history(bed.hub).broken == []
    ids = [row[0] for row in bed.goldens()]
    assert bed.hub.db.read(lambda c: store.crossrefs_of(c, ids)) == []


def test_who_is_not_there_cannot_be_erased(lives):
    with pytest.raises((NoSuchGolden, HubError)):
        erase(lives.bed.hub, "gr_unheard", by="us_dpo", reason="")
