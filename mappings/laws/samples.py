"""Made-up records and golden values that a mapping may meet: Hypothesis strategies by operation."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from mappings import identifiers, ops, units, values
from mappings.errors import ValueRefused
from mappings.laws.schema_values import (
    DATES,
    DECIMALS,
    LETTERS,
    MOMENTS,
    Samples,
    by_schema,
    plain,
    texts,
)
from mappings.ops import ItemOperation, Operation
from mappings.paths import writer
from mappings.predicates import allowed_values
from mappings.shapes import Shape
from mappings.view import Json, Record, View

MONEY: Final = ("amount", "currency")
CURRENCIES: Final = ("EUR", "USD", "JPY", "BHD")
UNITS: Final = ("KGM", "GRM", "LBR", "MTR", "INH", "C62")
PHONES: Final = ("+34911234567", "+44 20 7946 0958", "+12025550123", "+34600112233")
TAX_IDS: Final = ("ESB-58378431", "DE 136.695.976", "b58378431", "X")
IDS: Final = ("a1", "b2", "c3")
KEYS: Final = ("k1", "k2", "k3")
NEW_KEYS: Final = ("+el_1", "+el_2")
OTHER: Final = "left_alone"

TEXT: Final[Samples] = st.text(LETTERS, min_size=1, max_size=6)
OPEN: Final = Shape({})
WHOLE: Final = (6, 4, 3, 2, 1)
PLACES: Final = (4, 3, 2, 1)
NUMBERS: Final[Samples] = DECIMALS.map(plain)
DIGITS: Final = st.text("123456789", min_size=8, max_size=9)
COUNTRIES: Final[Samples] = st.sampled_from(["ES", "DE", "US", "CZ"])
INSTANTS: Final[Samples] = MOMENTS.map(datetime.isoformat)


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


def words(operation: Operation, app: Shape) -> Samples:
    """Make an app's words for a field, as one that keeps its own schema sends them."""
    return fitting(_words(operation, app), app)


def fitting(some: Samples, shape: Shape) -> Samples:
    """Leave only what a place's schema allows."""
    return some.filter(lambda value: shape.misfit(value) is None) if shape.schema else some


def numbers(shape: Shape) -> Samples:
    """Make numbers as plain text, with as many digits as a place allows."""
    if "pattern" not in shape.schema:
        return NUMBERS
    whole = next((count for count in WHOLE if shape.misfit("1" * count) is None), 1)
    places = next((count for count in PLACES if shape.misfit(f"1.{'1' * count}") is None), 0)
    most = 10 ** (whole + places) - 1
    least = 0 if shape.misfit("-1") else -most
    return st.integers(least, most).map(lambda digits: plain(Decimal(digits).scaleb(-places)))


def _known(codes: Iterable[Json], shape: Shape) -> list[Json]:
    """Return the codes that a place knows; all, if its list is open or has none of them."""
    codes = list(codes)
    return [code for code in codes if code in shape.codes] or codes


def _words(operation: Operation, app: Shape) -> Samples:  # noqa: C901, PLR0911, PLR0912 one arm per class
    match operation:
        case ops.Copy():
            return by_schema(app)
        case ops.Text() | ops.Join() | ops.Pieces():
            return by_schema(app) if app.codes else texts(app)
        case ops.DecimalNumber():
            return numbers(app) | st.integers(-1000, 1000)
        case ops.Boolean(yes, no):
            return st.sampled_from(_known([*yes, *no], app))
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
        case ops.Instant(form):
            return INSTANTS if form is ops.InstantForm.ISO else st.integers(0, 4 * 10**9)
        case ops.ValueMap(pairs=pairs):
            return st.sampled_from(_known((code for code, _ in pairs), app))
        case ops.Reference():
            return st.sampled_from(IDS)
        case ops.SetOf(item, separator):
            codes = st.lists(words(item, app.items or OPEN), max_size=3)
            return codes if separator is None else codes.map(separator.join)
        case ops.Money(minor_units=minor, currency=fixed):
            amounts = st.integers(-1000, 1000) if minor else NUMBERS
            members = {"amount": amounts, "currency": st.sampled_from(CURRENCIES)}
            return amounts if fixed is not None else st.fixed_dictionaries(members)
        case ops.Quantity(unit=fixed):
            members = {"value": NUMBERS, "unit": st.sampled_from(UNITS)}
            return NUMBERS if fixed is not None else st.fixed_dictionaries(members)
        case _:
            assert_never(operation)


def golden_value(operation: Operation, golden: Shape) -> Samples:
    """Make a golden value that the schema allows, not always in this mapping's normal form."""
    return fitting(_golden_value(operation, golden), golden)


def _golden_value(operation: Operation, golden: Shape) -> Samples:
    match operation:
        case ops.SetOf(item, _):
            inner = golden.items or OPEN
            codes = st.lists(fitting(_golden_item(item, inner), inner), min_size=1, max_size=3)
            return codes.map(lambda some: sorted(set(some)))
        case ops.Money(currency=fixed):
            currencies = CURRENCIES if fixed is None else [fixed]
            amounts = numbers(golden.properties.get("amount", OPEN))
            members = {"amount": amounts, "currency": st.sampled_from(currencies)}
            return st.fixed_dictionaries(members)
        case ops.Quantity(unit=fixed):
            same = [unit for unit in UNITS if units.kind_of(unit) == units.kind_of(fixed or unit)]
            number = numbers(golden.properties.get("value", OPEN))
            members = {"value": number, "unit": st.sampled_from(same or [str(fixed)])}
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
            return numbers(golden)
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
            return st.sampled_from(_known(sorted(operation.reverse()), golden))
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
                place = app.at(rule.app) or OPEN
                elements = [
                    draw(_elements(rule, place.items or OPEN, key))
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
            case _:
                assert_never(rule)
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
    paths = [app.at(path) or OPEN for path in field.app]
    if len(field.app) == 1:
        _draw_one(draw, field.app[0], words(field.operation, paths[0]), record)
        return
    state = draw(st.integers(0, 5))
    if state == 0:
        return
    if isinstance(field.operation, ops.Join | ops.Pieces):
        for path in field.app:
            some = words(field.operation, app.at(path) or OPEN)
            writer(path)(record, None if state == 1 else draw(st.none() | some), {})
        return
    names = ("value", "unit") if isinstance(field.operation, ops.Quantity) else MONEY
    drawn = None if state == 1 else draw(_words(field.operation, paths[0]))
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
                place = golden.at(path) or OPEN
                allowed = allowed_values(mapping.publish_when, path)
                codes = sorted(allowed & (place.codes or allowed), key=str) if allowed else ()
                some = st.sampled_from(codes) if codes else golden_value(operation, place)
                _draw_scalar(draw, path, some, scalars)
            case ops.Split(golden=paths):
                if draw(st.integers(0, 4)):
                    scalars.update({path: draw(st.none() | TEXT) for path in paths})
            case ops.Each():
                place = golden.at(rule.golden) or OPEN
                known = tuple(mapping.prefix(rule) + key for key in KEYS)
                keys = draw(st.lists(st.sampled_from(known + NEW_KEYS), unique=True, max_size=4))
                elements[rule.golden] = elements.get(rule.golden, {}) | {
                    key: draw(_golden_elements(rule, place.items or OPEN)) for key in keys
                }
            case ops.Slots():
                inner = (golden.at(rule.golden) or OPEN).items or OPEN
                elements[rule.golden] = elements.get(rule.golden, {}) | draw(_placed(rule, inner))
            case ops.Constant() | ops.Computed():
                pass
            case _:
                assert_never(rule)
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
            place = golden.at(field.golden) or OPEN
            element[field.golden] = draw(golden_value(field.operation, place))
    if isinstance(each, ops.Each):
        constants = [(one.golden, one.value) for one in each.constants if one.golden is not None]
    else:
        constants = list(each.fixed)
    for name, value in constants:
        place = golden.at(name) or OPEN
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
