"""What goes into a mapping and what comes out: golden values as one system sees them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeAlias

# JSON as the rest of the product holds it: str, int, bool, None, dict, list; never a float.
Json: TypeAlias = Any
Record: TypeAlias = dict[str, Any]

NOBODY: frozenset[str] = frozenset()
NOTHING: Mapping[str, frozenset[str]] = {}
NO_CONTEXT: Mapping[str, Json] = {}


class Missing(StrEnum):
    """What a reference without a link does.

    The whole record waits; or only this field is held; or the other record is created first, and
    then this one goes on.
    """

    WAIT = "wait"
    HOLD = "hold"
    CREATE_FIRST = "create_first"


class Links(Protocol):
    """Looks up which golden record an external id stands for in one connection, and back."""

    def golden_id(self, entity: str, external_id: str) -> str | None:
        """Return the golden id, or None while the record is not linked."""

    def external_id(self, entity: str, golden_id: str) -> str | None:
        """Return the system's id, or None while it has no such record."""


@dataclass(frozen=True, slots=True)
class View:
    """Golden values as a mapping sees them.

    `scalars`: golden path -> value; None is blank, a path left out is not projected and stays as it
    is in the system. `elements`: list path -> the system's element key (or "+el_…" for an element
    that this system does not have yet) -> object; a list left out stays as it is. `kept`: list path
    -> keys of the system's elements that stay as they are although `elements` lacks them (held).
    `context`: golden scalars that conditions and computed fields may look at, never written.
    """

    scalars: Mapping[str, Json]
    elements: Mapping[str, Mapping[str, Json]]
    kept: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)
    context: Mapping[str, Json] = field(default_factory=lambda: NO_CONTEXT)


class Read(NamedTuple):
    """One field read: the system's own words, exact, and the golden value (None: blank)."""

    words: Json
    value: Json


# Read without the detour over keyword arguments: half the time, forty times a record.
new_read: Callable[[tuple[Json, Json]], Read] = partial(tuple.__new__, Read)


class Unresolved(NamedTuple):
    """A record names another one of this system that is not linked to a golden record yet."""

    entity: str
    external_id: str
    missing: Missing = Missing.WAIT


class Unlinked(NamedTuple):
    """A golden record names another one that this system does not have yet."""

    entity: str
    golden_id: str
    missing: Missing = Missing.WAIT


class ValueProblem(NamedTuple):
    """A value that the mapping cannot carry: held, never guessed. `words` as found."""

    words: Json
    reason: str


class Inbound(NamedTuple):
    """A system's record in canonical words.

    Keys are golden paths, of one element "addresses[key]". A list with a problem of its own is in
    `problems` and not in `elements`. `absent`: what the record did not show; it changes nothing.
    `outside`: elements it shows, but of kinds that the mapping does not cover.
    """

    scalars: dict[str, Read]
    elements: dict[str, dict[str, Read]]
    unresolved: dict[str, Unresolved]
    problems: dict[str, ValueProblem]
    absent: frozenset[str]
    outside: frozenset[str] = frozenset()


class Outbound(NamedTuple):
    """What a system's record should become.

    `values`: the top-level app fields that differ from the record before, whole. `sources`: for
    each of them, the golden paths that feed it. `unresolved` and `problems` by golden path; what
    they name is left as the system has it.
    """

    values: Record
    sources: dict[str, frozenset[str]]
    unresolved: dict[str, Unlinked]
    problems: dict[str, ValueProblem]
