"""`doctor`: looks at everything an installation stands on and says what to do."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import typer

from ground import strict_json
from ground.database import DatabaseBusy
from ground.door import DoorError
from ground.lineage import is_current
from hub.broker import redis_answers
from hub.connections.secrets import load_key
from hub.errors import KeyTrouble
from rectoverso.commands.options import AsJson, Data, Host, Port, print_json, print_table
from rectoverso.errors import NotPossible
from rectoverso.settings import Settings
from rectoverso.wiring import MIGRATIONS, Houses

_LEAST_FREE = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` is empty when it is well."""

    subject: str
    state: str
    advice: str = ""


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    app.command(name)(doctor)


def doctor(
    *, data: Data = None, host: Host = None, port: Port = None, as_json: AsJson = False
) -> None:
    """Find out what is wrong and what to do about it. Exit code 1 if anything is."""
    houses = Houses(Settings.load(data=data, host=host, port=port))
    try:
        found = [finding for look in LOOKS for finding in look(houses)]
    finally:
        houses.close()
    rows = [{"subject": each.subject, "state": each.state, "advice": each.advice} for each in found]
    if as_json:
        print_json({"well": not any(each.advice for each in found), "findings": rows})
    else:
        print_table(("subject", "state", "advice"), rows)
    if troubles := sum(bool(each.advice) for each in found):
        raise NotPossible(f"{troubles} things need attention.")


def _folder(houses: Houses) -> Iterator[Finding]:
    folder = houses.settings.data
    if not folder.is_dir():
        yield Finding("data folder", "missing", f"Make {folder} with `rectoverso init`.")
        return
    free = shutil.disk_usage(folder).free
    advice = "" if free > _LEAST_FREE else "Free some disk space; writing stops when it is full."
    yield Finding("data folder", f"{free // 1024**2} MB free", advice)


def _databases(houses: Houses) -> Iterator[Finding]:
    if houses.settings.database_url is None:
        yield Finding("SQLite", sqlite3.sqlite_version)
    for house, migrations in MIGRATIONS.items():
        subject = f"database of {house}"
        try:
            current = is_current(migrations, houses.settings.database(house), house)
        except DatabaseBusy:
            yield Finding(subject, "no answer", "Look whether the database runs and the URL fits.")
        else:
            advice = "" if current else "Run `rectoverso init`."
            yield Finding(subject, "up to date" if current else "behind", advice)


def _doorbell(houses: Houses) -> Iterator[Finding]:
    url = houses.hub_settings.redis_url
    if url is None:
        return
    heard = redis_answers(url.get_secret_value())
    advice = "" if heard else "Look whether Redis runs and the URL fits; work is slower without it."
    yield Finding("doorbell", "answers" if heard else "no answer", advice)


def _key(houses: Houses) -> Iterator[Finding]:
    try:
        load_key(houses.hub_settings, houses.env("hub").rng)
    except KeyTrouble as error:
        yield Finding("key", "unusable", f"Secrets cannot be opened: {error}.")
    else:
        yield Finding("key", "usable")


def _server(houses: Houses) -> Iterator[Finding]:
    url = f"{houses.settings.url}/readyz"
    try:
        answer = houses.http.request("GET", url, deadline=5.0)
    except DoorError:
        yield Finding("server", "no answer", "Start it with `rectoverso up`.")
        return
    found = strict_json.loads(answer.body)
    workers = found.get("workers", 0) if isinstance(found, dict) else 0
    advice = "" if workers else "Start a worker with `rectoverso work`."
    yield Finding("server", "answers")
    yield Finding("workers", str(workers), advice)


LOOKS: tuple[Callable[[Houses], Iterator[Finding]], ...] = (
    _folder,
    _databases,
    _doorbell,
    _key,
    _server,
)
"""All that is looked at, in this order."""
