"""The mapping language as data: a closed set of two-way operations and the rules that place them.

Every interpreter (conversions, check, laws) matches over `Operation` and `Rule` exhaustively: add a
class here and mypy lists the places to extend.
"""

from collections import abc
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from mappings.view import Json, Missing

Code: TypeAlias = str | int | bool


class Direction(StrEnum):
    """Which way a rule carries: both, only app -> golden (in) or only golden -> app (out)."""

    BOTH = "both"
    IN = "in"
    OUT = "out"

    @property
    def reads(self) -> bool:
        """Whether the rule carries from the app into the golden record."""
        return self is not Direction.OUT

    @property
    def writes(self) -> bool:
        """Whether the rule carries from the golden record into the app."""
        return self is not Direction.IN


class Form(StrEnum):
    """One step towards a normal form of text."""

    TRIM = "trim"
    SQUEEZE = "squeeze"
    NFC = "nfc"
    UPPER = "upper"
    LOWER = "lower"


class Rounding(StrEnum):
    """How digits beyond the scale are dropped."""

    HALF_EVEN = "half_even"
    HALF_UP = "half_up"
    DOWN = "down"


class InstantForm(StrEnum):
    """How an app spells an instant."""

    ISO = "iso"
    EPOCH_SECONDS = "epoch_seconds"
    EPOCH_MILLISECONDS = "epoch_milliseconds"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the document something stands, 1-based."""

    line: int
    column: int


# --- operations: what happens to a value --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copy:
    """The value as it is."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text up to a normal form, applied in the given order both ways."""

    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class DecimalNumber:
    """A number of any spelling in the app; a plain decimal string in the golden record.

    `scale`: most digits after the point in the app, rounded; `min_scale`: zeros are added up to it.
    """

    scale: int | None
    min_scale: int
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class Boolean:
    """True and false in the app's spellings; the first of each is written."""

    yes: tuple[Code, ...]
    no: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class BusinessDate:
    """A date without zone; in the app by `form` (%Y, %m, %d), golden as YYYY-MM-DD."""

    form: str


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time; golden as RFC 3339 in UTC."""

    form: InstantForm


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency; golden as {"amount": "12.50", "currency": "EUR"}.

    In the app the same object in one field, or two fields (`Field.app`: amount, currency).
    `minor_units`: the app counts whole cents. `scale`: most digits after the point in the app.
    """

    minor_units: bool
    scale: int | None
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class ValueMap:
    """A two-way table of codes, app -> golden; `canonical` says the way back where several meet."""

    name: str
    pairs: tuple[tuple[Code, str], ...]
    canonical: tuple[tuple[str, Code], ...]
    place: Place

    def reverse(self) -> dict[str, Code]:
        """Golden -> app: the canonical code, else the only one."""
        return {golden: app for app, golden in self.pairs} | dict(self.canonical)


@dataclass(frozen=True, slots=True)
class Reference:
    """The id of another record; golden as that record's golden id."""

    entity: str
    missing: Missing


@dataclass(frozen=True, slots=True)
class SetOf:
    """A list of codes without order; golden sorted and unique, blank when empty."""

    item: "ItemOperation"


ItemOperation: TypeAlias = (
    Copy | Text | DecimalNumber | Boolean | BusinessDate | Instant | ValueMap | Reference
)
Operation: TypeAlias = ItemOperation | Money | SetOf


# --- rules: which value goes where --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Default:
    """What stands for a blank: `app` is written for it, `golden` is read for it."""

    app: Json = None
    golden: Json = None


@dataclass(frozen=True, slots=True)
class Field:
    """One golden path and the app path (or paths) that hold it: rename and nest by dotted paths."""

    app: tuple[str, ...]
    golden: str
    operation: Operation
    direction: Direction
    default: Default
    lossy: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed value on one side: written to `app` on create, or read into `golden` always."""

    app: str | None
    golden: str | None
    value: Json
    place: Place


@dataclass(frozen=True, slots=True)
class Each:
    """A list of elements that go by `key`, with rules of their own inside.

    `only`: the elements this system holds, as golden field -> values; others stay untouched.
    `client_keys`: the system takes the key that we choose for a new element.
    """

    app: str
    golden: str
    key: str
    fields: tuple[Field, ...]
    only: tuple[tuple[str, tuple[Json, ...]], ...]
    client_keys: bool
    direction: Direction
    place: Place


Rule: TypeAlias = Field | Constant | Each


# --- predicates over golden scalars -------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Mapping:
    """One parsed mapping document: app object <-> golden entity."""

    name: str
    object_type: str
    entity: str
    version: int
    publish_when: Predicate
    publish_place: Place
    rules: tuple[Rule, ...]
    value_maps: abc.Mapping[str, ValueMap]
