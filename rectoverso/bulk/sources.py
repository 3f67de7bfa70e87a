"""Where the records of a first reading come from: a system's own listing, or a file of them.

A file holds one JSON document a line: `{"id": …, "version": …, "changed_at": …, "record": {…}}`,
the record in the system's own words; version and changed_at may be missing.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

from connectors.contract import Change, ChangeKind
from ground import strict_json
from ground.strict_json import canonical
from hub.bulk.model import Page
from hub.bulk.service import Source
from hub.polling.rules import versioned
from hub.wiring import Hub
from rectoverso.errors import CommandError

_PAGE = 1_000


def listing(hub: Hub, connection: str, object_type: str) -> Source:
    """Return the pages of a system's listing."""

    def pages(cursor: str | None) -> Iterator[Page]:
        connector, more = hub.connector(connection), True
        while more:
            read_at = hub.db.read(hub.db.now)
            page = connector.changes(object_type, cursor, hub.settings.poll_page)
            changes = tuple(versioned(change, canonical) for change in page.changes)
            yield Page.of(changes, page.cursor, read_at)
            cursor, more = page.cursor, page.more

    return pages


def lines(hub: Hub, path: Path, object_type: str) -> Source:
    """Return the pages of a file; the cursor is the place of the next line in bytes."""

    def pages(cursor: str | None) -> Iterator[Page]:
        read_at = hub.db.read(hub.db.now)
        try:
            with path.open("rb") as file:
                place = file.seek(int(cursor or 0))
                while found := list(islice(file, _PAGE)):
                    place += sum(map(len, found))
                    told = [each for each in found if not each.isspace()]
                    tell = partial(_changes, told, object_type, path)
                    yield Page(len(told), tell, str(place), read_at)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error

    return pages


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"changed_at {text} says no time zone")
    return found


def _changes(lines: list[bytes], object_type: str, path: Path) -> tuple[Change, ...]:
    return tuple([_change(each, object_type, path) for each in lines])


def _change(line: bytes, object_type: str, path: Path) -> Change:
    try:
        said = strict_json.loads(line)
        version, at = said.get("version"), said.get("changed_at")
        change = Change(
            object_type=object_type,
            external_id=str(said["id"]),
            kind=ChangeKind.CHANGED,
            version=None if version is None else str(version),
            changed_at=_instant(at) if at else None,
            client_key=None,
            record=dict(said["record"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        shown = line[:60].decode("utf-8", "replace").strip()
        raise CommandError(
            f"{path}: a line is no record ({error}); each must be "
            f'{{"id": …, "record": {{…}}}}: {shown}…'
        ) from error
    return versioned(change, canonical)
