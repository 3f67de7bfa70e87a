"""The shape of a mapping document as people write it, checked field by field."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from mappings.statements import GoneInApp, GoneInGolden
from mappings.terms import Clears, CountryForm, Cut, Direction, Form, InstantForm, Rounding
from mappings.view import Missing

# A name may be of any script: 1C spells its fields in Cyrillic.
_STEP = r"""[^\s.,:;\[\]{}()'"\\/0-9\-\x00-\x1f][^\s.,:;\[\]{}()'"\\/\x00-\x1f]*"""

Name = Annotated[StrictStr, Field(min_length=1, max_length=100)]
Path = Annotated[StrictStr, Field(min_length=1, max_length=200, pattern=rf"^{_STEP}(\.{_STEP})*$")]
Paths = Annotated[list[Path], Field(min_length=2, max_length=20)]
Separator = Annotated[StrictStr, Field(min_length=1, max_length=5)]
Currency = Annotated[StrictStr, Field(pattern="^[A-Z]{3}$")]
Land = Annotated[StrictStr, Field(pattern="^[A-Z]{2}$")]
Code = StrictStr | StrictInt | StrictBool
Scale = Annotated[StrictInt, Field(ge=0, le=18)]


class Strict(BaseModel):
    """Keys are written with spaces (`publish when`); an unknown key is refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.strip("_").replace("_", " ")
    )


class PredicateDocument(Strict):
    """A condition on fields: `all`, `any`, `not`, or one `field` with one test."""

    all: list["PredicateDocument"] | None = None
    any: list["PredicateDocument"] | None = None
    not_: "PredicateDocument | None" = None
    field: Path | None = None
    equals: Code | None = None
    in_: Annotated[list[Code], Field(min_length=1)] | None = None
    present: StrictBool | None = None
    contains: Code | None = None


class WholeDocument(Strict):
    """A whole number; `as text: true` if the app spells it as text."""

    as_text: StrictBool = False


class DecimalDocument(Strict):
    """A number; `scale` digits at most after the point in the app, `min scale` at least."""

    scale: Scale | None = None
    min_scale: Scale = 0
    rounding: Rounding = Rounding.HALF_EVEN


class BooleanDocument(Strict):
    """The app's spellings; the first of each is written."""

    yes: Annotated[list[Code], Field(min_length=1)] = [True]
    no: Annotated[list[Code], Field(min_length=1)] = [False]


class DateDocument(Strict):
    """The app's spelling of a date, from %Y, %m, %d and separators."""

    form: StrictStr = "%Y-%m-%d"


class InstantDocument(Strict):
    """How the app spells a point in time."""

    form: InstantForm = InstantForm.ISO


class LocalTimeDocument(Strict):
    """How an app spells a point in time by the clock of one zone, such as Europe/Madrid."""

    form: StrictStr = "%Y-%m-%d %H:%M:%S"
    zone: Name = "UTC"


class PhoneDocument(Strict):
    """A telephone number; `region` is the country of numbers without a prefix."""

    region: Land
    national: StrictBool = False


class TaxIdDocument(Strict):
    """A tax id without spaces, dots and dashes, by the rules of `country` if given."""

    country: Land | None = None


class CountryDocument(Strict):
    """How the app names countries."""

    form: CountryForm = CountryForm.ALPHA_2


class JoinDocument(Strict):
    """App fields that make one golden text; cut before the last words or after the first."""

    app: Paths
    separator: Separator = " "
    at: Cut = Cut.LAST


class PiecesDocument(Strict):
    """App fields of `width` characters that hold one golden text, broken between words."""

    app: Paths
    width: Annotated[StrictInt, Field(ge=1, le=1000)]


class SplitDocument(Strict):
    """Golden fields that make one app text; cut before the last words or after the first."""

    golden: Paths
    separator: Separator = " "
    at: Cut = Cut.LAST


class ComputeDocument(Strict):
    """One function: `join` (with `separator`), `first`, `count`, `sum` or `domain`."""

    join: Paths | None = None
    separator: Separator = " "
    first: Paths | None = None
    count: Path | None = None
    sum: Path | None = None
    domain: Path | None = None


class QuantityDocument(Strict):
    """One object in the field `app`, the value alone `in` one unit, or two fields."""

    value: Path | None = None
    unit: Path | None = None
    in_: Name | None = None
    scale: Scale | None = None
    rounding: Rounding = Rounding.HALF_EVEN


class MoneyDocument(Strict):
    """One object in the field `app`, the amount alone `in` one currency, or two fields."""

    amount: Path | None = None
    currency: Path | None = None
    in_: Currency | None = None
    minor_units: StrictBool = False
    scale: Scale | None = None
    rounding: Rounding = Rounding.HALF_EVEN


class ReferenceDocument(Strict):
    """Another record's id; without a link the record waits, or this field is held."""

    entity: Name
    missing: Missing = Missing.WAIT


class ItemDocument(Strict):
    """At most one operation on a value; none copies it."""

    text: Annotated[list[Form], Field(min_length=1)] | None = None
    cut: Annotated[StrictInt, Field(ge=1, le=100_000)] | None = None
    integer: WholeDocument | None = None
    decimal: DecimalDocument | None = None
    boolean: BooleanDocument | None = None
    date: DateDocument | None = None
    instant: InstantDocument | None = None
    local_time: LocalTimeDocument | None = None
    values: Name | None = None
    reference: ReferenceDocument | None = None
    phone: PhoneDocument | None = None
    tax_id: TaxIdDocument | None = None
    country: CountryDocument | None = None


class SetDocument(ItemDocument):
    """A list of codes, or with `separator` one text of them."""

    separator: Separator | None = None


class DefaultDocument(Strict):
    """What is written to the app, or read into the golden record, for a blank."""

    app: Any = None
    golden: Any = None


Words = Annotated[list[Code], Field(min_length=1, max_length=20)]


class FieldDocument(ItemDocument):
    """One golden path and where the app keeps it."""

    app: Path | None = None
    golden: Path | None = None
    money: MoneyDocument | None = None
    quantity: QuantityDocument | None = None
    join: JoinDocument | None = None
    pieces: PiecesDocument | None = None
    set: SetDocument | None = None
    split: SplitDocument | None = None
    compute: ComputeDocument | None = None
    constant: Any = None
    direction: Direction = Direction.BOTH
    clears: Clears = Clears.BOTH
    blank: Words | None = None
    hidden: Words | None = None
    default: DefaultDocument | None = None
    lossy: Annotated[StrictStr, Field(min_length=3, max_length=300)] | None = None


class ListDocument(Strict):
    """A list whose elements go by key, with fields of their own."""

    app: Path
    golden: Path
    key: Name
    client_keys: StrictBool = False
    only: dict[Name, Annotated[list[Code], Field(min_length=1)]] = Field(default_factory=dict)
    direction: Direction = Direction.BOTH
    fields: Annotated[list[FieldDocument], Field(min_length=1)]


class PlaceDocument(Strict):
    """Single app fields that make one element; `is` says what every such element says."""

    is_: Annotated[
        dict[Name, Code | Annotated[list[Code], Field(min_length=1)]], Field(min_length=1)
    ]
    fields: Annotated[list[FieldDocument], Field(min_length=1)]


class SlotsDocument(Strict):
    """A golden list that the app keeps in single fields: one place per element."""

    golden: Path
    direction: Direction = Direction.BOTH
    places: Annotated[dict[Name, PlaceDocument], Field(min_length=1)]


class BlockDocument(Strict):
    """Rules for the golden records for which `when` holds, both ways."""

    when: PredicateDocument
    fields: list[FieldDocument] = Field(default_factory=list)
    lists: list[ListDocument] = Field(default_factory=list)
    slots: list[SlotsDocument] = Field(default_factory=list)


class ValueMapDocument(Strict):
    """Codes app -> golden; `canonical` golden -> app where several app codes mean the same."""

    pairs: Annotated[dict[Code, StrictStr], Field(min_length=1)]
    canonical: dict[StrictStr, Code] = Field(default_factory=dict)


class InvariantDocument(Strict):
    """`sum: lines.amount` with `equals: total`; or `field` with `not after`."""

    sum: Path | None = None
    equals: Path | None = None
    tolerance: Annotated[StrictStr, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")] = "0"
    field: Path | None = None
    not_after: Path | None = None


class FuseDocument(Strict):
    """How many deletes in one pass need no person: so many, and so many percent."""

    most: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = 50
    percent: Annotated[StrictInt, Field(ge=0, le=100)] = 1


class DeactivateDocument(Strict):
    """The app field and the value that stand for a deactivated record."""

    app: Path
    value: Code


class DeleteDocument(Strict):
    """What deletes mean on either side, and the fuse."""

    gone_in_app: GoneInApp = GoneInApp.UNLINK
    gone_in_golden: GoneInGolden = GoneInGolden.UNLINK
    deactivate: DeactivateDocument | None = None
    fuse: FuseDocument = FuseDocument()


class ExampleDocument(Strict):
    """A record of the app and the golden record it means."""

    name: Name | None = None
    app: dict[StrictStr, Any]
    golden: dict[StrictStr, Any]
    one_way: StrictBool = False


class EntityDocument(Strict):
    """What an app's record says about one golden entity."""

    entity: Name
    publish_when: PredicateDocument | None = None
    accept_when: PredicateDocument | None = None
    blank: Words | None = None
    hidden: Words | None = None
    fields: list[FieldDocument] = Field(default_factory=list)
    lists: list[ListDocument] = Field(default_factory=list)
    slots: list[SlotsDocument] = Field(default_factory=list)
    blocks: list[BlockDocument] = Field(default_factory=list)
    invariants: list[InvariantDocument] = Field(default_factory=list)
    delete: DeleteDocument | None = None
    examples: list[ExampleDocument] = Field(default_factory=list)


class MappingDocument(EntityDocument):
    """A mapping file: one object of an app <-> one golden entity, and parts for further ones."""

    language: Literal[1] = 1
    object: Name
    version: Annotated[StrictInt, Field(ge=1)]
    value_maps: dict[Name, ValueMapDocument] = Field(default_factory=dict)
    parts: dict[Name, EntityDocument] = Field(default_factory=dict)
