"""Reads the log of match decisions back: what was weighed then, to the bit, and in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ground.database import Connection
from hub.matching import store
from hub.matching.model import Matched
from master_data.likeness.model import Zone
from master_data.likeness.sentences import explain_pair, from_json

__all__ = ["matches_of"]


def matches_of(connection: Connection, golden_ids: Iterable[str]) -> tuple[Matched, ...]:
    """Return the latest decisions about golden records, the newest first."""
    ids: Sequence[str] = sorted(set(golden_ids))
    return tuple(_matched(row) for row in store.decisions_of(connection, ids))


def _matched(row: Mapping[str, Any]) -> Matched:
    evidence = row["evidence"]
    weighed = from_json(evidence)
    kind, came = evidence.get("kind", row["entity"]), evidence.get("came", "")
    told = {name: row[name] for name in Matched.__slots__ if name in row}
    return Matched(
        **told,
        came=Zone(row["zone"]),
        weighed=weighed,
        keys=tuple(evidence["keys"]),
        sentences=tuple(explain_pair(kind, weighed, came)),
    )
