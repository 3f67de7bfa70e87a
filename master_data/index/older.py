"""Match keys of golden records that are older than the index; nothing adds to them any more."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, exists, select

from ground.database import Connection
from ground.statements import among, keys
from master_data.tables import match_key

__all__ = ["are_left", "forget", "ids_by_key"]

_HITS = select(match_key.c.key, match_key.c.golden_id).where(among(match_key.c.key, "ks"))


def are_left(connection: Connection) -> bool:
    """Say whether some golden records are found by match keys only."""
    return bool(connection.scalar(select(exists().select_from(match_key))))


def ids_by_key(connection: Connection, wanted: Iterable[str]) -> dict[str, list[str]]:
    """Return match key -> ids of the golden records that have it."""
    hits: dict[str, list[str]] = {}
    for row in connection.execute(_HITS, {"ks": keys(connection, sorted(set(wanted)))}):
        hits.setdefault(row.key, []).append(row.golden_id)
    return {key: sorted(found) for key, found in hits.items()}


def forget(connection: Connection, golden_ids: Sequence[str]) -> None:
    """Delete the match keys of golden records."""
    if golden_ids:
        leaving = delete(match_key).where(among(match_key.c.golden_id, "ids"))
        connection.execute(leaving, {"ids": keys(connection, golden_ids)})
