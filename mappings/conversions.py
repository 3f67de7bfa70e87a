"""What each operation does to a value, both ways: one exhaustive match, compiled once per field."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias, assert_never
from zoneinfo import ZoneInfo

from mappings import identifiers, values
from mappings.compound import join_pair, pieces_pair
from mappings.errors import LinkMissing, ValueRefused
from mappings.measures import money_pair, quantity_pair
from mappings.ops import (
    Boolean,
    BusinessDate,
    Copy,
    Country,
    DecimalNumber,
    Form,
    Instant,
    InstantForm,
    ItemOperation,
    Join,
    LocalTime,
    Money,
    Operation,
    Phone,
    Pieces,
    Quantity,
    Reference,
    SetOf,
    TaxId,
    Text,
    ValueMap,
    WholeNumber,
)
from mappings.predicates import is_blank
from mappings.view import Json, Links

Carry: TypeAlias = Callable[[Json, Links], Json]
PER_SECOND: Final = {InstantForm.EPOCH_SECONDS: 1, InstantForm.EPOCH_MILLISECONDS: 1000}


class Conversion(NamedTuple):
    """`get`: the app's words -> golden value; `put`: back. Neither meets a blank from outside."""

    get: Carry
    put: Carry


def conversion(operation: Operation, paths: Sequence[str]) -> Conversion:
    """Compile an operation; `paths` are the app paths its words come from."""
    match operation:
        case Money():
            return _unlinked(*money_pair(operation, paths))
        case Quantity():
            return _unlinked(*quantity_pair(operation, paths))
        case Join():
            return _unlinked(*join_pair(operation, paths))
        case Pieces():
            return _unlinked(*pieces_pair(operation, paths))
        case SetOf(item, separator):
            return _set(item_conversion(item), separator)
        case _:
            return item_conversion(operation)


def item_conversion(operation: ItemOperation) -> Conversion:  # noqa: C901, PLR0911, PLR0912 one arm per class
    """Compile an operation on one value."""
    match operation:
        case Copy():
            return Conversion(_copy, _copy)
        case Text(forms, cut):
            return _text(forms, cut)
        case WholeNumber(as_text):
            return _whole(as_text=as_text)
        case DecimalNumber():
            return _decimal(operation)
        case Boolean(yes, no):
            return _boolean(yes, no)
        case BusinessDate(form):
            return Conversion(
                lambda words, _: values.parse_date(values.require_text(words), form),
                lambda golden, _: values.format_date(values.require_text(golden), form),
            )
        case Instant(form):
            return _instant(form)
        case LocalTime(form, zone):
            return _local_time(form, ZoneInfo(zone))
        case ValueMap():
            return _value_map(operation)
        case Reference():
            return _reference(operation)
        case Phone(region, national):
            return _phone(region, national=national)
        case TaxId(country):
            return _tax_id(country)
        case Country(form):
            return _unlinked(
                lambda words: identifiers.country_to_golden(words, form),
                lambda golden: identifiers.country_to_app(golden, form),
            )
        case _:
            assert_never(operation)


def _unlinked(get: Callable[[Json], Json], put: Callable[[Json], Json]) -> Conversion:
    """Return a conversion that needs no links."""
    return Conversion(lambda words, _: get(words), lambda golden, _: put(golden))


def _copy(value: Json, _: Links) -> Json:
    if isinstance(value, (float, Decimal)):
        message = f"{values.shown(value)} is a number with a fraction: map it with `decimal`"
        raise ValueRefused(message)
    return value


def is_direct(operation: Operation) -> bool:  # noqa: PLR0911 one arm per class
    """Whether words and golden value, where equal, say the same without being carried."""
    match operation:
        case Copy() | DecimalNumber():
            return True
        case Text(cut=cut):
            return cut is None
        case Instant(form):
            return form is InstantForm.ISO
        case Money() | Quantity():
            return not getattr(operation, "minor_units", False)
        case SetOf(item, separator):
            return separator is None and is_direct(item)
        case Join() | Pieces() | WholeNumber() | LocalTime() | Phone() | TaxId() | Country():
            return False
        case Boolean() | BusinessDate() | ValueMap() | Reference():
            return False
        case _:
            assert_never(operation)


def _text(forms: Sequence[Form], cut: int | None) -> Conversion:
    normalise, alone = values.text_normaliser(forms), values.ascii_step(forms)

    def carry(value: Json, _: Links) -> str:
        text = value if isinstance(value, str) else values.require_text(value)
        if alone is not None and text.isascii():
            return alone(text)
        return normalise(text)

    if cut is None:
        return Conversion(carry, carry)
    return Conversion(carry, lambda value, links: carry(value, links)[:cut].rstrip())


def _whole(*, as_text: bool) -> Conversion:
    def put(golden: Json, _: Links) -> Json:
        number = values.whole_number(golden)
        return str(number) if as_text else number

    return Conversion(lambda words, _: values.whole_number(words), put)


def _local_time(form: str, zone: ZoneInfo) -> Conversion:
    return Conversion(
        lambda words, _: values.parse_local(values.require_text(words), form, zone),
        lambda golden, _: values.format_local(values.require_text(golden), form, zone),
    )


def _phone(region: str, *, national: bool) -> Conversion:
    to_golden, to_app = identifiers.phone_to_golden, identifiers.phone_to_app
    return Conversion(
        lambda words, _: to_golden(values.require_text(words), region),
        lambda golden, _: to_app(values.require_text(golden), region, national=national),
    )


def _tax_id(country: str | None) -> Conversion:
    def carry(value: Json, _: Links) -> str:
        return identifiers.tax_id(values.require_text(value), country)

    return Conversion(carry, carry)


def _decimal(operation: DecimalNumber) -> Conversion:
    scale, min_scale, rounding = operation.scale, operation.min_scale, operation.rounding

    def get(words: Json, _: Links) -> str:
        if isinstance(words, str):
            return values.decimal_text(words, None, min_scale, rounding)
        return values.plain_decimal(words, None, min_scale, rounding)

    def put(golden: Json, _: Links) -> str:
        return values.decimal_text(values.require_text(golden), scale, min_scale, rounding)

    return Conversion(get, put)


def _boolean(yes: Sequence[Json], no: Sequence[Json]) -> Conversion:
    # Keyed with the type, for True == 1 in Python but not in JSON.
    spelled = {(type(words), words): True for words in yes}
    spelled |= {(type(words), words): False for words in no}

    def get(words: Json, _: Links) -> bool:
        if (
            is_blank(words)
            or isinstance(words, (dict, list))
            or (type(words), words) not in spelled
        ):
            message = f"{values.shown(words)} is neither yes nor no here: add its spelling"
            raise ValueRefused(message)
        return spelled[type(words), words]

    def put(golden: Json, _: Links) -> Json:
        if not isinstance(golden, bool):
            message = f"{values.shown(golden)} is neither true nor false"
            raise ValueRefused(message)
        return yes[0] if golden else no[0]

    return Conversion(get, put)


def _instant(form: InstantForm) -> Conversion:
    if form is InstantForm.ISO:
        return Conversion(
            lambda words, _: values.parse_instant(values.require_text(words)),
            lambda golden, _: values.parse_instant(values.require_text(golden)),
        )
    per_second = PER_SECOND[form]
    return Conversion(
        lambda words, _: values.epoch_to_instant(words, per_second),
        lambda golden, _: values.instant_to_epoch(values.require_text(golden), per_second),
    )


def _value_map(table: ValueMap) -> Conversion:
    forward = {(type(app), app): golden for app, golden in table.pairs}
    back = table.reverse()

    def get(words: Json, _: Links) -> str:
        if not isinstance(words, (dict, list)) and (golden := forward.get((type(words), words))):
            return golden
        message = f"{values.shown(words)} is not in the value map {table.name}: add a row for it"
        raise ValueRefused(message)

    def put(golden: Json, _: Links) -> Json:
        if isinstance(golden, str) and golden in back:
            return back[golden]
        message = f"no row of the value map {table.name} leads to {values.shown(golden)}: add one"
        raise ValueRefused(message)

    return Conversion(get, put)


def _reference(operation: Reference) -> Conversion:
    entity, missing = operation.entity, operation.missing

    def get(words: Json, links: Links) -> str:
        if isinstance(words, bool) or not isinstance(words, (str, int)):
            message = f"{values.shown(words)} is not the id of a {entity}"
            raise ValueRefused(message)
        golden = links.golden_id(entity, str(words))
        if golden is None:
            raise LinkMissing(entity, str(words), missing)
        return golden

    def put(golden: Json, links: Links) -> str:
        external = links.external_id(entity, values.require_text(golden))
        if external is None:
            raise LinkMissing(entity, golden, missing)
        return external

    return Conversion(get, put)


def _set(item: Conversion, separator: str | None) -> Conversion:
    def carrier(carry: Carry, order: Callable[[list[Json]], list[Json]]) -> Carry:
        def carry_all(codes: Json, links: Links) -> list[Json]:
            if not isinstance(codes, list):
                message = f"{values.shown(codes)} is not a list of codes"
                raise ValueRefused(message)
            return order([carry(code, links) for code in codes if not is_blank(code)])

        return carry_all

    def ordered(codes: list[Json]) -> list[Json]:
        if len(codes) < 2:  # noqa: PLR2004 nothing to order
            return codes
        try:
            return sorted(set(codes))
        except TypeError as error:
            message = f"{values.shown(codes)} mixes kinds of codes"
            raise ValueRefused(message) from error

    get, put = carrier(item.get, ordered), carrier(item.put, ordered)
    return Conversion(get, put) if separator is None else _in_one_text(get, put, separator)


def _in_one_text(get: Carry, put: Carry, separator: str) -> Conversion:
    def split(words: Json, links: Links) -> list[Json]:
        codes = [code.strip() for code in values.require_text(words).split(separator)]
        codes_of: list[Json] = get(codes, links)
        return codes_of

    def join(golden: Json, links: Links) -> str:
        codes = [values.require_text(code).strip() for code in put(golden, links)]
        codes = [code for code in codes if code]
        strange = [code for code in codes if separator in code]
        if strange:
            message = f"{values.shown(strange[0])} contains {separator!r}, which parts the codes"
            raise ValueRefused(message)
        return separator.join(codes)

    return Conversion(split, join)
