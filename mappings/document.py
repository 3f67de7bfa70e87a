"""The shape of a mapping document as people write it, checked field by field."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from mappings.ops import Direction, Form, InstantForm, Rounding
from mappings.view import Missing

Name = Annotated[StrictStr, Field(min_length=1, max_length=100)]
Path = Annotated[
    StrictStr,
    Field(
        min_length=1,
        max_length=200,
        pattern=r"^[A-Za-z_][A-Za-z0-9_\-]*(\.[A-Za-z_][A-Za-z0-9_\-]*)*$",
    ),
]
Code = StrictStr | StrictInt | StrictBool
Scale = Annotated[StrictInt, Field(ge=0, le=18)]


class Strict(BaseModel):
    """Keys are written with spaces (`publish when`); an unknown key is refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.strip("_").replace("_", " ")
    )


class PredicateDocument(Strict):
    """A condition on golden fields: `all`, `any`, `not`, or one `field` with one test."""

    all: list["PredicateDocument"] | None = None
    any: list["PredicateDocument"] | None = None
    not_: "PredicateDocument | None" = None
    field: Path | None = None
    equals: Code | None = None
    in_: Annotated[list[Code], Field(min_length=1)] | None = None
    present: StrictBool | None = None
    contains: Code | None = None


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


class MoneyDocument(Strict):
    """One object in the field `app`, or two fields: `amount` and `currency`."""

    amount: Path | None = None
    currency: Path | None = None
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
    decimal: DecimalDocument | None = None
    boolean: BooleanDocument | None = None
    date: DateDocument | None = None
    instant: InstantDocument | None = None
    values: Name | None = None
    reference: ReferenceDocument | None = None


class DefaultDocument(Strict):
    """What is written to the app, or read into the golden record, for a blank."""

    app: Any = None
    golden: Any = None


class FieldDocument(ItemDocument):
    """One golden path and where the app keeps it."""

    app: Path | None = None
    golden: Path | None = None
    money: MoneyDocument | None = None
    set: ItemDocument | None = None
    constant: Any = None
    direction: Direction = Direction.BOTH
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


class ValueMapDocument(Strict):
    """Codes app -> golden; `canonical` golden -> app where several app codes mean the same."""

    pairs: Annotated[dict[Code, StrictStr], Field(min_length=1)]
    canonical: dict[StrictStr, Code] = Field(default_factory=dict)


class MappingDocument(Strict):
    """A mapping file: one object of an app <-> one golden entity."""

    language: Literal[1] = 1
    object: Name
    entity: Name
    version: Annotated[StrictInt, Field(ge=1)]
    publish_when: PredicateDocument | None = None
    value_maps: dict[Name, ValueMapDocument] = Field(default_factory=dict)
    fields: list[FieldDocument] = Field(default_factory=list)
    lists: list[ListDocument] = Field(default_factory=list)
