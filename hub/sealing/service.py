"""Seals the audit every few seconds below the commit horizon, and verifies the whole chain."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ground.database import Connection
from hub.sealing import store
from hub.sealing.rules import FIRST, Block, Row, broken, seal
from hub.wiring import Hub

__all__ = ["Verdict", "seal_due", "verify"]

_LARGEST = 1_000
_PAGE = 100
_INSTANT = timedelta(microseconds=1)


@dataclass(slots=True)
class Verdict:
    """What `verify` found; `unsealed`: rows of the tail that no block holds yet."""

    blocks: int = 0
    rows: int = 0
    head: str = FIRST
    broken: list[str] = field(default_factory=list)
    unsealed: int = 0
    sealed_until: datetime | None = None


def seal_due(hub: Hub) -> bool:
    """Seal one block; return whether more rows wait below the horizon.

    It is worked out outside of the transaction that chains it: below the horizon no row changes.
    """
    if not hub.db.read(store.is_unsealed):
        return False
    found = hub.db.read(lambda c: _rows(hub, c))
    if found is None:
        return False
    before, since, until, rows, more = found
    number, previous = (before.number + 1, before.digest) if before else (1, FIRST)
    block = seal(number, since, until, rows, previous)

    def chain(connection: Connection) -> bool:
        if store.last_block(connection) != before:
            return True  # somebody else was faster
        store.add_block(connection, block, hub.db.now(connection))
        return more

    return hub.db.write(chain)


def _rows(
    hub: Hub, connection: Connection
) -> tuple[Block | None, datetime, datetime, list[Row], bool] | None:
    """Return the last block, the stretch behind it and its rows, and whether more wait."""
    until = store.horizon(connection, hub.db.now(connection))
    before = store.last_block(connection)
    if before is None:
        first = store.first_at(connection)
        since = first - _INSTANT if first else until
    else:
        since = before.until
    last = store.nth_at(connection, since, until, _LARGEST)
    until = min(until, last or until)
    if until <= since:
        return None
    rows = store.rows_in(connection, since, until)
    return (before, since, until, rows, last is not None) if rows else None


def verify(hub: Hub) -> Verdict:
    """Read the whole chain again; what was changed, added or removed is named."""
    verdict = Verdict()
    since: datetime | None = None
    number = 0
    while blocks := hub.db.read(lambda c, number=number: store.blocks_after(c, number, _PAGE)):  # type: ignore[misc]
        for block in blocks:
            if block.number != number + 1:
                verdict.broken.append(f"blocks {number + 1} to {block.number - 1} are missing")
            if since is not None and block.since != since:
                verdict.broken.append(f"block {block.number}: it does not begin where one ended")
            rows = hub.db.read(lambda c, b=block: store.rows_in(c, b.since, b.until))  # type: ignore[misc]
            trouble = broken(block, rows, verdict.head)
            if trouble:
                verdict.broken.append(f"block {block.number}, until {block.until}: {trouble}")
            verdict.blocks, verdict.rows = verdict.blocks + 1, verdict.rows + len(rows)
            verdict.head, since, number = block.digest, block.until, block.number
    verdict.sealed_until = since
    verdict.unsealed = hub.db.read(lambda c: _tail(hub, c, since))
    return verdict


def _tail(hub: Hub, connection: Connection, since: datetime | None) -> int:
    first = store.first_at(connection)
    if since is None:
        since = first - _INSTANT if first else hub.db.now(connection)
    return len(store.rows_in(connection, since, hub.db.now(connection) + timedelta(days=1)))
