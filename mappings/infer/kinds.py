"""Kinds of fields that can meet, and the operation that carries one to the other."""

from collections.abc import Mapping, Sequence
from typing import Final

from mappings.infer.samples import format_of
from mappings.infer.words import meaning_of_code, meanings_of
from mappings.shapes import Shape
from mappings.view import Json

Operation = tuple[tuple[str, Json], ...]
_COUNTRY, _CURRENCY = "^[A-Z]{2}$", "^[A-Z]{3}$"
_CODE: Final = 3
_TRIED: Final = "EUR"
_TIMES: Final[dict[str, tuple[str, frozenset[str | None]]]] = {
    "date-time": ("instant", frozenset({"date-time"})),
    "date": ("date", frozenset({"date", None})),
}


def operation_of(one: Shape, other: Shape, path: str, mine: Sequence[Json]) -> Operation | None:
    """Return what to write beside the paths; None if these kinds cannot meet."""
    if _is_number(one) and _is_money(other):
        return (("money", {"in": _TRIED}),)
    if _are_apart(one, other):
        return None
    if is_elements(other):
        return ()
    if other.ref is not None and _type(one) != "boolean":
        return (("reference", {"entity": other.ref, "missing": "hold"}), *_says_false(one))
    if _is_set(other):
        return (("set", {}),)
    return (("money", {}),) if _is_money(other) else _scalar_operation(one, other, path, mine)


def _are_apart(one: Shape, other: Shape) -> bool:
    asked = (is_elements, _is_set, _is_money, lambda shape: bool(shape.properties))
    return any(ask(one) != ask(other) for ask in asked)


def _scalar_operation(
    one: Shape, other: Shape, path: str, mine: Sequence[Json]
) -> Operation | None:
    a, b = _type(one), _type(other)
    asks = a == "boolean" and bool(code_pairs(one, other))
    if not asks and ((a == "boolean") != (b == "boolean") or (a == "integer" and b == "string")):
        return None
    if a in {"boolean", "integer"} or one.codes or other.codes or other.properties:
        return ()
    form = form_of(one, mine)
    wanted = other.schema.get("format")
    if wanted in _TIMES:
        operation, read = _TIMES[wanted]
        return ((operation, {}),) if form in read else None
    if a == "number" or form == "decimal":
        return (("decimal", {}),)
    return (*_text_operation(other, path, mine), *_says_false(one))


def _says_false(one: Shape) -> Operation:
    """Return what tells that some systems say false for nothing."""
    return (("blank", [False]),) if "boolean" in one.types else ()


def _text_operation(other: Shape, path: str, mine: Sequence[Json]) -> Operation:
    if path.startswith("tax_ids"):
        return (("tax id", {}),) if path.endswith("value") else (("text", ["trim"]),)
    pattern = other.schema.get("pattern")
    if pattern == _COUNTRY and meanings_of(path)[-1] == "country":
        spelled = any(len(each) > _CODE for each in mine if isinstance(each, str))
        return (("country", {"form": "name"} if spelled else {}),)
    return (("text", ["trim", "upper"] if pattern == _CURRENCY else ["nfc", "trim"]),)


def _type(shape: Shape) -> str:
    """Return the type; of several not boolean: some systems say false for an empty text."""
    return min(shape.types - {"boolean"} or shape.types, default="string")


def is_whole(shape: Shape) -> bool:
    """Say whether an object is one value: money, a quantity, or what its schema calls atomic."""
    note = shape.schema.get("x-field")
    atomic = isinstance(note, Mapping) and bool(note.get("atomic"))
    return atomic or _is_money(shape) or {"value", "unit"} == shape.properties.keys()


def is_elements(shape: Shape) -> bool:
    """Say whether it is a list of objects."""
    return shape.items is not None and bool(shape.items.properties)


def _is_money(shape: Shape) -> bool:
    return {"amount", "currency"} <= shape.properties.keys()


def _is_number(shape: Shape) -> bool:
    return _type(shape) in {"number", "integer"}


def _is_set(shape: Shape) -> bool:
    return shape.items is not None and not shape.items.properties


def form_of(shape: Shape, values: Sequence[Json]) -> str | None:
    """Return the format of a field: as its schema says, else as its values have it."""
    told = (str(each) for each in values if each is not None and not isinstance(each, dict))
    said: str | None = shape.schema.get("format")
    return said or format_of(told)


def code_pairs(one: Shape, other: Shape) -> tuple[tuple[Json, str], ...]:
    """Return the codes that mean the same, each golden code once; of a boolean, what it asks."""
    mine: dict[Json, str] = {each: meaning_of_code(each) for each in one.codes}
    if _type(one) == "boolean" and {"organisation", "person"} <= other.codes:
        mine = {True: "organisation", False: "person"}
    found: dict[Json, str] = {}
    for each in sorted(mine, key=lambda code: (mine[code] != str(code).casefold(), str(code))):
        for code in sorted(map(str, other.codes)):
            if mine[each] == meaning_of_code(code) and code not in found.values():
                found[each] = code
    return tuple(sorted(found.items(), key=lambda pair: (pair[0] is False, str(pair[0]))))
