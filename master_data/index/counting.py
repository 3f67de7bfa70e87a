"""Counts frequencies over all stored forms, a stretch at a time, and says when they are outdated.

A golden record's number is a hash of its id: the first thousand are a fair sample of all.
"""

from dataclasses import dataclass, field

from ground.database import Connection
from master_data.index import store
from master_data.likeness.model import shipped_model
from master_data.likeness.statistics import Counting

__all__ = ["FIRST", "Tally", "outdated"]

FIRST = 20
"""So many golden records of a kind are worth counting; fewer tell what is usual from nothing."""
_SAMPLE = 1024
_STRETCH = 2000
_NUMBERS = 1 << 63
_PRUNED_EVERY = 100_000


def outdated(connection: Connection) -> bool:
    """Say whether golden records of some kind are twice as many as when they were counted."""
    counted = store.records_counted(connection)
    return any(
        many >= max(FIRST, 2 * counted.get(kind, 0)) for kind, many in _estimated(connection)
    )


def _estimated(connection: Connection) -> list[tuple[str, float]]:
    """Return about how many golden records there are of each kind, from the first in the index."""
    rows = store.first_of_each(connection, _SAMPLE)
    seen = sum(many for _, many, _ in rows)
    farthest = max((last for *_, last in rows), default=0)
    scale = _NUMBERS / (farthest + 1) if seen == _SAMPLE else 1.0
    return [(kind, many * scale) for kind, many, _ in rows]


@dataclass(slots=True)
class Tally:
    """One count under way. Call `step` until it returns False, then `save`."""

    under_way: bool = False
    _after: int = -1
    _counts: dict[str, Counting] = field(default_factory=dict)
    _seen: int = 0

    def begin(self) -> None:
        """Start from nothing."""
        self.under_way, self._after, self._seen = True, -1, 0
        self._counts.clear()

    def step(self, connection: Connection) -> bool:
        """Count some more; return whether there are any left."""
        rows = store.forms_after(connection, self._after, _STRETCH)
        for number, kind, form in rows:
            if kind not in self._counts:
                self._counts[kind] = Counting(shipped_model(kind))
            self._counts[kind].add(form)
            self._after = number
        before, self._seen = self._seen, self._seen + len(rows)
        if self._seen // _PRUNED_EVERY > before // _PRUNED_EVERY:
            for each in self._counts.values():
                each.forget_rare()
        return len(rows) == _STRETCH

    def save(self, connection: Connection) -> None:
        """Store what was counted."""
        for kind, counting in sorted(self._counts.items()):
            store.save_statistics(connection, kind, counting.done())

    def end(self) -> None:
        """Let go of what was counted."""
        self.begin()
        self.under_way = False
