"""What matching does by itself: it counts frequencies and indexes records older than the index."""

import pytest
from sqlalchemy import select

from ground.statements import insert_many
from hub.chores import store as chores
from hub.housekeeping.service import CHORES
from hub.matching.frequencies import count_due
from hub.matching.indexing import index_older
from master_data.blocking import match_keys
from master_data.forms.records import VERSION
from master_data.index import store as index
from master_data.index.counting import FIRST
from master_data.index.scorers import Scorers
from master_data.index.tables import match_form
from master_data.store import goldens_by_id
from master_data.tables import match_key

MADRID = {"uses": ["billing"], "street": "Calle Mayor 7", "street2": None, "postal_code": "28013",
          "city": "Madrid", "subdivision": None, "country": "ES"}  # fmt: skip
TAX = {"country": "ES", "scheme": "vat", "value": "B12345674"}


def numbered(number):
    """One of many customers of one town, one telephone exchange and one mail domain."""
    mail = {"kind": "email", "value": f"c{number}@gremio.es", "purpose": "work", "preferred": True}
    phone = {"kind": "phone", "value": f"+3491{number:07d}", "purpose": "work", "preferred": False}
    return {
        "name": f"Customer {number}",
        "addresses": [MADRID | {"street": f"Calle Mayor {number}"}],
        "contact_points": [mail, phone],
    }


@pytest.mark.parametrize("counted", [False, True])
def test_numbered_names_of_one_town_are_as_many_customers(bed, customer, counted):
    numbers = range(1, FIRST + 6)
    for number in numbers[:FIRST]:
        bed.crm.create("customers", customer(**numbered(number)))
    bed.run()
    if counted:
        assert count_due(bed.hub) is False
        assert "company" in bed.hub.db.read(index.statistics_digests)
    for number in numbers[FIRST:]:
        bed.crm.create("customers", customer(**numbered(number)))
    bed.run()
    assert [state for _, state in bed.goldens()] == ["active"] * len(numbers)
    assert bed.conflicts() == []
    assert len(bed.rows("erp")) == len(numbers)


def test_what_many_share_weighs_little_once_it_is_counted(bed, customer):
    shared = {"kind": "email", "value": "@gremio.es", "purpose": "work", "preferred": True}
    for number in range(FIRST):
        mail = shared | {"value": f"{chr(97 + number)}@gremio.es"}
        name = f"{chr(97 + number) * 3}ova {chr(122 - number) * 3}enko"
        bed.crm.create("customers", customer(name=name, contact_points=[mail]))
    bed.run()
    assert count_due(bed.hub) is False
    assert count_due(bed.hub) is False, "nothing doubled since"
    bed.hub.db.read(lambda c: bed.hub.scorers.refresh(c, {"company"}))
    scorer = bed.hub.scorers.of("company")
    common, rare = {"domain": ("gremio.es",)}, {"domain": ("ibarra.es",)}
    assert scorer.weight(rare, rare) > scorer.weight(common, common) + 6


@pytest.fixture
def older_golden(bed, customer):
    """A golden record as it was before the index: found by match keys alone."""
    bed.crm.create(
        "customers", customer(name="Talleres Ibarra", tax_ids=[TAX], lifecycle="prospect")
    )
    bed.run()
    ((golden_id, _),) = bed.goldens()

    def age(connection):
        golden = goldens_by_id(connection, [golden_id])[golden_id]
        index.remove(connection, [golden_id])
        keys = match_keys(golden.entity, golden.body).all
        rows = [{"key": key, "golden_id": golden_id} for key in keys]
        insert_many(connection, match_key, rows, on_conflict=None)
        chores.ensure(connection, CHORES, bed.hub.db.now(connection))

    bed.hub.db.write(age)
    bed.hub.scorers.older = True
    return golden_id


def test_a_record_older_than_the_index_is_found_by_its_match_keys(bed, account, older_golden):
    bed.erp.create("customers", account(name="Talleres Ibarra", tax_ids=[TAX]))
    bed.run()
    assert [golden_id for golden_id, _ in bed.goldens()] == [older_golden]
    assert bed.conflicts() == []


def test_records_older_than_the_index_are_put_into_it(bed, account, older_golden):
    assert index_older(bed.hub) is False
    left = bed.hub.db.read(index.are_older_left)
    assert not left
    scorers = Scorers()
    bed.hub.db.read(lambda c: scorers.refresh(c, {"company"}))
    assert not scorers.older
    bed.erp.create("customers", account(name="Talleres Ibarra", tax_ids=[TAX]))
    bed.run()
    assert [golden_id for golden_id, _ in bed.goldens()] == [older_golden]


def test_indexing_goes_on_where_it_was(bed, customer, monkeypatch):
    monkeypatch.setattr("hub.matching.indexing._AT_ONCE", 2)
    bed.hub.db.write(lambda c: chores.ensure(c, CHORES, bed.hub.db.now(c)))
    for name in ("Ibarra", "Fundición Norte", "Gremio Sur", "Alba Textil", "Molinos del Ebro"):
        bed.crm.create("customers", customer(name=name))
    bed.run()
    ids = [golden_id for golden_id, _ in bed.goldens()]
    bed.hub.db.write(lambda c: index.remove(c, ids))
    assert [index_older(bed.hub) for _ in range(4)] == [True, True, False, False]
    forms = bed.hub.db.read(
        lambda c: c.exec_driver_sql("select golden_id from match_form").scalars().all()
    )
    assert sorted(forms) == sorted(ids)


def test_forms_made_another_way_are_made_anew(bed, customer, monkeypatch):
    bed.hub.db.write(lambda c: chores.ensure(c, CHORES, bed.hub.db.now(c)))
    bed.crm.create("customers", customer(name="Talleres Ibarra"))
    bed.run()
    assert index_older(bed.hub) is False
    made_before = {"form": {"name": ["talleres"]}, "version": 0}
    bed.hub.db.write(lambda c: c.execute(match_form.update().values(made_before)))
    assert index_older(bed.hub) is False, "what is done is not done twice"
    assert bed.hub.db.read(_versions) == {0}
    monkeypatch.setattr("hub.matching.indexing._DONE_NOW", "done with the next way")
    assert index_older(bed.hub) is False
    assert bed.hub.db.read(_versions) == {VERSION}


def _versions(connection):
    return set(connection.execute(select(match_form.c.version)).scalars())
