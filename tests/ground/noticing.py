"""A small app that tells what changes in it, and a wire that answers as a test says."""

import json
import random
from typing import Any

from sqlalchemy import Column, Integer, String, Table, func, select

from ground.columns import Instant, metadata
from ground.door import Response
from ground.env import Env
from ground.notices import Change, Outbox, Sender, notice_tables
from ground.statements import insert_many

METADATA = metadata()
OUTBOX = Outbox(notice_tables(METADATA))
CUSTOMERS = Table(
    "customers",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String(80)),
    Column("updated_at", Instant),
    Column("deleted_at", Instant),
)
NOTICES = OUTBOX.tables.notices
PENDING = OUTBOX.tables.pending


def load(connection, name, ids):
    rows = connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.id.in_(ids)))
    return {
        row.id: {
            "id": row.id,
            "version": row.version,
            "name": row.name,
            "updated_at": row.updated_at,
            "deleted_at": row.deleted_at,
            "external_ref": None,
            "updated_by": "us_1",
        }
        for row in rows
    }


class Wire:
    """A door whose peer answers as the test says and remembers what it was sent."""

    def __init__(self):
        self.sent = []
        self.plan = []
        self.usual = 200

    def request(self, method, url, *, headers, body, **settings):
        self.sent.append((headers, body))
        reply = self.plan.pop(0) if self.plan else self.usual
        if isinstance(reply, Exception):
            raise reply
        if callable(reply):
            reply = reply()
        status, extra = reply if isinstance(reply, tuple) else (reply, {})
        return Response(status, extra, b"")

    @property
    def changes(self):
        return [[c["id"] for c in json.loads(body)["changes"]] for _, body in self.sent]

    @property
    def ids(self):
        return [headers["webhook-id"] for headers, _ in self.sent]


class App:
    """A small app with customers, an outbox and one sender."""

    def __init__(self, database, clock, ids):
        self.db = database
        self.clock = clock
        self.wire = Wire()
        http: Any = self.wire
        self.env = Env(clock=clock, rng=random.Random(7), ids=ids, http=http, db=database)
        database.create_all(METADATA)
        self.sender = self.restart()

    def restart(self):
        self.sender = Sender(self.env, OUTBOX, load)
        return self.sender

    def listen(self, url="https://hub.example/hooks", topics=(), except_by=None):
        return self.db.write(
            lambda connection: OUTBOX.add(
                connection, self.env, url, topics=topics, by="us_1", except_by=except_by
            )
        )

    def save(self, *ids, version=1, name="n", deleted=False, by="us_1"):
        now = self.clock.now()
        rows = [
            {
                "id": each,
                "version": version,
                "name": name,
                "updated_at": now,
                "deleted_at": now if deleted else None,
            }
            for each in ids
        ]
        changes = [Change("customers", each, version, now, by) for each in ids]

        def unit(connection):
            insert_many(connection, CUSTOMERS, rows, on_conflict=["id"])
            return OUTBOX.announce(connection, changes)

        return self.db.write(unit)

    def count(self, table, *where):
        statement = select(func.count()).select_from(table).where(*where)
        return self.db.read(lambda connection: connection.execute(statement).scalar_one())

    def states(self):
        statement = select(NOTICES.c.state).order_by(NOTICES.c.id)
        return self.db.read(lambda connection: list(connection.execute(statement).scalars()))

    def endpoint(self):
        (found,) = self.db.read(OUTBOX.endpoints)
        return found

    def wait_until_due(self):
        """Move the clock to the next instant at which there may be something to send."""
        _, seconds = self.db.read(self.sender._claims.waiting)
        self.clock.advance(seconds or 0.0)

    def until_quiet(self):
        while self.sender.run_once():
            pass
