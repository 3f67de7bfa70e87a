"""A deleted person leaves no word in the ERP: in no table, no new copy, no log and no file."""

import sqlite3

import pytest
from structlog.testing import capture_logs

from rectoverso.commands.backup import _copy_file
from simple_erp.tables import METADATA
from tests import servers
from tests.simple_erp.conftest import _serve

WORDS = ("Guadalupe", "Villanueva", "+34600777888", "guadalupe@example.org", "Calle Luna")
PERSON = {
    "kind": "person",
    "name": "Guadalupe Villanueva",
    "legal_name": "Guadalupe V.",
    "given_name": "Guadalupe",
    "family_name": "Villanueva",
    "currency": "EUR",
    "external_ref": "x-1",
    "contact_points": [
        {"kind": "phone", "value": "+34600777888"},
        {"kind": "email", "value": "guadalupe@example.org"},
    ],
    "addresses": [{"street": "Calle Luna 7", "country": "ES"}],
    "other_ids": [{"scheme": "registry", "value": "Villanueva-7"}],
}


@pytest.fixture
def house(open_house):
    return open_house("erp")


@pytest.fixture
def erp(running, house, open_house):
    return _serve(running, house, open_house("portal"))


@pytest.fixture
def tables(house):
    """Return every row of every table as text."""

    def rows(connection):
        return "\n".join(
            f"{name}: {tuple(row)}"
            for name in sorted(METADATA.tables)
            for row in connection.exec_driver_sql(f'select * from "{name}"')
        )

    return lambda: house.read(rows)


@pytest.fixture
def copy(house, dialect, tmp_path, request):
    """Return the bytes of a backup made now, as `rectoverso backup` makes it."""

    def made():
        if dialect == "postgresql":
            schema = house.read(lambda c: c.exec_driver_sql("select current_schema()").scalar())
            return servers.dump_postgresql(request.getfixturevalue("postgresql_url"), schema)
        place = tmp_path / "copy.db"
        place.unlink(missing_ok=True)
        _copy_file(tmp_path / "erp.db", place)
        return place.read_bytes()

    return made


def a_life(erp):
    """Let a person be made, answered twice, edited by people and in bulk, and told of."""
    listener = {"url": "https://8.8.8.8/hook", "topics": ["records.changed"]}
    assert erp.post("/endpoints", listener).status == 201
    made = erp.post("/customers", PERSON, headers={"idempotency-key": "one"})
    assert made.status == 201, made.document
    erp.post("/customers", PERSON, headers={"idempotency-key": "one"})
    erp.post("/customers", PERSON | {"name": "Guadalupe"}, headers={"idempotency-key": "two"})
    erp.patch(f"/customers/{made['id']}", {"legal_name": "Villanueva, G."})
    erp.bulk("customers", {"id": made["id"], "values": {"payment_terms": "Guadalupe pays"}})
    erp.bulk("customers", {"external_ref": "x-1", "values": {"name": "G. Villanueva"}})
    erp.patch(f"/customers/{made['id']}", {"contact_points": "guadalupe@example.org"})
    erp.post("/customers", {"name": "Other S.L.", "currency": "EUR"})
    return made


def missing(words, text):
    return [word for word in words if word not in text]


def test_a_deleted_customer_leaves_no_word(erp, tables, copy):
    with capture_logs() as logged:
        made = a_life(erp)
        assert missing(WORDS, tables()) == [], "or the test shows nothing"
        assert missing(WORDS, copy().decode("utf-8", "replace")) == []
        assert erp.delete(f"/customers/{made['id']}").status == 200
        again = erp.post("/customers", PERSON, headers={"idempotency-key": "one"})
    assert again.document.keys() == {"id", "version", "deleted_at"}, "and it is not made again"
    told = {word: [line[:90] for line in tables().splitlines() if word in line] for word in WORDS}
    assert {word: lines for word, lines in told.items() if lines} == {}
    after = copy()
    assert b"Other S.L." in after
    assert [word for word in WORDS if word.encode() in after] == []
    assert [word for word in WORDS if word in str(logged)] == []


def test_no_file_of_the_house_holds_a_word_once_it_is_closed(erp, house, dialect, tmp_path):
    if dialect == "postgresql":
        pytest.skip("its files are the server's: vacuum ends what a delete leaves")
    if not sqlite3.connect(":memory:").execute("pragma secure_delete").fetchone()[0]:
        pytest.skip("this SQLite leaves deleted rows in its file until they are overwritten")
    made = a_life(erp)
    erp.delete(f"/customers/{made['id']}")
    house.close()
    kept = {path.name: path.read_bytes() for path in tmp_path.glob("erp.db*")}
    assert b"Other S.L." in kept["erp.db"]
    found = [(name, word) for name, said in kept.items() for word in WORDS if word.encode() in said]
    assert found == []
