"""What a mapping says about whole records: predicates, invariants, the delete policy, examples.

Every interpreter matches over `Predicate` and `Invariant` exhaustively.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from mappings.view import Json


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the document something stands, 1-based."""

    line: int
    column: int


NOWHERE = Place(1, 1)


# --- predicates: over golden scalars, or over an app's record ------------------------------------


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; true of none."""

    parts: "tuple[Predicate, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: "tuple[Predicate, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Predicate"


@dataclass(frozen=True, slots=True)
class In:
    """The field's value is one of these (`equals` is one alone)."""

    field: str
    values: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """The field is not blank (or, with `present: false`, is)."""

    field: str
    present: bool


@dataclass(frozen=True, slots=True)
class Contains:
    """The field is a set and holds this code."""

    field: str
    value: Json


Predicate: TypeAlias = AllOf | AnyOf | Not | In | Present | Contains
ALWAYS = AllOf(())


# --- invariants: what holds inside one golden record ---------------------------------------------


@dataclass(frozen=True, slots=True)
class SumEquals:
    """The sum of `field` over the elements of `elements` equals `total`; up to `tolerance`."""

    elements: str
    field: str
    total: str
    tolerance: str
    place: Place


@dataclass(frozen=True, slots=True)
class NotAfter:
    """`earlier` is not after `later`: two dates or two instants; a blank one says nothing."""

    earlier: str
    later: str
    place: Place


Invariant: TypeAlias = SumEquals | NotAfter


# --- what a delete means ------------------------------------------------------------------------


class GoneInApp(StrEnum):
    """What a record deleted in the app does to the golden record."""

    UNLINK = "unlink"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    RESTORE = "restore"


class GoneInGolden(StrEnum):
    """What a golden record that ended does to the app's record."""

    UNLINK = "unlink"
    DEACTIVATE = "deactivate"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Fuse:
    """More deletes than this in one pass wait for a person: so many, or so many percent."""

    most: int = 50
    percent: int = 1


FUSE = Fuse()


@dataclass(frozen=True, slots=True)
class DeletePolicy:
    """What deletes mean on either side.

    `deactivate`: the app field and the value that stand for a deactivated record.
    """

    gone_in_app: GoneInApp = GoneInApp.UNLINK
    gone_in_golden: GoneInGolden = GoneInGolden.UNLINK
    deactivate: tuple[str, Json] | None = None
    fuse: Fuse = FUSE
    place: Place = NOWHERE


KEEP_ALL = DeletePolicy()


# --- examples -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Example:
    """A record of the app and the golden record it means; `one_way` says it is not written back."""

    name: str
    app: dict[str, Json]
    golden: dict[str, Json]
    one_way: bool
    place: Place
