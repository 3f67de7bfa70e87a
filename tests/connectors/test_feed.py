"""Whatever happens between two pages: the feed shows the last version of every record."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.contract import ConnectionConfig
from connectors.declarative.connector import DeclarativeConnector
from connectors.manifest import Manifest
from ground.door import SafeHttp
from tests.connectors.conftest import BASE, BULK

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Ledger:
    """A clock and a system: it lists by (stamp, id) from an inclusive instant, by keyset tokens.

    A late commit becomes visible with a stamp up to four seconds old.
    """

    def __init__(self):
        self.rows = {}
        self.time = START

    def now(self):
        return self.time

    def monotonic(self):
        return (self.time - START).total_seconds()

    def sleep(self, seconds):
        raise AssertionError(seconds)

    def change(self, number, pause, late):
        self.time += timedelta(seconds=pause)
        version = self.rows.get(number, {"version": 0})["version"] + 1
        stamp = (self.time - timedelta(seconds=late)).isoformat()
        self.rows[number] = {"id": f"r{number}", "version": version, "updated_at": stamp}

    def delete(self, number, pause):
        self.change(number, pause, 0)
        self.rows[number]["deleted_at"] = self.rows[number]["updated_at"]

    def __call__(self, request):
        query = request.url.params
        place = tuple(json.loads(query["after"])) if "after" in query else ("", "")
        since = datetime.fromisoformat(query["updated_since"]).isoformat()
        rows = sorted(self.rows.values(), key=lambda row: (row["updated_at"], row["id"]))
        rows = [row for row in rows if row["updated_at"] >= since]
        rows = [row for row in rows if (row["updated_at"], row["id"]) > place]
        page = rows[: int(query["limit"])]
        more = len(rows) > len(page)
        token = json.dumps([page[-1]["updated_at"], page[-1]["id"]]) if more else None
        return httpx.Response(200, json={"items": page, "next": token})


class Reader:
    """Follows the feed and remembers the last it saw of each record."""

    def __init__(self, ledger):
        door = SafeHttp(allow={"127.0.0.1:80"}, clock=ledger, transport=httpx.MockTransport(ledger))
        manifest = Manifest.model_validate(BASE | {"bulk": BULK, "limits": {"burst": 1000}})
        config = ConnectionConfig("http://127.0.0.1", str)
        self.connector = DeclarativeConnector(manifest, {}, config, door, ledger)
        self.cursor = None
        self.seen = {}

    def page(self, limit):
        page = self.connector.changes("customers", self.cursor, limit)
        self.cursor = page.cursor
        for change in page.changes:
            self.seen[change.external_id] = (change.kind == "deleted", change.version)
        return page.more

    def to_the_end(self):
        while self.page(3):
            pass


records = st.integers(0, 7)
pauses = st.sampled_from([0, 0, 0, 1, 9])
changes = st.tuples(st.just("change"), records, pauses, st.sampled_from([0, 0, 1, 4]))
deletes = st.tuples(st.just("delete"), records, pauses)
pages = st.tuples(st.just("page"), st.integers(1, 3))


@given(st.lists(st.one_of(changes, changes, deletes, pages), max_size=60))
@example(  # a row appears behind a place that the reading has passed
    [
        ("change", 1, 9, 0),
        ("change", 2, 0, 0),
        ("page", 1),
        ("change", 0, 1, 4),
        ("change", 3, 9, 0),
    ]
)
def test_the_feed_shows_the_last_version_of_every_record(steps):
    ledger = Ledger()
    reader = Reader(ledger)
    act: dict[str, Any] = {"page": reader.page, "change": ledger.change, "delete": ledger.delete}
    for name, *arguments in steps:
        act[name](*arguments)
    reader.to_the_end()
    reader.to_the_end()
    assert reader.seen == {
        row["id"]: ("deleted_at" in row, str(row["version"])) for row in ledger.rows.values()
    }
