"""What each operation does to a value, both ways: one exhaustive match, compiled once per field."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias, assert_never

from mappings import values
from mappings.errors import LinkMissing, ValueRefused
from mappings.ops import (
    Boolean,
    BusinessDate,
    Copy,
    DecimalNumber,
    Form,
    Instant,
    InstantForm,
    ItemOperation,
    Money,
    Operation,
    Reference,
    SetOf,
    Text,
    ValueMap,
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
            return _money(operation, paths)
        case SetOf(item):
            return _set(item_conversion(item))
        case _:
            return item_conversion(operation)


def item_conversion(operation: ItemOperation) -> Conversion:  # noqa: C901, PLR0911 one arm per class
    """Compile an operation on one value."""
    match operation:
        case Copy():
            return Conversion(_copy, _copy)
        case Text(forms):
            return _text(forms)
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
        case ValueMap():
            return _value_map(operation)
        case Reference():
            return _reference(operation)
        case _:
            assert_never(operation)


def _copy(value: Json, _: Links) -> Json:
    if isinstance(value, (float, Decimal)):
        message = f"{values.shown(value)} is a number with a fraction: map it with `decimal`"
        raise ValueRefused(message)
    return value


def is_direct(operation: Operation) -> bool:
    """Whether words and golden value, where equal, say the same without being carried."""
    match operation:
        case Copy() | Text() | DecimalNumber():
            return True
        case Instant(form):
            return form is InstantForm.ISO
        case Money():
            return not operation.minor_units
        case SetOf(item):
            return is_direct(item)
        case Boolean() | BusinessDate() | ValueMap() | Reference():
            return False
        case _:
            assert_never(operation)


def _text(forms: Sequence[Form]) -> Conversion:
    normalise, alone = values.text_normaliser(forms), values.ascii_step(forms)

    def carry(value: Json, _: Links) -> str:
        text = value if isinstance(value, str) else values.require_text(value)
        if alone is not None and text.isascii():
            return alone(text)
        return normalise(text)

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


def _set(item: Conversion) -> Conversion:
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

    return Conversion(carrier(item.get, ordered), carrier(item.put, ordered))


def _money(operation: Money, paths: Sequence[str]) -> Conversion:
    names = ("amount", "currency") if len(paths) == 1 else tuple(paths)
    amount_name, currency_name = names
    to_amount, to_units = _amounts(operation)

    def get(words: Json, _: Links) -> Json:
        if not isinstance(words, dict):
            message = f"{values.shown(words)} is not an amount with a currency"
            raise ValueRefused(message)
        if is_blank(words.get(amount_name)):
            return None
        currency = values.require_currency(words.get(currency_name))
        return {"amount": to_amount(words[amount_name], currency), "currency": currency}

    def put(golden: Json, _: Links) -> Json:
        if not isinstance(golden, dict) or is_blank(golden.get("amount")):
            message = f"{values.shown(golden)} is not money: give an amount and a currency"
            raise ValueRefused(message)
        currency = values.require_currency(golden.get("currency"))
        return {amount_name: to_units(golden["amount"], currency), currency_name: currency}

    return Conversion(get, put)


def _amounts(operation: Money) -> tuple[Callable[[Json, str], str], Callable[[Json, str], Json]]:
    scale, rounding = operation.scale, operation.rounding

    def plain(amount: Json, currency: str) -> str:
        digits = values.minor_digits(currency)
        if isinstance(amount, str):
            return values.decimal_text(amount, None, digits, rounding)
        return values.plain_decimal(amount, None, digits, rounding)

    def rounded(amount: Json, currency: str) -> str:
        text = values.require_text(amount)
        return values.decimal_text(text, scale, values.minor_digits(currency), rounding)

    if operation.minor_units:
        return values.minor_to_amount, lambda amount, currency: values.amount_to_minor(
            values.require_text(amount), currency, rounding
        )
    return plain, rounded
