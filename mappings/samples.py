"""Made-up records and golden values that a mapping may meet: Hypothesis strategies by operation."""

from datetime import UTC, date, timedelta, timezone
from typing import Final, assert_never

from hypothesis import strategies as st

from mappings import ops, values
from mappings.ops import ItemOperation, Operation
from mappings.paths import writer
from mappings.shapes import Shape
from mappings.view import Json, Record, View

# Few letters, but the awkward ones: spaces, accents in one sign or two, capitals of another length.
LETTERS: Final = " aAbñN\u0303éßİΐ0"
CURRENCIES: Final = ("EUR", "USD", "JPY", "BHD")
IDS: Final = ("a1", "b2", "c3")
KEYS: Final = ("k1", "k2", "k3")
NEW_KEYS: Final = ("+el_1", "+el_2")
OTHER: Final = "left_alone"

Samples = st.SearchStrategy[Json]

TEXT: Final[Samples] = st.text(LETTERS, min_size=1, max_size=6)
DECIMALS: Final[Samples] = st.decimals(-(10**6), 10**6, places=3).map(
    lambda number: values.plain_decimal(number, None, 0, ops.Rounding.HALF_EVEN)
)
DATES: Final = st.dates(min_value=date(1000, 1, 1))
INSTANTS: Final[Samples] = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])
).map(lambda moment: moment.isoformat())


class Mirror:
    """Links that know everything: the golden id is the external id with a prefix."""

    def golden_id(self, entity: str, external_id: str) -> str:
        """Return the golden id."""
        return f"{entity}/{external_id}"

    def external_id(self, entity: str, golden_id: str) -> str:
        """Return the system's id."""
        return golden_id.removeprefix(f"{entity}/")


def by_schema(shape: Shape) -> Samples:
    """Make values that a leaf's JSON Schema allows; null is left to the caller."""
    schema = shape.schema
    if codes := sorted(shape.codes, key=str):
        return st.sampled_from(codes)
    kinds = schema.get("type", "string")
    kind = next((one for one in [kinds] if isinstance(one, str)), None) or next(
        one for one in kinds if one != "null"
    )
    match kind:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(-1000, 1000)
        case "object":
            inner = {name: by_schema(one) for name, one in shape.properties.items()}
            return st.fixed_dictionaries(inner)
        case _:
            return st.from_regex(schema["pattern"], fullmatch=True) if "pattern" in schema else TEXT


def words(operation: Operation, app: Shape) -> Samples:  # noqa: C901, PLR0911 one arm per class
    """Make an app's words for a field, as one that keeps its own rules sends them."""
    match operation:
        case ops.Copy():
            return by_schema(app)
        case ops.Text():
            return st.sampled_from(sorted(app.codes, key=str)) if app.codes else TEXT
        case ops.DecimalNumber():
            return DECIMALS | st.integers(-1000, 1000)
        case ops.Boolean(yes, no):
            return st.sampled_from([*yes, *no])
        case ops.BusinessDate(form):
            return DATES.map(lambda day: values.format_date(day.isoformat(), form))
        case ops.Instant(form):
            return INSTANTS if form is ops.InstantForm.ISO else st.integers(0, 4 * 10**9)
        case ops.ValueMap(pairs=pairs):
            return st.sampled_from([code for code, _ in pairs])
        case ops.Reference():
            return st.sampled_from(IDS)
        case ops.SetOf(item):
            return st.lists(words(item, app.items or Shape({})), max_size=3)
        case ops.Money():
            amounts = st.integers(-1000, 1000) if operation.minor_units else DECIMALS
            return st.fixed_dictionaries(
                {"amount": amounts, "currency": st.sampled_from(CURRENCIES)}
            )
        case _:
            assert_never(operation)


def golden_value(operation: Operation, golden: Shape) -> Samples:
    """Make a golden value for a field, not always in this mapping's normal form."""
    match operation:
        case ops.SetOf(item):
            inner = golden.items or Shape({})
            return st.lists(_golden_item(item, inner), min_size=1, max_size=3).map(
                lambda codes: sorted(set(codes))
            )
        case ops.Money():
            return st.fixed_dictionaries(
                {"amount": DECIMALS, "currency": st.sampled_from(CURRENCIES)}
            )
        case _:
            return _golden_item(operation, golden)


def _golden_item(operation: ItemOperation, golden: Shape) -> Samples:  # noqa: PLR0911 one arm per class
    match operation:
        case ops.Copy() | ops.Text():
            return by_schema(golden)
        case ops.DecimalNumber():
            return DECIMALS
        case ops.Boolean():
            return st.booleans()
        case ops.BusinessDate():
            return DATES.map(date.isoformat)
        case ops.Instant():
            return INSTANTS.map(values.parse_instant)
        case ops.ValueMap():
            return st.sampled_from(sorted(operation.reverse()))
        case ops.Reference():
            return st.sampled_from([f"{operation.entity}/{one}" for one in IDS])
        case _:
            assert_never(operation)


@st.composite
def records(draw: st.DrawFn, mapping: ops.Mapping, app: Shape) -> Record:
    """Make a record of the app: each mapped field with words, null, or not there at all."""
    record: Record = {OTHER: "x"}
    for rule in mapping.rules:
        match rule:
            case ops.Field():
                _draw_words(draw, rule, app, record)
            case ops.Each():
                place = app.at(rule.app) or Shape({})
                elements = [
                    draw(_elements(rule, place.items or Shape({}), key))
                    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=3))
                ]
                writer(rule.app)(record, elements, {})
            case ops.Constant():
                pass
    return record


@st.composite
def _elements(draw: st.DrawFn, each: ops.Each, app: Shape, key: str) -> Record:
    element: Record = {OTHER: key}
    for field in each.fields:
        _draw_words(draw, field, app, element)
    return element | {each.key: key}


def _draw_words(draw: st.DrawFn, field: ops.Field, app: Shape, record: Record) -> None:
    state = draw(st.integers(0, 5))
    if state == 0:
        return
    paths = [app.at(path) or Shape({}) for path in field.app]
    drawn = None if state == 1 else draw(words(field.operation, paths[0]))
    if len(field.app) == 1:
        writer(field.app[0])(record, drawn, {})
        return
    for path, name in zip(field.app, ("amount", "currency"), strict=True):
        writer(path)(record, drawn and drawn[name], {})


@st.composite
def views(draw: st.DrawFn, mapping: ops.Mapping, golden: Shape) -> View:
    """Make a golden record as the mapping sees it: fields set, blank or not projected."""
    scalars: dict[str, Json] = {}
    elements: dict[str, dict[str, Json]] = {}
    for rule in mapping.rules:
        match rule:
            case ops.Field(golden=path, operation=operation):
                state = draw(st.integers(0, 5))
                if state > 0:
                    place = golden.at(path) or Shape({})
                    scalars[path] = None if state == 1 else draw(golden_value(operation, place))
            case ops.Each():
                place = golden.at(rule.golden) or Shape({})
                keys = draw(st.lists(st.sampled_from(KEYS + NEW_KEYS), unique=True, max_size=4))
                elements[rule.golden] = {
                    key: draw(_golden_elements(rule, place.items or Shape({}))) for key in keys
                }
            case ops.Constant():
                pass
    return View(scalars, elements)


@st.composite
def _golden_elements(draw: st.DrawFn, each: ops.Each, golden: Shape) -> Record:
    element: Record = {}
    for field in each.fields:
        if draw(st.integers(0, 4)):
            place = golden.at(field.golden) or Shape({})
            element[field.golden] = draw(golden_value(field.operation, place))
    return element
