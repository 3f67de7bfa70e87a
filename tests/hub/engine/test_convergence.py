"""Random edits on both sides, notices dropped, doubled and late: all agrees in the end."""

import random

import pytest

NAMES = ["Ibarra", "Северный Лес", "PT Sumber", "Moldotrans", "Dobrogea", "Textil Andina"]


def random_edit(rng, system, name):
    row = rng.choice(system.living("customers"))
    match rng.randrange(4):
        case 0:
            system.edit("customers", row.id, {"name": f"{rng.choice(NAMES)} {rng.randrange(1000)}"})
        case 1:
            points = list(row.values.get("contact_points") or [])
            number = f"+3491{rng.randrange(10**7):07d}"
            if points and rng.random() < 0.6:
                points[0] = points[0] | {"value": number}
            elif points and rng.random() < 0.3:
                points.pop()
            else:
                new = {"kind": "phone", "value": number, "purpose": rng.choice(["work", "home"])}
                points.append(new | {"preferred": False})
            system.edit("customers", row.id, {"contact_points": points})
        case 2:
            system.edit("customers", row.id, {"language": rng.choice(["es", "ru", "ro", None])})
        case _:
            field = "payment_terms" if name == "erp" else "industry"
            system.edit("customers", row.id, {field: rng.choice(["A", "B", "C"])})


def poll(bed):
    """What a poll does: everything that is not as the hub last read it becomes an event."""
    for name in ("crm", "erp"):
        system = bed.system(name)
        for object_type in system.object_types:
            system.untold += [(object_type, row_id) for row_id in system.rows[object_type]]


def shown(row):
    points = [(p["kind"], p["value"], p["purpose"]) for p in row.values.get("contact_points") or []]
    return {
        "name": row.values["name"],
        "language": row.values.get("language"),
        "payment_terms": row.values.get("payment_terms"),
        "contact_points": sorted(points),
    }


@pytest.mark.slow  # a hundred edits with all their turns
@pytest.mark.parametrize("seed", range(3))
def test_both_sides_agree_after_random_edits_and_lost_notices(bed, customer, seed):
    rng = random.Random(seed)
    for number in range(25):
        bed.crm.create("customers", customer(name=f"Customer {number}"))
    bed.run()
    for _ in range(120):
        name = rng.choice(["crm", "erp"])
        random_edit(rng, bed.system(name), name)
        bed.clock.advance(rng.random() * 20)
        system = bed.system(name)
        if rng.random() < 0.3:
            system.untold.clear()
        elif rng.random() < 0.7:
            bed.tell(name, times=rng.choice([1, 1, 2]))
        if rng.random() < 0.5:
            bed.turn()
    poll(bed)
    bed.run()
    crm = {row.values["erp_number"]: row for row in bed.crm.living("customers")}
    erp = {row.values["number"]: row for row in bed.erp.living("customers")}
    assert crm.keys() == erp.keys()
    assert len(crm) == 25
    held = {each.subject for each in bed.conflicts()}
    for number, row in crm.items():
        mine, theirs = shown(row), shown(erp[number])
        if not held:
            assert mine == theirs
    versions = [row.version for row in (*crm.values(), *erp.values())]
    poll(bed)
    bed.run()
    again = [*bed.crm.living("customers"), *bed.erp.living("customers")]
    assert [row.version for row in again] == versions
    assert bed.balance().is_even
    assert bed.balance().undecided == 0
