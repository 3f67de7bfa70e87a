"""Made-up records and golden values that a mapping may meet: Hypothesis strategies by operation."""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from mappings import identifiers, ops, units, values
from mappings.errors import ValueRefused
from mappings.ops import ItemOperation, Operation
from mappings.paths import writer
from mappings.shapes import Shape
from mappings.view import Json, Record, View

# Few letters, but the awkward ones: spaces, accents in one sign or two, capitals of another length.
LETTERS: Final = " aAbñN\u0303éßİΐ0"
MONEY: Final = ("amount", "currency")
CURRENCIES: Final = ("EUR", "USD", "JPY", "BHD")
UNITS: Final = ("KGM", "GRM", "LBR", "MTR", "INH", "C62")
PHONES: Final = ("+34911234567", "+44 20 7946 0958", "+12025550123", "+34600112233")
TAX_IDS: Final = ("ESB-58378431", "DE 136.695.976", "b58378431", "X")
IDS: Final = ("a1", "b2", "c3")
KEYS: Final = ("k1", "k2", "k3")
NEW_KEYS: Final = ("+el_1", "+el_2")
OTHER: Final = "left_alone"

Samples = st.SearchStrategy[Json]

TEXT: Final[Samples] = st.text(LETTERS, min_size=1, max_size=6)
DECIMALS: Final[Samples] = st.decimals(-(10**6), 10**6, places=3).map(
    lambda number: values.plain_decimal(number, None, 0, ops.Rounding.HALF_EVEN)
)
DIGITS: Final = st.text("123456789", min_size=8, max_size=9)
COUNTRIES: Final[Samples] = st.sampled_from(["ES", "DE", "US", "CZ"])
DATES: Final = st.dates(min_value=date(1000, 1, 1))
FIRST, LAST = datetime.fromisoformat("0002-01-01"), datetime.fromisoformat("9998-01-01")
INSTANTS: Final[Samples] = st.datetimes(
    FIRST, LAST, timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])
).map(lambda moment: moment.isoformat())


def national(digits: str, region: str) -> str:
    """Return digits as somebody in a region writes them, where they are a number there."""
    try:
        return identifiers.phone_to_app(digits, region, national=True)
    except ValueRefused:
        return PHONES[0]


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


def words(operation: Operation, app: Shape) -> Samples:  # noqa: C901, PLR0911, PLR0912 one arm per class
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
        case ops.WholeNumber(as_text):
            return st.integers(-1000, 1000).map(str if as_text else int)
        case ops.LocalTime(form, zone):
            local = partial(values.format_local, form=form, zone=ZoneInfo(zone))
            return INSTANTS.map(values.parse_instant).map(local)
        case ops.Phone(region):
            return st.sampled_from(PHONES) | DIGITS.map(lambda text: national(text, region))
        case ops.TaxId():
            return st.sampled_from(TAX_IDS)
        case ops.Country(form=named):
            return COUNTRIES.map(lambda code: identifiers.country_to_app(code, named))
        case ops.Join() | ops.Pieces():
            return TEXT
        case ops.Instant(form):
            return INSTANTS if form is ops.InstantForm.ISO else st.integers(0, 4 * 10**9)
        case ops.ValueMap(pairs=pairs):
            return st.sampled_from([code for code, _ in pairs])
        case ops.Reference():
            return st.sampled_from(IDS)
        case ops.SetOf(item, separator):
            codes = st.lists(words(item, app.items or Shape({})), max_size=3)
            return codes if separator is None else codes.map(separator.join)
        case ops.Money(minor_units=minor, currency=fixed):
            amounts = st.integers(-1000, 1000) if minor else DECIMALS
            members = {"amount": amounts, "currency": st.sampled_from(CURRENCIES)}
            return amounts if fixed is not None else st.fixed_dictionaries(members)
        case ops.Quantity(unit=fixed):
            members = {"value": DECIMALS, "unit": st.sampled_from(UNITS)}
            return DECIMALS if fixed is not None else st.fixed_dictionaries(members)
        case _:
            assert_never(operation)


def golden_value(operation: Operation, golden: Shape) -> Samples:
    """Make a golden value for a field, not always in this mapping's normal form."""
    match operation:
        case ops.SetOf(item, _):
            inner = golden.items or Shape({})
            return st.lists(_golden_item(item, inner), min_size=1, max_size=3).map(
                lambda codes: sorted(set(codes))
            )
        case ops.Money(currency=fixed):
            currencies = CURRENCIES if fixed is None else [fixed]
            return st.fixed_dictionaries(
                {"amount": DECIMALS, "currency": st.sampled_from(currencies)}
            )
        case ops.Quantity(unit=fixed):
            same = [unit for unit in UNITS if units.kind_of(unit) == units.kind_of(fixed or unit)]
            members = {"value": DECIMALS, "unit": st.sampled_from(same or [str(fixed)])}
            return st.fixed_dictionaries(members)
        case ops.Join() | ops.Pieces():
            return by_schema(golden)
        case _:
            return _golden_item(operation, golden)


def _golden_item(operation: ItemOperation, golden: Shape) -> Samples:  # noqa: C901, PLR0911 one arm per class
    match operation:
        case ops.Copy() | ops.Text():
            return by_schema(golden)
        case ops.DecimalNumber():
            return DECIMALS
        case ops.Boolean():
            return st.booleans()
        case ops.BusinessDate():
            return DATES.map(date.isoformat)
        case ops.Instant() | ops.LocalTime():
            return INSTANTS.map(values.parse_instant)
        case ops.WholeNumber():
            return st.integers(-1000, 1000)
        case ops.Phone():
            return st.sampled_from(PHONES)
        case ops.TaxId():
            return st.sampled_from(TAX_IDS).map(lambda text: identifiers.tax_id(text, None))
        case ops.Country():
            return COUNTRIES
        case ops.ValueMap():
            return st.sampled_from(sorted(operation.reverse()))
        case ops.Reference():
            return st.sampled_from([f"{operation.entity}/{one}" for one in IDS])
        case _:
            assert_never(operation)


@st.composite
def records(draw: st.DrawFn, mapping: ops.Mapping, app: Shape) -> Record:  # noqa: C901 one arm per class
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
            case ops.Slots(slots=slots):
                for slot in slots:
                    for field in slot.fields:
                        _draw_words(draw, field, app, record)
            case ops.Split(app=path, separator=separator):
                parts = st.lists(TEXT, max_size=4).map(separator.join)
                _draw_one(draw, path, parts, record)
            case ops.Constant() | ops.Computed():
                pass
    return record


@st.composite
def _elements(draw: st.DrawFn, each: ops.Each, app: Shape, key: str) -> Record:
    element: Record = {OTHER: key}
    for field in each.fields:
        _draw_words(draw, field, app, element)
    for constant in each.constants:
        if constant.app is not None:
            writer(constant.app)(element, constant.value, {})
    return element | {each.key: key}


def _draw_one(draw: st.DrawFn, path: str, some: Samples, record: Record) -> None:
    state = draw(st.integers(0, 5))
    if state:
        writer(path)(record, None if state == 1 else draw(some), {})


def _draw_words(draw: st.DrawFn, field: ops.Field, app: Shape, record: Record) -> None:
    paths = [app.at(path) or Shape({}) for path in field.app]
    if len(field.app) == 1:
        _draw_one(draw, field.app[0], words(field.operation, paths[0]), record)
        return
    state = draw(st.integers(0, 5))
    if state == 0:
        return
    if isinstance(field.operation, ops.Join | ops.Pieces):
        for path in field.app:
            writer(path)(record, None if state == 1 else draw(st.none() | TEXT), {})
        return
    names = ("value", "unit") if isinstance(field.operation, ops.Quantity) else MONEY
    drawn = None if state == 1 else draw(words(field.operation, paths[0]))
    for path, name in zip(field.app, names, strict=True):
        writer(path)(record, drawn and drawn[name], {})


@st.composite
def views(draw: st.DrawFn, mapping: ops.Mapping, golden: Shape) -> View:
    """Make a golden record as the mapping sees it: fields set, blank or not projected."""
    scalars: dict[str, Json] = {}
    elements: dict[str, dict[str, Json]] = {}
    for rule in mapping.rules:
        match rule:
            case ops.Field(golden=path, operation=operation):
                place = golden.at(path) or Shape({})
                _draw_scalar(draw, path, golden_value(operation, place), scalars)
            case ops.Split(golden=paths):
                if draw(st.integers(0, 4)):
                    scalars.update({path: draw(st.none() | TEXT) for path in paths})
            case ops.Each():
                place = golden.at(rule.golden) or Shape({})
                known = tuple(mapping.prefix(rule) + key for key in KEYS)
                keys = draw(st.lists(st.sampled_from(known + NEW_KEYS), unique=True, max_size=4))
                elements[rule.golden] = elements.get(rule.golden, {}) | {
                    key: draw(_golden_elements(rule, place.items or Shape({}))) for key in keys
                }
            case ops.Slots():
                inner = (golden.at(rule.golden) or Shape({})).items or Shape({})
                elements[rule.golden] = elements.get(rule.golden, {}) | draw(_placed(rule, inner))
            case ops.Constant() | ops.Computed():
                pass
    return View(scalars, elements)


def _draw_scalar(draw: st.DrawFn, path: str, some: Samples, scalars: Record) -> None:
    state = draw(st.integers(0, 5))
    if state > 0:
        scalars[path] = None if state == 1 else draw(some)


@st.composite
def _golden_elements(draw: st.DrawFn, each: ops.Each | ops.Slot, golden: Shape) -> Record:
    element: Record = {}
    for field in each.fields:
        if draw(st.integers(0, 4)):
            place = golden.at(field.golden) or Shape({})
            element[field.golden] = draw(golden_value(field.operation, place))
    if isinstance(each, ops.Each):
        constants = [(one.golden, one.value) for one in each.constants if one.golden is not None]
    else:
        constants = list(each.fixed)
    for name, value in constants:
        place = golden.at(name) or Shape({})
        codes = list(value) if isinstance(value, tuple) else [value]
        element[name] = codes if place.kind == "set" else value
    return element


@st.composite
def _placed(draw: st.DrawFn, rule: ops.Slots, golden: Shape) -> Record:
    """Make elements that stand in their places already, and new ones for free places."""
    elements: Record = {}
    for slot in rule.slots:
        key = draw(st.sampled_from([slot.key, None, f"+el_{slot.key}"]))
        if key is not None:
            elements[key] = draw(_golden_elements(slot, golden))
    return elements
