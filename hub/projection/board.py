"""The golden records and crossrefs of one batch, as read, and what became of them in memory.

Lanes of one batch may meet in one golden record: each decision sees what the one before it did.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from master_data.model import (
    Contribution,
    Crossref,
    CrossrefState,
    Flat,
    Golden,
    GoldenState,
)
from master_data.pins import person_says

Place = tuple[str, str, str]
"""(connection, object type, external id)."""

Seat: TypeAlias = tuple[str, str | None, bool]
"""(golden id, external id, is primary): where a crossref stands and is looked for."""


def seat_of(crossref: Crossref) -> Seat:
    """Return where a crossref stands."""
    return crossref.golden_id, crossref.external_id, crossref.is_primary


@dataclass(slots=True)
class Board:
    """Rows by id. `read_*`: the versions they were read at, the fence of the write.

    `apart`: pairs of golden records that somebody told apart.
    """

    goldens: dict[str, Golden] = field(default_factory=dict)
    crossrefs: dict[str, Crossref] = field(default_factory=dict)
    by_place: dict[Place, str] = field(default_factory=dict)
    of_golden: dict[str, list[str]] = field(default_factory=dict)
    read_goldens: dict[str, int] = field(default_factory=dict)
    read_crossrefs: dict[str, int] = field(default_factory=dict)
    read_bodies: dict[str, Flat] = field(default_factory=dict)
    read_seats: dict[str, Seat] = field(default_factory=dict)
    read_held: dict[str, frozenset[str]] = field(default_factory=dict)
    apart: set[frozenset[str]] = field(default_factory=set)
    unlinked: set[Place] = field(default_factory=set)
    unkeyed: set[str] = field(default_factory=set)
    idle: set[str] = field(default_factory=set)
    """Crossrefs of creates that are planned and not under way: a record found first takes one."""
    touched: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    def add_goldens(self, goldens: Mapping[str, Golden]) -> None:
        """Take golden records as read; the keys may be old ids of merged ones."""
        for golden in goldens.values():
            if golden.id not in self.goldens:
                self.goldens[golden.id] = golden
                self.read_goldens[golden.id] = golden.version
                self.read_bodies[golden.id] = golden.body if is_found(golden) else {}

    def add_crossrefs(self, crossrefs: Iterable[Crossref]) -> None:
        """Take crossrefs as read."""
        for crossref in crossrefs:
            if crossref.id not in self.crossrefs:
                self.read_crossrefs[crossref.id] = crossref.version
                self.read_held[crossref.id] = frozenset(crossref.held)
                self.read_seats[crossref.id] = seat_of(crossref)
                self._index(crossref)

    def put_crossref(self, crossref: Crossref) -> None:
        """Store a crossref in memory, new or changed."""
        self._index(crossref)
        self.changed.add(crossref.id)

    def put_golden(self, golden: Golden) -> None:
        """Store a golden record in memory, new or changed, to be found by the next."""
        self.goldens[golden.id] = golden
        self.touched.add(golden.id)
        self.unkeyed.add(golden.id)

    def _index(self, crossref: Crossref) -> None:
        self.crossrefs[crossref.id] = crossref
        if crossref.external_id is not None:
            place = (crossref.connection, crossref.object_type, crossref.external_id)
            self.by_place[place] = crossref.id
        mates = self.of_golden.setdefault(crossref.golden_id, [])
        if crossref.id not in mates:
            mates.append(crossref.id)

    def crossref_at(self, place: Place) -> Crossref | None:
        """Return the crossref of an external record."""
        found = self.by_place.get(place)
        return self.crossrefs[found] if found else None

    def crossrefs_of(self, golden_id: str) -> list[Crossref]:
        """Return every crossref of a golden record."""
        return [self.crossrefs[each] for each in self.of_golden.get(golden_id, ())]

    def taken(self, golden_id: str, connection: str, object_type: str) -> bool:
        """Say whether a golden record has, or is getting, a record of this kind in this system."""
        return any(
            each.connection == connection
            and each.object_type == object_type
            and each.state is not CrossrefState.GONE
            and each.id not in self.idle
            for each in self.crossrefs_of(golden_id)
        )

    def idle_create(self, golden_id: str, connection: str, object_type: str) -> Crossref | None:
        """Return a create of a golden record in a system that nobody has begun to send."""
        mine = (connection, object_type)
        return next(
            (
                each
                for each in self.crossrefs_of(golden_id)
                if each.id in self.idle
                and each.external_id is None
                and (each.connection, each.object_type) == mine
            ),
            None,
        )

    def rivals_of(self, golden: Golden, but: str) -> Callable[[str], list[Contribution]]:
        """Return what tells the contributions to a path from other crossrefs and persons."""
        mates = [each.contributions for each in self.crossrefs_of(golden.id) if each.id != but]

        def rivals(path: str) -> list[Contribution]:
            said = [mate[path] for mate in mates if path in mate]
            decision = golden.decisions.get(path)
            return [*said, person_says(decision)] if decision else said

        return rivals


def is_found(golden: Golden) -> bool:
    """Say whether a golden record is found by others; merged and gone ones are not."""
    return golden.state not in (GoldenState.MERGED, GoldenState.GONE)
