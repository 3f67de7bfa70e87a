"""The mapping language as data: a closed set of two-way operations and the rules that place them.

Every interpreter (conversions, check, laws) matches over `Operation`, `Rule` and `Function`
exhaustively: add a class here and mypy lists the places to extend.
"""

from collections import abc
from dataclasses import dataclass
from typing import TypeAlias

from mappings.functions import Count, Domain, First, Function, Joined, Total
from mappings.statements import (
    ALWAYS,
    KEEP_ALL,
    NOWHERE,
    AllOf,
    AnyOf,
    Contains,
    DeletePolicy,
    Example,
    In,
    Invariant,
    Not,
    NotAfter,
    Place,
    Predicate,
    Present,
    SumEquals,
)
from mappings.terms import Clears, CountryForm, Cut, Direction, Form, InstantForm, Rounding
from mappings.view import Json, Missing

# fmt: off
__all__ = [
    "ALWAYS", "AllOf", "AnyOf", "Boolean", "BusinessDate", "Clears", "Code", "Computed",
    "Constant", "Contains", "Copy", "Count", "Country", "CountryForm", "Cut", "DecimalNumber",
    "Default", "DeletePolicy", "Direction", "Domain", "Each", "Example", "Field", "First", "Form",
    "Function", "In", "Instant", "InstantForm", "Invariant", "ItemOperation", "Join", "Joined",
    "LocalTime", "Mapping", "Money", "Not", "NotAfter", "Operation", "Phone", "Pieces", "Place",
    "Predicate", "Present", "Quantity", "Reference", "Rounding", "Rule", "SetOf", "Slot", "Slots",
    "Split", "SumEquals", "TaxId", "Text", "Total", "ValueMap", "WholeNumber",
]
# fmt: on

Code: TypeAlias = str | int | bool


# --- operations: what happens to a value --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copy:
    """The value as it is."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text up to a normal form, applied in the given order both ways.

    `cut`: the most characters the app holds; what is longer loses its end there.
    """

    forms: tuple[Form, ...]
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number; `as_text`: the app spells it as text. Golden is a JSON integer."""

    as_text: bool


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
class LocalTime:
    """A point in time that the app writes without its zone, by `form`; the clock is that of `zone`.

    Golden as RFC 3339 in UTC. The hour that comes twice in autumn is read as its first.
    """

    form: str
    zone: str


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency; golden as {"amount": "12.50", "currency": "EUR"}.

    In the app the same object in one field, or two fields (`Field.app`: amount, currency), or the
    amount alone in a fixed `currency`. `minor_units`: the app counts whole cents. `scale`: most
    digits after the point in the app.
    """

    minor_units: bool
    scale: int | None
    rounding: Rounding
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; golden as {"value": "12.5", "unit": "KGM"} by UN/ECE Rec. 20.

    In the app the same object in one field, or two fields (`Field.app`: value, unit), or the value
    alone in a fixed `unit`, into which other units of the same kind are converted.
    """

    unit: str | None
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
class Phone:
    """A telephone number; golden as +34911234567. `region`: the country of national numbers.

    `national`: the app holds numbers of its region without the country's prefix.
    """

    region: str
    national: bool


@dataclass(frozen=True, slots=True)
class TaxId:
    """A tax id without its spaces, dots and dashes, in capitals; by the rules of `country`."""

    country: str | None


@dataclass(frozen=True, slots=True)
class Country:
    """A country; golden as its ISO 3166 code of two letters."""

    form: CountryForm


@dataclass(frozen=True, slots=True)
class Join:
    """Several app fields that make one golden text, joined by `separator`; cut `at` to go back."""

    separator: str
    at: Cut


@dataclass(frozen=True, slots=True)
class Pieces:
    """Several app fields of `width` characters that hold one golden text, broken between words."""

    width: int


@dataclass(frozen=True, slots=True)
class SetOf:
    """A list of codes without order; golden sorted and unique, blank when empty.

    `separator`: the app writes the codes into one text.
    """

    item: "ItemOperation"
    separator: str | None = None


ItemOperation: TypeAlias = (
    Copy
    | Text
    | WholeNumber
    | DecimalNumber
    | Boolean
    | BusinessDate
    | Instant
    | LocalTime
    | ValueMap
    | Reference
    | Phone
    | TaxId
    | Country
)
Operation: TypeAlias = ItemOperation | Money | Quantity | Join | Pieces | SetOf


# --- rules: which value goes where --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Default:
    """What stands for a blank: `app` is written for it, `golden` is read for it."""

    app: Json = None
    golden: Json = None


@dataclass(frozen=True, slots=True)
class Field:
    """One golden path and the app path (or paths) that hold it: rename and nest by dotted paths.

    `blank`: words that mean blank besides null and empty; the first is written to clear.
    `hidden`: words that stand for a value we may not see; they count as missing.
    `when`: the golden record for which the rule holds, both ways.
    """

    app: tuple[str, ...]
    golden: str
    operation: Operation
    direction: Direction
    default: Default
    lossy: str | None
    place: Place
    clears: Clears = Clears.BOTH
    blank: tuple[Json, ...] = ()
    hidden: tuple[Json, ...] = ()
    when: Predicate = ALWAYS


@dataclass(frozen=True, slots=True)
class Split:
    """One app text that golden keeps in several fields, cut at `separator` and joined again."""

    app: str
    golden: tuple[str, ...]
    separator: str
    at: Cut
    direction: Direction
    lossy: str | None
    place: Place
    when: Predicate = ALWAYS


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed value on one side: written to `app` on create, or read into `golden` always.

    In a list it also selects: elements with another value there are none of this rule's.
    """

    app: str | None
    golden: str | None
    value: Json
    place: Place
    when: Predicate = ALWAYS


@dataclass(frozen=True, slots=True)
class Computed:
    """A value worked out one way: into `golden` from app fields, or into `app` from golden ones."""

    app: str | None
    golden: str | None
    function: Function
    place: Place
    when: Predicate = ALWAYS


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
    constants: tuple[Constant, ...] = ()
    when: Predicate = ALWAYS

    @property
    def inside(self) -> "tuple[Field | Constant, ...]":
        """Return the rules of an element."""
        return (*self.fields, *self.constants)

    @property
    def kinds(self) -> tuple[tuple[str, tuple[Json, ...]], ...]:
        """Return what every golden element of this rule says, by `only` and by constants."""
        said = ((one.golden, (one.value,)) for one in self.constants if one.golden is not None)
        return (*self.only, *said)


@dataclass(frozen=True, slots=True)
class Slot:
    """Some single app fields that make one element of a golden list.

    `fixed`: golden field -> what every element in this slot says there; a tuple: the codes that
    its set holds. An element is there if one of the fields is not blank.
    """

    key: str
    fixed: tuple[tuple[str, Json], ...]
    fields: tuple[Field, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Slots:
    """A golden list for which the app has no list but a few places, each for one element."""

    golden: str
    slots: tuple[Slot, ...]
    direction: Direction
    place: Place
    when: Predicate = ALWAYS


Rule: TypeAlias = Field | Split | Constant | Computed | Each | Slots


@dataclass(frozen=True, slots=True)
class Mapping:
    """One parsed mapping document: app object <-> golden entity.

    `accept_when`: the app's records that count, over app paths. `parts`: more golden entities that
    the same app record holds, each a mapping of its own, named `object#part`.
    """

    name: str
    object_type: str
    entity: str
    version: int
    publish_when: Predicate
    publish_place: Place
    rules: tuple[Rule, ...]
    value_maps: abc.Mapping[str, ValueMap]
    accept_when: Predicate = ALWAYS
    accept_place: Place = NOWHERE
    invariants: tuple[Invariant, ...] = ()
    delete: DeletePolicy = KEEP_ALL
    parts: "tuple[Mapping, ...]" = ()
    examples: tuple[Example, ...] = ()

    def prefix(self, each: Each) -> str:
        """Return what stands before the keys of a list that is not its golden list's only rule."""
        feeding = [rule for rule in self.rules if isinstance(rule, Each | Slots)]
        shared = sum(rule.golden == each.golden for rule in feeding) > 1
        return f"{each.app}:" if shared else ""
