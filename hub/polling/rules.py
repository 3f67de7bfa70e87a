"""Which of the changes a feed tells are news."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from connectors.contract import Change, ChangeKind, Record

__all__ = ["news", "remember", "versioned"]

_MOST_TOLD = 500
Told = Mapping[str, str | None]
Digest = Callable[[Record], bytes]


def versioned(change: Change, canonical: Digest) -> Change:
    """Return the change with a version: its own, else a hash of the record's canonical bytes."""
    if change.version is not None:
        return change
    if change.kind is ChangeKind.DELETED or change.record is None:
        return replace(change, version=change.kind.value)
    return replace(change, version=hashlib.sha256(canonical(change.record)).hexdigest())


def news(
    changes: Sequence[Change],
    known: Mapping[str, str | None],
    waiting: AbstractSet[tuple[str, str | None]],
    told: Told,
) -> list[Change]:
    """Return the changes whose version is not held, not waiting for a decision, not told before.

    `known`: external id -> version held; `waiting`: (external id, version). Of several states of
    one record in a page the last one counts. What was told before and is not held was rejected or
    superseded: telling it again at every overlap would never end.
    """
    latest = {change.external_id: change for change in changes}
    return [
        change
        for external_id, change in latest.items()
        if (known.get(external_id) is None or known[external_id] != change.version)
        and (external_id, change.version) not in waiting
        and not (external_id in told and told[external_id] == change.version)
    ]


def remember(told: Told, changes: Sequence[Change]) -> dict[str, str | None]:
    """Return the latest told versions with those of these changes; only so many are kept."""
    fresh = {change.external_id: change.version for change in changes}
    kept = {each: version for each, version in told.items() if each not in fresh} | fresh
    return dict(list(kept.items())[-_MOST_TOLD:])
