"""A first reading in bulk makes what the ordinary road makes, and goes on after a kill."""

import json
import re
from dataclasses import replace
from random import Random

import pytest

from connectors.contract import Change, ChangeKind
from hub.bulk import store
from hub.bulk.model import Page
from hub.bulk.service import open_run, take_in
from hub.connections import store as connections
from hub.connections.rules import State
from hub.errors import BulkRefused
from hub.events import store as events
from hub.events.model import NewEvent
from hub.golden.store import versions_of
from hub.sync.service import decide_due
from hub.workers import store as workers
from master_data.index import store as index
from master_data.index.online import find_form
from master_data.tables import METADATA
from rectoverso.bench.matching.people import people, respelt
from tests.hub.engine.conftest import Bed, a_customer

MANY = 40


def in_turn(hub):
    """Spread work over nobody else."""
    return lambda work, items: (work(hub, item) for item in items)


def a_person(words):
    """Return a customer of the CRM that says what made-up people say."""
    given, family = words["given_name"], words["family_name"]
    address = {
        "id": "ad_1",
        "uses": ["billing"],
        "street": words["address.street"],
        "city": words["address.city"],
        "postal_code": words["address.postal_code"],
        "country": "ES",
    }
    points = [
        {"id": f"cp_{kind}", "kind": kind, "value": words[kind], "preferred": False}
        for kind in ("email", "phone")
        if words[kind]
    ]
    return a_customer(
        kind="person",
        name=f"{given} {family}",
        given_name=given,
        family_name=family,
        addresses=[address],
        contact_points=points,
    )


@pytest.fixture
def people_twice():
    """People, every fourth a second time as somebody else would write them down."""
    rng, first = Random(3), list(people(MANY, 1))
    return [a_person(each) for each in [*first, *(respelt(each, rng) for each in first[::4])]]


@pytest.fixture
def onboarding(bed):
    bed.directory.known["crm"] = replace(bed.directory.known["crm"], state=State.ONBOARDING.value)
    return bed


def changes_of(bed, records):
    return [
        Change("customers", f"cu_{number:05}", ChangeKind.CHANGED, "1", bed.clock.now(), None, each)
        for number, each in enumerate(records)
    ]


def source_of(bed, changes, size=20):
    """Return a source whose cursor is the place of the next change."""

    def pages(cursor):
        for start in range(int(cursor or 0), len(changes), size):
            part = tuple(changes[start : start + size])
            yield Page.of(part, str(start + size), bed.clock.now())

    return pages


def load(bed, changes, **more):
    run = open_run(bed.hub, "crm", "customers")
    return take_in(
        bed.hub, run, source_of(bed, changes), in_turn(bed.hub), lambda _run: None, **more
    )


def without_ids(value):
    """Return a stored value with the names of list elements left out."""
    return re.sub("el_[0-9a-f]{32}", "el", value) if isinstance(value, str) else value


def told(bed):
    """Return all that is decided about each record, with ids replaced by external ids."""

    def read(connection):
        def rows(query):
            found = [dict(row._mapping) for row in connection.exec_driver_sql(query)]
            return [{name: without_ids(value) for name, value in row.items()} for row in found]

        crossrefs = rows("select * from crossref where connection = 'crm'")
        name = {row["golden_id"]: row["external_id"] for row in crossrefs}
        fixed = [
            "connection",
            "entity",
            "state",
            "is_primary",
            "version",
            "remote_version",
            "record",
            "base",
            "absent",
            "held",
            "parked",
            "writes",
            "mapping_version",
        ]
        goldens = rows("select * from golden")
        versions = rows("select * from golden_version")
        conflicts = rows("select * from conflict")
        # a first reading does not log who it was decided not to be
        weights = rows("select * from match_decision where zone <> 'new'")
        forms = rows("select * from match_form")
        keys = rows("select key, golden_id from blocking_key join match_form using (number)")
        kept = ("entity", "version", "state", "title", "folded", "body", "held", "decisions")
        return {
            "crossrefs": {row["external_id"]: {k: row[k] for k in fixed} for row in crossrefs},
            "goldens": {name[row["id"]]: {k: row[k] for k in kept} for row in goldens},
            "changes": {name[row["golden_id"]]: row["changes"] for row in versions},
            "asked": {
                (name[row["golden_id"]], name[row["subject"]]): row["why"] for row in conflicts
            },
            "weights": {
                (name[row["golden_id"]], name[row["other_id"]]): (row["zone"], row["weight"])
                for row in weights
            },
            "forms": {name[row["golden_id"]]: row["form"] for row in forms},
            "keys": {(row["key"], name[row["golden_id"]]) for row in keys},
        }

    return bed.hub.db.read(read)


def statistics(bed, kinds):
    return {
        kind: bed.hub.db.read(lambda c, kind=kind: index.statistics_of(c, kind)) for kind in kinds
    }


@pytest.fixture
def other_bed(open_house, clock, ids):
    database = open_house("other")
    database.create_all(METADATA)
    other = Bed(database, clock, ids)
    other.directory.known["crm"] = replace(
        other.directory.known["crm"], state=State.ONBOARDING.value
    )
    return other


def tell(bed, changes):
    """Send changes the ordinary road, one after the other."""
    for change in changes:
        new = NewEvent.of(
            change,
            event_id=bed.hub.env.ids.new("ev"),
            connection="crm",
            read_at=bed.clock.now(),
        )
        bed.hub.db.write(lambda c, new=new: events.insert(c, [new], bed.clock.now()))
        while decide_due(bed.hub):
            bed.clock.advance(0.01)


def test_bulk_decides_as_the_ordinary_road_does(onboarding, other_bed, people_twice):
    run = load(onboarding, changes_of(onboarding, people_twice))
    assert (run.taken, run.ordinary) == (len(people_twice), 0)
    assert run.suspects >= MANY // 8
    counted = statistics(onboarding, ("person", "company"))

    def count_the_same(connection):
        for kind, each in counted.items():
            index.save_statistics(connection, kind, each)

    other_bed.hub.db.write(count_the_same)
    tell(other_bed, changes_of(other_bed, people_twice))
    ours, theirs = told(onboarding), told(other_bed)
    for what, found in theirs.items():
        assert ours[what] == found, what


def test_weights_are_those_of_a_single_search(onboarding, people_twice):
    load(onboarding, changes_of(onboarding, people_twice))

    def check(connection):
        scorers = onboarding.hub.scorers
        scorers.refresh(connection, {"person"})
        scorer = scorers.of("person")
        numbers = [number for number, *_ in index.forms_after(connection, -1, 1000)]
        stored = index.forms_of(connection, numbers).values()
        forms = {golden_id: form for golden_id, _, form in stored}
        checked = 0
        rows = connection.exec_driver_sql(
            "select golden_id, other_id, evidence, weight from match_decision"
        )
        for golden_id, other_id, evidence, weight in rows:
            found = find_form(connection, scorer, forms[golden_id])
            online = {each.golden_id: each for each in found.matches}[other_id]
            assert online.weight == pytest.approx(weight, abs=1e-9)
            assert online.zone.value == json.loads(evidence)["zone"]
            checked += 1
        return checked

    assert onboarding.hub.db.read(check) >= MANY // 8


class Killed(Exception):
    """The process is no more."""


@pytest.mark.parametrize("at", [2, 4, 5])
def test_a_killed_run_goes_on_and_doubles_nothing(onboarding, other_bed, people_twice, at):
    load(other_bed, changes_of(other_bed, people_twice))
    steps = iter(range(1, 100))

    def until_killed(_run):
        if next(steps) == at:
            raise Killed

    changes = changes_of(onboarding, people_twice)
    run = open_run(onboarding.hub, "crm", "customers")
    source, spread = source_of(onboarding, changes), in_turn(onboarding.hub)
    with pytest.raises(Killed):
        take_in(onboarding.hub, run, source, spread, until_killed)
    assert onboarding.hub.db.read(store.unfinished) == [("crm", "customers")]
    done = load(onboarding, changes)
    assert (done.read, done.taken, done.ordinary) == (len(changes), len(changes), 0)
    assert told(onboarding) == told(other_bed)
    assert onboarding.hub.db.read(store.unfinished) == []


def test_what_is_not_plain_goes_the_ordinary_road(onboarding, people_twice):
    changes = changes_of(onboarding, people_twice[:10])
    twice = replace(changes[3], version="2")
    gone = replace(changes[4], kind=ChangeKind.DELETED, record=None)
    unreadable = replace(changes[5], record={**changes[5].record, "lifecycle": "?"})
    ours = replace(changes[6], client_key="xr_1")
    nameless = replace(changes[7], record={**a_customer(name=None), "id": "x"})
    special = [*changes[:4], twice, gone, unreadable, ours, nameless, *changes[8:]]
    run = load(onboarding, special)
    assert (run.read, run.taken) == (11, 5)
    assert run.ordinary == 6
    waiting = onboarding.hub.db.read(events.balance_sheet)
    assert waiting.undecided == 6


def test_a_record_that_may_be_known_already_goes_the_ordinary_road(onboarding, people_twice):
    erp = replace(changes_of(onboarding, people_twice[:1])[0], external_id="c_1")
    tell_erp = NewEvent.of(erp, event_id="ev_1", connection="erp", read_at=onboarding.clock.now())
    onboarding.hub.db.write(lambda c: events.insert(c, [tell_erp], onboarding.clock.now()))
    decide_due(onboarding.hub)
    run = load(onboarding, changes_of(onboarding, people_twice[:5]))
    assert (run.taken, run.ordinary) == (4, 1)
    while decide_due(onboarding.hub):
        pass
    joined = [row for row in onboarding.goldens() if row[1] != "merged"]
    assert len(joined) == 5


def test_a_record_that_was_told_of_as_deleted_is_read_again(onboarding, people_twice):
    changes = changes_of(onboarding, people_twice[:5])
    tell(onboarding, [replace(changes[1], kind=ChangeKind.DELETED, version="2", record=None)])
    run = load(onboarding, changes)
    assert (run.taken, run.ordinary) == (4, 1)
    while decide_due(onboarding.hub):
        pass
    assert len(onboarding.goldens()) == 4


def test_an_event_after_a_bulk_run_finds_its_record(onboarding, people_twice):
    changes = changes_of(onboarding, people_twice[:5])
    load(onboarding, changes)
    before = told(onboarding)
    later = replace(changes[2], version="2", record={**changes[2].record, "notes": "called"})
    tell(onboarding, [later])
    after = told(onboarding)
    assert after["goldens"].keys() == before["goldens"].keys()
    assert after["goldens"]["cu_00002"]["version"] == 2

    def life(connection):
        (golden_id,) = connection.exec_driver_sql(
            "select golden_id from crossref where external_id = 'cu_00002'"
        ).one()
        return versions_of(connection, golden_id, 10)

    second, first = onboarding.hub.db.read(life)
    assert second.changes["notes"][:3] == ["called", None, "newest"]
    new, old, _rule, _why, source, _rivals = first.changes["family_name"]
    assert (new, old, source) == (changes[2].record["family_name"], None, "crm")


def test_bulk_is_refused_where_others_decide(onboarding):
    onboarding.hub.db.write(lambda c: workers.seen(c, "wo_1", onboarding.clock.now()))
    with pytest.raises(BulkRefused, match="stop it first"):
        open_run(onboarding.hub, "crm", "customers")
    with pytest.raises(BulkRefused, match="approved already"):
        open_run(onboarding.hub, "erp", "customers")


def test_a_source_that_is_one_record_many_times_parks_its_connection(onboarding, people_twice):
    onboarding.hub = replace(
        onboarding.hub, settings=onboarding.hub.settings.model_copy(update={"link_fuse": 3})
    )
    load(onboarding, changes_of(onboarding, people_twice[:1] * 8))
    parked = {each.id: each.state for each in onboarding.hub.db.read(connections.all_connections)}
    assert parked["crm"] is State.PAUSED
