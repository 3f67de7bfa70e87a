"""A deleted person leaves no word in any table of the app, not even in repeated answers."""

import pytest

from simple_crm.tables import METADATA

WORDS = ("Guadalupe", "Villanueva", "+34600777888", "guadalupe@example.org", "Calle Luna")
PERSON = {
    "kind": "person",
    "name": "Guadalupe Villanueva",
    "given_name": "Guadalupe",
    "family_name": "Villanueva",
    "notes": "Guadalupe likes Calle Luna",
    "contact_points": [
        {"kind": "phone", "value": "+34600777888"},
        {"kind": "email", "value": "guadalupe@example.org"},
    ],
    "addresses": [{"street": "Calle Luna 7", "country": "ES"}],
}


@pytest.fixture
def kept(crm_database):
    """Return every row of every table as text."""

    def rows(connection):
        return "\n".join(
            f"{name}: {tuple(row)}"
            for name in sorted(METADATA.tables)
            for row in connection.exec_driver_sql(f'select * from "{name}"')
        )

    return lambda: crm_database.read(rows)


def test_a_deleted_customer_leaves_no_word(crm, kept):
    listener = {"url": "https://8.8.8.8/hook", "topics": ["records.changed"]}
    assert crm.post("/endpoints", listener).status == 201
    key = {"idempotency-key": "one"}
    made = crm.post("/customers", PERSON, headers=key)
    assert made.status == 201
    place = f"/customers/{made['id']}"
    other = crm.post("/customers", {"name": "Other"}, headers={"idempotency-key": "two"})
    crm.patch(place, {"name": "G. Villanueva"})
    crm.bulk("customers", {"id": made["id"], "values": {"language": "es"}})
    before = kept()
    assert [word for word in WORDS if word not in before] == []
    assert crm.delete(place).status == 200
    after = kept()
    told = {word: [line[:90] for line in after.splitlines() if word in line] for word in WORDS}
    assert {word: lines for word, lines in told.items() if lines} == {}
    again = crm.post("/customers", PERSON, headers=key)
    assert again.document.keys() == {"id", "version", "deleted_at"}, "and it is not made again"
    assert again["id"] == made["id"]
    assert crm.get(f"/customers/{other['id']}")["name"] == "Other"
