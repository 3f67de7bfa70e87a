"""Values worked out one way from other fields by a closed set of functions."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, Protocol, assert_never
from urllib.parse import urlsplit

from mappings import ops, values
from mappings.compound import join_words
from mappings.errors import CarryError, ValueRefused
from mappings.paths import MISSING, reader, split_path, writer
from mappings.predicates import is_blank
from mappings.reading import Reading
from mappings.terms import Rounding
from mappings.view import Json, Record, new_read
from mappings.writing import Writing


class Operands(Protocol):
    """Where a function finds what it works on; MISSING where that is not known."""

    def value(self, path: str) -> Json:
        """Return a single value."""

    def elements(self, path: str) -> Iterable[Mapping[str, Json]] | None:
        """Return the elements of a list; None where that is not known."""


def compile_function(function: ops.Function) -> Callable[[Operands], Json]:
    """Compile a function; it answers MISSING while an operand is not known, None for a blank."""
    match function:
        case ops.Joined(fields, separator):
            return _of_values(fields, lambda found: join_words(found, separator) or None)
        case ops.First(fields):
            return _of_values(fields, _first)
        case ops.Domain(field):
            return _of_values((field,), lambda found: _domain(found[0]))
        case ops.Count(path):
            return _of_elements(path, len)
        case ops.Total(path, field):
            return _of_elements(path, lambda elements: total(elements, field))
        case _:
            assert_never(function)


def operand_paths(function: ops.Function) -> tuple[str, ...]:
    """Return the single fields a function looks at."""
    match function:
        case ops.Joined(fields, _) | ops.First(fields):
            return fields
        case ops.Domain(field):
            return (field,)
        case ops.Count() | ops.Total():
            return ()
        case _:
            assert_never(function)


def operand_list(function: ops.Function) -> str | None:
    """Return the list a function looks at, if it does."""
    return function.elements if isinstance(function, ops.Count | ops.Total) else None


def _of_values(
    fields: tuple[str, ...], work: Callable[[list[Json]], Json]
) -> Callable[[Operands], Json]:
    def run(operands: Operands) -> Json:
        found = [operands.value(field) for field in fields]
        return MISSING if any(one is MISSING for one in found) else work(found)

    return run


def _of_elements(
    path: str, work: Callable[[list[Mapping[str, Json]]], Json]
) -> Callable[[Operands], Json]:
    def run(operands: Operands) -> Json:
        found = operands.elements(path)
        return MISSING if found is None else work(list(found))

    return run


def _first(found: list[Json]) -> Json:
    return next((one for one in found if not is_blank(one)), None)


def _domain(address: Json) -> str | None:
    if is_blank(address):
        return None
    text = values.require_text(address).strip().lower()
    if "@" in text:
        return text.rpartition("@")[2] or None
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname
    except ValueError as error:
        message = f"{values.shown(address)} is not a web address"
        raise ValueRefused(message) from error
    return host.removeprefix("www.") if host else None


def total(elements: Iterable[Mapping[str, Json]], field: str) -> str:
    """Return the sum of a field over elements; of money, of its amounts. A blank counts as 0."""
    summed = Decimal(0)
    for element in elements:
        value = element.get(field)
        if isinstance(value, dict):
            value = value.get("amount")
        if not is_blank(value):
            summed = values.EXACT.add(summed, values.to_decimal(value))
    return values.plain_decimal(summed, None, 0, Rounding.HALF_EVEN)


class _OfRecord:
    """Operands in an app's record."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def value(self, path: str) -> Json:
        return reader(path)(self.record)

    def elements(self, path: str) -> Iterable[Mapping[str, Json]] | None:
        found = reader(path)(self.record)
        if isinstance(found, list):
            return [one for one in found if isinstance(one, dict)]
        return [] if found is None else None


class _OfGolden:
    """Operands in the golden record, as far as it is projected."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing

    def value(self, path: str) -> Json:
        return self.writing.shown(path, MISSING)

    def elements(self, path: str) -> Iterable[Mapping[str, Json]] | None:
        found = self.writing.golden.elements.get(path)
        return None if found is None else found.values()


class _OfBefore:
    """Operands as the record before says them."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing

    def value(self, path: str) -> Json:
        return self.writing.before_scalars().get(path, MISSING)

    def elements(self, path: str) -> Iterable[Mapping[str, Json]] | None:
        found = self.writing.before_inbound().elements.get(path)
        return None if found is None else [read.value for read in found.values()]


class BoundComputed(NamedTuple):
    """A compiled function with its target."""

    rule: ops.Computed
    work: Callable[[Operands], Json]
    top: str | None

    def read(self, reading: Reading) -> None:
        """Work out a golden value from the record."""
        path = str(self.rule.golden)
        try:
            value = self.work(_OfRecord(reading.record))
        except CarryError as error:
            reading.refuse(path, None, error)
            return
        if value is MISSING:
            reading.absent.append(path)
        else:
            reading.scalars[path] = new_read((value, value))

    def write(self, writing: Writing) -> None:
        """Work out an app's value; it is written if what it is made of has changed."""
        path = str(self.rule.app)
        try:
            value = self.work(_OfGolden(writing))
            if value is MISSING or _same(reader(path)(writing.before), value):
                return
            if not writing.creates and self.work(_OfBefore(writing)) == value:
                return
        except CarryError as error:
            for operand in operand_paths(self.rule.function):
                writing.refuse(operand, writing.golden.scalars.get(operand), error)
            return
        writer(path)(writing.values, value, writing.before)


def _same(words: Json, value: Json) -> bool:
    """Whether the app says this already, numbers in any spelling."""
    if words is MISSING:
        return value is None
    if words == value or (is_blank(words) and value is None):
        return True
    try:
        return values.to_decimal(words) == values.to_decimal(value)
    except CarryError:
        return False


def bind_computed(rule: ops.Computed) -> BoundComputed:
    """Compile one computed field."""
    top = None if rule.app is None else split_path(rule.app)[0]
    return BoundComputed(rule, compile_function(rule.function), top)
