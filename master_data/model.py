"""The words of golden records as plain values. Nothing here reads a clock or a database.

A golden body is *flat*: `{path: value}`. A path is a dotted name ("terms.currency") or one list
element ("addresses[el_…]"); a missing path is blank. Values are JSON without floats.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, NamedTuple, NewType, TypeAlias

Value: TypeAlias = Any
Flat: TypeAlias = dict[str, Value]
Record: TypeAlias = dict[str, Any]

GoldenId = NewType("GoldenId", str)
CrossrefId = NewType("CrossrefId", str)
ConnectionId = NewType("ConnectionId", str)

_PLAIN = 6  # parts of a stored contribution that no mapping version read anew
_PAIR = 2  # parts of a stored base that is where it is read

BLANKS: tuple[Value, ...] = (None, "", [], {})


def is_blank(value: Value) -> bool:
    """Say whether a value stands for nothing: null, empty text, empty list or object."""
    return value in BLANKS and value is not False and value != 0


def element_path(list_path: str, element_id: str) -> str:
    """Name one list element as a path: `addresses[el_1]`."""
    return f"{list_path}[{element_id}]"


@lru_cache(maxsize=8192)  # the paths of one batch, again and again
def split_path(path: str) -> tuple[str, str | None]:
    """Split `addresses[el_1]` into ("addresses", "el_1"); a scalar path has no element."""
    if not path.endswith("]"):
        return path, None
    list_path, _, rest = path.partition("[")
    return list_path, rest[:-1]


class GoldenState(StrEnum):
    """`unconfirmed`: a possible duplicate, its creates elsewhere are held."""

    ACTIVE = "active"
    UNCONFIRMED = "unconfirmed"
    MERGED = "merged"
    GONE = "gone"


class CrossrefState(StrEnum):
    """`creating`: planned in its system, not answered yet, so without external id."""

    CREATING = "creating"
    LIVE = "live"
    GONE = "gone"
    FROZEN = "frozen"


class Remap(NamedTuple):
    """Which mapping version read a contribution anew.

    `was`: the contribution it replaced; `stood`: the golden value of that moment, `at` (micros);
    `displaced`: the value has another place in the app since, where the system said nothing.
    """

    version: int
    was: "Contribution | None"
    stood: Value
    displaced: bool = False
    at: int = 0


class Contribution(NamedTuple):
    """A value that a system or a person authored. Times are UTC epoch microseconds.

    The edit lies in (since, at]; `stamp` is the source's own time, clamped into it. `remap`: the
    words are as old as that, but were understood so only when a mapping version was published.
    """

    source: str
    value: Value
    since: int
    at: int
    stamp: int
    event: str
    filled: bool = False
    remap: Remap | None = None

    def stands_in(self, base: "Base | None") -> bool:
        """Say whether what the system holds, as of `base`, is what it authored, not a mirror."""
        displaced = self.remap is not None and self.remap.displaced
        return base is not None and self.value == base.golden and not displaced

    def to_json(self) -> list[Value]:
        """Return the stored form, [value, since, at, stamp, event] and flags where there are any.

        The source is the row that holds it.
        """
        stored: list[Value] = [*self[1:_PLAIN]]
        if self.remap is not None:
            version, was, *rest = self.remap
            before = was.to_json() if was else None
            return [*stored, self.filled, [version, before, *rest]]
        return [*stored, True] if self.filled else stored

    @staticmethod
    def from_json(source: str, stored: Sequence[Value]) -> "Contribution":
        """Read the stored form back."""
        if len(stored) <= _PLAIN:
            return Contribution(source, *stored)
        value, since, at, stamp, event, filled, (version, was, *rest) = stored
        known = Contribution.from_json(source, was) if was else None
        remap = Remap(version, known, *rest)
        return Contribution(source, value, since, at, stamp, event, filled, remap)


def contributions_of(source: str, stored: dict[str, list[Value]]) -> dict[str, Contribution]:
    """Read the stored forms of all contributions of one source back."""
    return {
        path: _contribution((source, *each, False, None))
        if len(each) < _PLAIN
        else Contribution.from_json(source, each)
        for path, each in stored.items()
    }


# Without the detour over keyword arguments: a third of the time, thirty times a record.
_contribution: Callable[[tuple[Value, ...]], Contribution] = partial(tuple.__new__, Contribution)


class Base(NamedTuple):
    """What a system and the hub agreed on last: (value in the system's words, golden value).

    `place`: where in the app it stood, once no mapping reads it any more; None: where it is read.
    """

    words: Value
    golden: Value
    place: str | None = None

    def to_json(self) -> Sequence[Value]:
        """Return the stored form."""
        return self[: 2 if self.place is None else 3]


def bases_of(stored: dict[str, list[Value]]) -> dict[str, Base]:
    """Read the stored forms of all that one system and the hub agreed on back."""
    return {
        path: _base((*each, None)) if len(each) == _PAIR else Base(*each)
        for path, each in stored.items()
    }


_base: Callable[[tuple[Value, ...]], Base] = partial(tuple.__new__, Base)


@dataclass(frozen=True, slots=True)
class Golden:
    """The hub's agreed record of one real thing; `provenance`: path -> version that set it."""

    id: GoldenId
    entity: str
    version: int
    state: GoldenState
    body: Flat
    provenance: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, dict[str, Value]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Crossref:
    """The link of one external record to its golden record, with base and contributions.

    `elements`: list path -> {system's element key -> element id}. `absent`: paths hidden at the
    last read. `held`: paths this system refused, with the reason. `parked`: why nothing is written
    here at all.
    """

    id: CrossrefId
    connection: ConnectionId
    object_type: str
    entity: str
    golden_id: GoldenId
    external_id: str | None
    state: CrossrefState
    version: int = 0
    remote_version: str | None = None
    record: Record | None = None
    base: dict[str, Base] = field(default_factory=dict)
    contributions: dict[str, Contribution] = field(default_factory=dict)
    elements: dict[str, dict[str, str]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    held: dict[str, str] = field(default_factory=dict)
    parked: str | None = None
    writes: dict[str, list[list[Value]]] = field(default_factory=dict)
    seen_at: int = 0
    settled_at: int = 0
    mapping_version: int = 0
    is_primary: bool = True

    @property
    def lane(self) -> str:
        """Return the key under which this record's decisions and deliveries run one at a time."""
        return lane_key(self.connection, self.object_type, self.external_id or self.id)

    def with_(self, **changes: Any) -> "Crossref":  # noqa: ANN401 - forwards to dataclasses.replace
        """Return a changed copy."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class CrossrefHead:
    """What tells whether a state of a record is news, without the record."""

    id: str
    external_id: str | None
    golden_id: str
    remote_version: str | None
    settled_at: int
    state: CrossrefState = CrossrefState.LIVE


def lane_key(connection: str, object_type: str, external_id: str) -> str:
    """Name the lane of one external record; only the external id may hold a bar."""
    return f"{connection}|{object_type}|{external_id}"


class FieldOutcome(StrEnum):
    """What became of one field of an inbound state; the order is the event's precedence."""

    CONFLICT = "conflict"
    HELD = "held"
    WAITING = "waiting"
    REJECTED = "rejected"
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    NO_OP = "no_op"


class FieldResult(NamedTuple):
    """One field's decision with its reason; `rivals`: what it was weighed against.

    `source`: who said the new value, where it is not the system whose state was merged.
    """

    path: str
    outcome: FieldOutcome
    old: Value
    new: Value
    rule: str
    why: str
    rivals: tuple[Contribution, ...] = ()
    source: str = ""
