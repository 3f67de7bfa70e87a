"""A preview tells exactly what publishing then writes, and rolling back undoes it."""

import json
import random

import pytest

from hub.mapping_versions.model import MappingRef
from hub.publishing.preview import preview
from hub.publishing.service import find_version, in_force, save_draft
from hub.remapping.service import reason_of
from master_data.model import split_path
from rectoverso.demo.spread import make_demo
from tests.hub.engine.conftest import a_customer, a_product, an_account
from tests.hub.engine.mapping_edits import edited

MAPPINGS = [
    MappingRef("crm", "customers"),
    MappingRef("erp", "customers"),
    MappingRef("crm", "products"),
    MappingRef("erp", "products"),
]


def fill(bed, share):
    """Put every `share`-th record of the demo into the twins and let all settle."""
    demo = make_demo()
    made = {}
    for record in demo.erp_categories:
        links = {name: made[ref] for name, ref in record.links.items()}
        made[record.ref] = bed.erp.create("categories", record.values | links).id
    for record in demo.erp_products[::share]:
        links = {name: made[ref] for name, ref in record.links.items()}
        values = a_product(**with_element_ids(record.values | links))
        bed.erp.create("products", values)
    for record in demo.crm_customers[::share]:
        bed.crm.create("customers", a_customer(**with_element_ids(record.values)))
    for record in demo.erp_customers[::share]:
        bed.erp.create("customers", an_account(**with_element_ids(record.values)))
    bed.run()


def with_element_ids(values):
    """The twin keeps elements as they come; the apps give each an id."""
    return {
        name: [
            {"id": f"{name}-{n}"} | each if isinstance(each, dict) else each
            for n, each in enumerate(value)
        ]
        if isinstance(value, list)
        else value
        for name, value in values.items()
    }


def written(bed, reason):
    """Return what was frozen for a reason: (connection, object type, golden id, id, values)."""

    def read(connection):
        query = (
            "select connection, object_type, golden_id, frozen from effect "
            f"where reason = '{reason}' and frozen is not null"
        )
        return [
            (row[0], row[1], row[2], frozen["external_id"], frozen["values"])
            for row in connection.exec_driver_sql(query)
            for frozen in [json.loads(row[3])]
        ]

    return sorted(bed.hub.db.read(read), key=repr)


def foreseen(found):
    return sorted(
        (
            (each.connection, each.object_type, record.golden_id, each.external_id, each.values)
            for record in found.records
            for each in record.writes
        ),
        key=repr,
    )


def goldens(bed):
    """Return (golden id, path) -> value."""

    def read(connection):
        query = "select id, body from golden order by id"
        return {
            (row[0], path): value
            for row in connection.exec_driver_sql(query)
            for path, value in json.loads(row[1]).items()
        }

    return bed.hub.db.read(read)


def edited_since(bed, event_id):
    """Return (golden id, path) that somebody else than the mapping changed since."""

    def read(connection):
        query = (
            "select golden_id, changes from golden_version where event_id is not null "
            f"and event_id > '{event_id}'"
        )
        rows = connection.exec_driver_sql(query)
        return {(row[0], path) for row in rows for path in json.loads(row[1])}

    return bed.hub.db.read(read)


def mapped_words(bed, ref):
    """Return what the records of a mapping hold in the fields it writes."""
    mapping = bed.hub.mapping(ref.connection, ref.object_type)
    paths = mapping.outbound_paths | mapping.list_paths
    names = set().union(*(mapping.app_fields[path] for path in paths))
    return {
        row.id: {name: value for name, value in row.values.items() if name in names}
        for row in bed.system(ref.connection).living(ref.object_type)
    }


def sound_draft(bed, ref, rng):
    """Draft a sound text that differs from the one in force, of the shipped one or of that."""
    while True:
        now = in_force(bed.hub, ref)
        base = rng.choice([now, find_version(bed.hub, ref, 1)]).text
        text = edited(rng, base)
        if text != now.text:
            draft, checked = save_draft(bed.hub, ref, text, author="us_1")
            if checked.is_sound:
                return draft


def publish_as_foreseen(bed, draft):
    """Preview a draft, publish it, and compare what was foreseen with what was written."""
    ref, text = draft.ref, draft.text
    found = preview(bed.hub, ref, text, draft.number)
    fields = {
        (each.golden_id, path): new
        for each in found.records
        for path, (_, new) in each.fields.items()
    }
    bed.publish_draft(draft)
    bed.remap()
    now = goldens(bed)
    told = {place: now.get(place) for place in fields}
    assert told == fields, text
    bed.run()
    sent = written(bed, reason_of(ref.connection, ref.object_type, draft.number))
    assert sent == foreseen(found), text
    assert bed.open_effects() == {} or found.waiting, text
    return found


def edit_someone(bed, rng):
    """Let a person change something in one of the systems; returns where."""
    name = rng.choice(["crm", "erp"])
    row = rng.choice(bed.system(name).living("customers"))
    field = rng.choice(["language", "payment_terms", "notes" if name == "crm" else "name"])
    value = {"language": "ro", "payment_terms": "NET60"}.get(field, f"edit {rng.random():.6f}")
    bed.clock.advance(1)
    bed.system(name).edit("customers", row.id, {field: value})
    bed.run()
    return name, row.id, field


def paths_of(bed, edits):
    """Return (golden id, path) that edits of records mean by the mappings in force."""
    found = set()
    for name, external_id, field in edits:
        query = (
            f"select golden_id from crossref where connection = '{name}' "
            f"and object_type = 'customers' and external_id = '{external_id}'"
        )
        golden_id = bed.hub.db.read(lambda c, query=query: c.exec_driver_sql(query).scalar_one())
        places = bed.hub.mapping(name, "customers").app_fields
        found |= {(golden_id, path) for path, fields in places.items() if field in fields}
    return found


def undecided(bed, ref):
    """Return (external id, field) of what waits for a decision; it is in no projection."""

    def read(connection):
        query = (
            "select external_id, golden.held from crossref join golden on golden.id = golden_id "
            f"where connection = '{ref.connection}' and object_type = '{ref.object_type}'"
        )
        rows = connection.exec_driver_sql(query)
        return [(row[0], path) for row in rows for path in json.loads(row[1])]

    places = bed.hub.mapping(ref.connection, ref.object_type).app_fields
    found = bed.hub.db.read(read)
    return {(id_, name) for id_, path in found for name in places.get(split_path(path)[0], ())}


def try_one(bed, rng):
    """Publish two versions of a mapping after another, with edits between, and go back."""
    ref = rng.choice(MAPPINGS)
    bed.clock.advance(900)  # so often is nothing published: the loop breaker would think so too
    before, words = goldens(bed), mapped_words(bed, ref)
    mark = bed.hub.env.ids.new("ev")
    draft = sound_draft(bed, ref, rng)
    many = len(publish_as_foreseen(bed, draft).writes)
    edits, own = [], set()
    if rng.random() < 0.5:
        if rng.random() < 0.5:
            edits.append(edit_someone(bed, rng))
            own |= paths_of(bed, edits)
        draft = sound_draft(bed, ref, rng)
        many += len(publish_as_foreseen(bed, draft).writes)
        own |= paths_of(bed, edits)
    bed.roll_back(ref.connection, ref.object_type, to=1)
    own |= paths_of(bed, edits) | edited_since(bed, mark)
    after = goldens(bed)
    wrong = {
        place: (before.get(place), after.get(place))
        for place in before.keys() | after.keys()
        if before.get(place) != after.get(place) and place not in own
    }
    assert wrong == {}, draft.text
    if not own:
        waits = undecided(bed, ref)
        now = mapped_words(bed, ref)
        differ = {
            (id_, name): (words[id_].get(name), value)
            for id_, record in now.items()
            for name, value in record.items()
            if words[id_].get(name) != value and (id_, name) not in waits
        }
        assert differ == {}, draft.text
    return many


def run_edits(bed, rng, many):
    writes = sum(try_one(bed, rng) for _ in range(many))
    assert writes > many  # edits that change nothing would prove nothing
    assert bed.balance().is_even


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_foreseen_is_written_and_goes_back(bed, seed):
    fill(bed, 12)
    run_edits(bed, random.Random(seed), 6)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_hundred_random_edits_of_mappings_are_foreseen_and_go_back(bed, dialect):
    fill(bed, 12)
    run_edits(bed, random.Random(20261123), 200 if dialect == "sqlite" else 40)


@pytest.mark.chaos
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("seed", range(3, 9))
def test_any_random_edits_of_mappings_are_foreseen_and_go_back(bed, seed):
    fill(bed, 4)
    run_edits(bed, random.Random(seed), 200)
