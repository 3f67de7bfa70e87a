"""Random customers go CRM -> hub -> ERP -> hub -> CRM: written once, then never again."""

import random

import pytest

CUSTOMERS = 100
ROUNDS = 5
MEMO = "memo"  # a field that no mapping knows


@pytest.fixture
def random_customer(customer):
    """A customer as a clerk types one: odd spaces, odd fractions, blanks, lists."""

    def make(rng, number):
        name = rng.choice(["Ana  Trujillo", " Eva Soto", "Íñigo Núñez S.L.", "Acme ßen & Co. KG"])
        currency = rng.choice(["EUR", "USD", "eur"])
        amount = f"{rng.randrange(10**5)}.{rng.randrange(100):02d}"
        cities = rng.sample(["Vigo", " Madrid", "León"], rng.randrange(3))
        return customer(
            name=f"{name} {number}",
            legal_name=rng.choice([None, "", f"{name} {number} Sociedad Limitada "]),
            kind=rng.choice(["organisation", "person"]),
            lifecycle=rng.choice(["lead", "customer", "dormant", "former", "blocked"]),
            roles=rng.sample(["customer", "payer", "carrier"], rng.randrange(4)),
            currency=rng.choice([None, currency]),
            credit_limit=rng.choice([None, {"amount": amount, "currency": currency.upper()}]),
            notes=rng.choice([None, " Called. "]),
            addresses=[
                {"uses": ["shipping", "billing"], "street": "Calle  Mayor", "city": city}
                | {"street2": None, "postal_code": None, "subdivision": None}
                | {"country": rng.choice(["ES", "de"])}
                for city in cities
            ],
            contact_points=[
                {"kind": "email", "value": f" a{number}@b.es", "purpose": "work"}
                | {"preferred": rng.random() < 0.5}
            ][: rng.randrange(2)],
        )

    return make


@pytest.fixture
def sheet(bed):
    """bed -> golden bodies, what the systems hold, and how many writes there were."""

    def of():
        def read(connection):
            query = "select id, version, body from golden order by id"
            return [tuple(row) for row in connection.exec_driver_sql(query)]

        rows = [*bed.crm.living("customers"), *bed.erp.living("customers")]
        held = [(row.id, row.values | {MEMO: None}) for row in rows]
        return bed.hub.db.read(read), held, len(bed.effects())

    return of


@pytest.mark.slow  # a hundred customers with all their turns
def test_round_trips_through_the_hub_write_once_and_change_no_bit(bed, random_customer, sheet):
    rng = random.Random(7)
    for number in range(CUSTOMERS):
        bed.crm.create("customers", random_customer(rng, number))
    bed.run()
    before = sheet()
    sent = [operation for connection, operation, _ in bed.effects() if connection == "erp"]
    published = [row for row in bed.rows("crm") if row["lifecycle"] != "lead"]
    assert sent == ["create"] * len(bed.rows("erp"))
    assert 0 < len(sent) <= len(published)
    for number in range(ROUNDS):
        for system in (bed.crm, bed.erp):
            for row in system.living("customers"):
                system.edit("customers", row.id, {MEMO: f"saved anew {number}"})
        bed.run()
        bed.clock.advance(600)
    assert sheet() == before
    assert bed.balance().received >= ROUNDS * CUSTOMERS
    assert bed.balance().is_even
