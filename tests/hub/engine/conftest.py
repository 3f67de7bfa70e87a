"""Two in-memory systems, the shipped mappings, a real database: the whole road without HTTP."""

import importlib
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import hub
from connectors.contract import ChangeKind
from connectors.kit.memory import MemorySystem
from connectors.kit.memory_connector import MemoryConnector
from ground.env import Bell, Env
from hub.conflicts import store as conflicts
from hub.connections import store as connections
from hub.connections.model import StoredConnection
from hub.connections.rules import State
from hub.effects import store as effects
from hub.effects.service import deliver_connection
from hub.events import store as events
from hub.events.model import NewEvent
from hub.mapping_versions import store as mapping_versions
from hub.mapping_versions.model import Laws, LawsState, MappingRef
from hub.mapping_versions.shelf import Shelf
from hub.probing.service import probe_due
from hub.publishing.service import in_force, publish, roll_back, save_draft
from hub.remapping.service import remap_due
from hub.settings import HubSettings
from hub.sync.service import decide_due
from hub.wiring import Hub, OpenConnection
from mappings import compile_mapping, parse
from master_data.tables import METADATA

SYSTEMS = Path(__file__).parents[3] / "connectors" / "systems"
for each in Path(hub.__file__).parent.glob("*/tables.py"):
    importlib.import_module(f"hub.{each.parent.name}.tables")  # its rows on the hub's metadata


class SilentDoorbell:
    """Nobody sleeps here: the test runs the turns itself."""

    def __init__(self):
        self.bell = Bell()

    def ring(self):
        self.bell.ring()

    def listen(self):
        return self.bell

    def leave(self, bell):
        assert bell


class FixedDirectory:
    """The connections of one test; their health and mapping versions are as their rows say."""

    def __init__(self, db):
        self.db = db
        self.known = {}
        self.shelf = Shelf(db)

    def connections(self):
        return self.known

    def refresh(self):
        for stored in self.db.read(connections.all_connections):
            known = self.known[stored.id]
            mappings = dict(known.mappings) | self.shelf.in_force(stored.id, {})
            changed = {"state": stored.state.value, "health": stored.health.value}
            changed["mappings"] = mappings
            self.known[stored.id] = replace(known, **changed)

    def add(self, opened, now):
        version_of = self.shelf.versions_of(opened.id)
        self.known[opened.id] = replace(opened, version_of=version_of)
        stored = StoredConnection(
            id=opened.id,
            system=opened.system,
            title=opened.title,
            base_url="https://twin.example",
            state=State.LIVE,
            rank=opened.rank,
            approved_at=now,
            created_at=now,
            updated_at=now,
        )
        self.db.write(lambda c: connections.insert(c, stored))


def compiled(system):
    folder = SYSTEMS / system / "mappings"
    return {
        path.stem: compile_mapping(parse(path.read_text("utf-8"), name=f"{system}/{path.stem}"))
        for path in sorted(folder.glob("*.yaml"))
    }


class Bed:
    """A CRM, an ERP and a hub; `run` lets everything settle."""

    def __init__(self, database, clock, ids):
        self.clock = clock
        self.crm = MemorySystem(
            ("customers", "contacts", "products", "categories"),
            clock,
            fills={
                "customers": lambda _: a_customer(name=None) | {"lifecycle": "prospect"},
                "products": lambda _: a_product(),
                "categories": lambda _: {"code": None, "name": None, "parent_id": None},
            },
        )
        self.erp = MemorySystem(
            ("customers", "products", "categories"),
            clock,
            fills={
                "customers": lambda n: an_account(number=f"C{n:05d}", currency="EUR"),
                "products": lambda _: a_product(),
                "categories": lambda _: {"code": None, "name": None, "parent_id": None},
            },
        )
        nothing: Any = None
        env = Env(clock=clock, rng=random.Random(1), ids=ids, http=nothing, db=database)
        self.directory = FixedDirectory(database)
        self.connectors = {"crm": MemoryConnector(self.crm), "erp": MemoryConnector(self.erp)}
        for rank, name in enumerate(("erp", "crm")):
            opened = OpenConnection(
                id=name,
                system=f"simple_{name}",
                title=name.upper(),
                state="live",
                health="ok",
                rank=rank,
                skew_ms=0,
                settings={},
                version=1,
                connector=self.connectors[name],
                webhook_secrets=(),
                mappings=compiled(f"simple_{name}"),
            )
            self.directory.add(opened, clock.now())
        self.hub = Hub(
            env=env,
            settings=HubSettings(),
            directory=self.directory,
            doorbell=SilentDoorbell(),
            vault=nothing,
        )

    def keep_in(self, folder):
        """Let the hub keep its files in a folder."""
        settings = self.hub.settings.model_copy(update={"data": folder})
        self.hub = replace(self.hub, settings=settings)

    def system(self, name):
        return {"crm": self.crm, "erp": self.erp}[name]

    def tell(self, name, *, times=1):
        """Deliver what a system has to say as notices."""
        system = self.system(name)
        told, system.untold = list(dict.fromkeys(system.untold)), []
        new = [self.event(name, *each) for each in told for _ in range(times)]
        self.hub.db.write(lambda c: events.insert(c, new, self.clock.now()))
        return len(new)

    def event(self, name, object_type, external_id):
        row = self.system(name).rows[object_type][external_id]
        return NewEvent(
            id=self.hub.env.ids.new("ev"),
            connection=name,
            object_type=object_type,
            external_id=external_id,
            kind=ChangeKind.DELETED if row.deleted else ChangeKind.CHANGED,
            version=str(row.version),
            changed_at=row.changed_at,
            client_key=row.client_key,
            actor=row.actor,
            state=None if row.deleted else row.record(),
        )

    def hint(self, event):
        """Store an event that only says that something changed."""
        told = replace(event, state=None, version=None)
        self.hub.db.write(lambda c: events.insert(c, [told], self.clock.now()))

    def turn(self):
        """One turn of deciding and delivering; returns how much was done."""
        done = decide_due(self.hub)
        return done + sum(deliver_connection(self.hub, name) for name in self.hub.writable)

    def run(self, *, tell=True):
        """Go on until nothing is due and nobody has anything to say."""
        for _ in range(60):
            said = (self.tell("crm") + self.tell("erp")) if tell else 0
            done = self.turn()
            self.clock.advance(0.01)
            if not said and not done:
                return
        raise AssertionError("it never settles")

    def later(self, seconds):
        """Let time pass, ask failing systems whether they work again, and let all settle."""
        self.clock.advance(seconds)
        probe_due(self.hub)
        self.run()

    def put_in(self, name, connector):
        """Let a system be spoken to by another connector."""
        self.directory.known[name] = replace(self.directory.known[name], connector=connector)

    def draft(self, name, object_type, *edits):
        """Save a draft: the text in force with every (old, new) replaced once."""
        ref = MappingRef(name, object_type)
        text = in_force(self.hub, ref).text
        for old, new in edits:
            assert text.count(old) == 1, (old, text.count(old))
            text = text.replace(old, new)
        return self.draft_text(ref, text)

    def draft_text(self, ref, text):
        draft, checked = save_draft(self.hub, ref, text, author="us_1")
        assert checked.remarks == (), checked.remarks
        return draft

    def publish(self, name, object_type, *edits, settle=True):
        """Publish such a draft and let records and systems follow."""
        published = self.publish_draft(self.draft(name, object_type, *edits))
        if settle:
            self.remap()
            self.run()
        return published

    def publish_draft(self, draft):
        """Publish a draft; its laws are taken for tried, that is another test's matter."""
        green = Laws(LawsState.GREEN)
        self.hub.db.write(lambda c: mapping_versions.note_laws(c, draft, green))
        return publish(self.hub, draft.ref, seen=draft.revision, by="us_1")

    def roll_back(self, name, object_type, to=None):
        ref = MappingRef(name, object_type)
        seen = in_force(self.hub, ref).number
        version = roll_back(self.hub, ref, seen=seen, by="us_1", to=to)
        self.remap()
        self.run()
        return version

    def remap(self):
        """Bring every record to the versions in force."""
        for _ in range(200):
            if not remap_due(self.hub):
                return
        raise AssertionError("records never reach the version in force")

    def rows(self, name, object_type="customers"):
        return [each.values for each in self.system(name).living(object_type)]

    def conflicts(self):
        def read(connection):
            found = connection.exec_driver_sql("select id from conflict where closed_at is null")
            return [conflicts.conflict_by_id(connection, row[0]) for row in found]

        return self.hub.db.read(read)

    def balance(self):
        return self.hub.db.read(events.balance_sheet)

    def open_effects(self):
        return self.hub.db.read(effects.counts)

    def effects(self):
        """Return (connection, operation, state) of every effect, oldest first."""

        def read(connection):
            query = "select connection, operation, state from effect order by id"
            return [tuple(row) for row in connection.exec_driver_sql(query)]

        return self.hub.db.read(read)

    def goldens(self, entity="customer"):
        def read(connection):
            query = f"select id, state from golden where entity = '{entity}'"
            return [tuple(row) for row in connection.exec_driver_sql(query)]

        return self.hub.db.read(read)


@pytest.fixture
def bed(open_house, clock, ids):
    database = open_house("hub")
    database.create_all(METADATA)
    return Bed(database, clock, ids)


def a_customer(**values):
    return {
        "kind": "organisation",
        "name": "Talleres Ibarra",
        "legal_name": None,
        "given_name": None,
        "family_name": None,
        "lifecycle": "customer",
        "roles": ["customer"],
        "owner": None,
        "language": "es",
        "currency": None,
        "payment_terms": None,
        "payment_method": None,
        "price_list": None,
        "tax_class": None,
        "credit_limit": None,
        "erp_number": None,
        "addresses": [],
        "contact_points": [],
        "tax_ids": [],
        "other_ids": [],
        "consents": [],
    } | values


def an_account(**values):
    shape = a_customer(name=None, roles=[], language=None, kind="organisation")
    for name in ("lifecycle", "owner", "consents", "erp_number"):
        del shape[name]
    return shape | {"number": None, "status": "active"} | values


def a_product(**values):
    return {
        "sku": None,
        "name": None,
        "description": None,
        "type": "goods",
        "gtins": [],
        "category_id": None,
        "uom": "C62",
        "prices": [],
        "tax_class": None,
        "lifecycle": "active",
        "weight": None,
        "origin": None,
        "hs_code": None,
    } | values


@pytest.fixture
def customer():
    return a_customer


@pytest.fixture
def account():
    return an_account
