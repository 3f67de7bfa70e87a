"""Rules from a document's shapes: fields, constants, lists, slots, splits, computed values."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeGuard

from mappings import document as doc
from mappings import ops
from mappings.parse_operations import read_operation, table_name
from mappings.parse_statements import read_predicate
from mappings.parsing import Parsing
from mappings.view import Json
from mappings.yaml_text import Location

ALONE = {"constant": "a constant", "compute": "a computed field"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a whole entity that mean blank or hidden."""

    blank: tuple[Json, ...] = ()
    hidden: tuple[Json, ...] = ()


def read_rules(parsing: Parsing, shape: doc.EntityDocument, at: Location) -> Iterator[ops.Rule]:
    """Read all rules of an entity; those of a block carry its condition."""
    words = Words(tuple(shape.blank or ()), tuple(shape.hidden or ()))
    yield from _rules(parsing, shape, at, words)
    for index, block in enumerate(shape.blocks):
        here = (*at, "blocks", index)
        when = read_predicate(parsing, block.when, (*here, "when"))
        yield from (replace(rule, when=when) for rule in _rules(parsing, block, here, words))


def _rules(
    parsing: Parsing, shape: doc.EntityDocument | doc.BlockDocument, at: Location, words: Words
) -> Iterator[ops.Rule]:
    for index, field in enumerate(shape.fields):
        rule = _single(parsing, field, (*at, "fields", index), words)
        if rule is not None:
            yield rule
    for index, one in enumerate(shape.lists):
        yield _each(parsing, one, (*at, "lists", index), words)
    for index, slots in enumerate(shape.slots):
        yield _slots(parsing, slots, (*at, "slots", index), words)


def _single(
    parsing: Parsing, shape: doc.FieldDocument, at: Location, words: Words
) -> ops.Rule | None:
    if "constant" in shape.model_fields_set:
        return _constant(parsing, shape, at)
    if shape.compute is not None:
        return _computed(parsing, shape, shape.compute, at)
    if shape.split is not None:
        return _split(parsing, shape, shape.split, at)
    return _field(parsing, shape, at, words)


def _one_side(parsing: Parsing, shape: doc.FieldDocument, at: Location, key: str) -> bool:
    what = ALONE[key]
    if shape.model_fields_set - {key, "app", "golden"}:
        parsing.fault(at, f"{what} has no other operation, direction or default: remove them")
    if (shape.app is None) == (shape.golden is None):
        parsing.fault(at, f"{what} stands on one side: give app or golden, not both")
        return False
    return True


def _constant(parsing: Parsing, shape: doc.FieldDocument, at: Location) -> ops.Constant | None:
    if not _one_side(parsing, shape, at, "constant"):
        return None
    return ops.Constant(shape.app, shape.golden, shape.constant, parsing.place(at))


def _computed(
    parsing: Parsing, shape: doc.FieldDocument, compute: doc.ComputeDocument, at: Location
) -> ops.Computed | None:
    function = _function(compute)
    if function is None:
        message = "give one of join, first, count, sum: list.field or domain"
        parsing.fault((*at, "compute"), message)
    if not _one_side(parsing, shape, at, "compute") or function is None:
        return None
    return ops.Computed(shape.app, shape.golden, function, parsing.place(at))


def _function(shape: doc.ComputeDocument) -> ops.Function | None:
    said = shape.model_fields_set - {"separator"}
    if len(said) != 1 or ("separator" in shape.model_fields_set and said != {"join"}):
        return None
    if shape.join is not None:
        return ops.Joined(tuple(shape.join), shape.separator)
    if shape.first is not None:
        return ops.First(tuple(shape.first))
    if shape.count is not None:
        return ops.Count(shape.count)
    if shape.domain is not None:
        return ops.Domain(shape.domain)
    elements, _, field = (shape.sum or "").rpartition(".")
    return ops.Total(elements, field) if elements else None


def _split(
    parsing: Parsing, shape: doc.FieldDocument, split: doc.SplitDocument, at: Location
) -> ops.Split | None:
    if shape.model_fields_set - {"app", "split", "direction", "lossy"}:
        parsing.fault(at, "a split has no other operation, golden, blank or default: remove them")
    if shape.app is None:
        parsing.fault(at, "which field of the app is split? add app:")
        return None
    return ops.Split(
        app=shape.app,
        golden=tuple(split.golden),
        separator=split.separator,
        at=split.at,
        direction=shape.direction,
        lossy=shape.lossy,
        place=parsing.place(at),
    )


def _field(
    parsing: Parsing, shape: doc.FieldDocument, at: Location, words: Words
) -> ops.Field | None:
    operation = read_operation(parsing, shape, at)
    app = _app_paths(parsing, shape, at)
    if shape.golden is None:
        parsing.fault(at, "the golden path is missing: add golden:")
    if operation is None or not app or shape.golden is None:
        return None
    _way_back(parsing, shape, operation, at)
    default = shape.default or doc.DefaultDocument()
    spelled = _spelled(operation)
    return ops.Field(
        app=app,
        golden=shape.golden,
        operation=operation,
        direction=shape.direction,
        default=ops.Default(default.app, default.golden),
        lossy=shape.lossy,
        place=parsing.place(at),
        clears=shape.clears,
        blank=tuple(shape.blank or (word for word in words.blank if word not in spelled)),
        hidden=tuple(shape.hidden or words.hidden),
    )


def _way_back(
    parsing: Parsing, shape: doc.FieldDocument, operation: ops.Operation, at: Location
) -> None:
    """Refuse what cannot be carried back without saying so."""
    if not shape.direction.writes:
        return
    if (name := table_name(operation)) in parsing.ambiguous:
        message = (
            "several codes mean the same, so the way back is not clear: "
            "name one per value under canonical, or use direction: in"
        )
        parsing.fault(("value maps", name), message)
    if isinstance(operation, ops.Text) and operation.cut is not None and shape.lossy is None:
        parsing.fault((*at, "cut"), "what is cut is lost in the app: say why with lossy: reason")


def _spelled(operation: ops.Operation) -> tuple[Json, ...]:
    """Return the words that this operation knows itself, whatever they mean elsewhere."""
    match operation:
        case ops.Boolean(yes, no):
            return (*yes, *no)
        case ops.ValueMap(pairs=pairs):
            return tuple(code for code, _ in pairs)
        case _:
            return ()


def _app_paths(parsing: Parsing, shape: doc.FieldDocument, at: Location) -> tuple[str, ...]:
    several = shape.join or shape.pieces
    if several is not None:
        if shape.app is not None:
            parsing.fault(at, "the app fields stand inside join or pieces: remove app:")
        return tuple(several.app)
    pair: tuple[str | None, str | None] = (None, None)
    fixed = None
    if shape.money is not None:
        pair, fixed = (shape.money.amount, shape.money.currency), shape.money.in_
    elif shape.quantity is not None:
        pair, fixed = (shape.quantity.value, shape.quantity.unit), shape.quantity.in_
    one, other = pair
    if one and other and shape.app is None and fixed is None:
        return (one, other)
    if shape.app is not None and not (one or other):
        return (shape.app,)
    what = "both value: and unit:" if shape.quantity else "both amount: and currency:"
    who = "a quantity" if shape.quantity else "money"
    parsing.fault(at, f"give app:, or for {who} in two fields {what}")
    return ()


def _each(parsing: Parsing, shape: doc.ListDocument, at: Location, words: Words) -> ops.Each:
    inner = [
        _single(parsing, field, (*at, "fields", index), words)
        for index, field in enumerate(shape.fields)
    ]
    for index, rule in enumerate(inner):
        here = (*at, "fields", index)
        if isinstance(rule, ops.Split | ops.Computed):
            parsing.fault(here, "split and compute do not stand in a list: use single fields")
        elif isinstance(rule, ops.Field | ops.Constant) and "." in (rule.golden or ""):
            parsing.fault(here, "fields of an element are not nested: use one name")
    return ops.Each(
        app=shape.app,
        golden=shape.golden,
        key=shape.key,
        fields=tuple(_turned(rule, shape.direction) for rule in inner if _is_field(rule)),
        only=tuple((name, tuple(values)) for name, values in shape.only.items()),
        client_keys=shape.client_keys,
        direction=shape.direction,
        place=parsing.place(at),
        constants=tuple(rule for rule in inner if isinstance(rule, ops.Constant)),
    )


def _slots(parsing: Parsing, shape: doc.SlotsDocument, at: Location, words: Words) -> ops.Slots:
    slots = tuple(
        _slot(parsing, place, (*at, "places", name), words, shape.direction)
        for name, place in shape.places.items()
    )
    return ops.Slots(shape.golden, slots, shape.direction, parsing.place(at))


def _slot(
    parsing: Parsing,
    shape: doc.PlaceDocument,
    at: Location,
    words: Words,
    direction: ops.Direction,
) -> ops.Slot:
    fields: list[ops.Field] = []
    for index, inner in enumerate(shape.fields):
        here = (*at, "fields", index)
        rule = _single(parsing, inner, here, words)
        if isinstance(rule, ops.Field):
            fields.append(_turned(rule, direction))
            if "." in rule.golden:
                parsing.fault(here, "fields of an element are not nested: use one name")
            if rule.golden in shape.is_:
                parsing.fault(here, f"{rule.golden!r} is fixed by is: remove one of the two")
        elif rule is not None:
            parsing.fault(here, "only plain fields stand in a place; what is fixed goes under is:")
    fixed = tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in shape.is_.items()
    )
    return ops.Slot(str(at[-1]), fixed, tuple(fields), parsing.place(at))


def _is_field(rule: ops.Rule | None) -> TypeGuard[ops.Field]:
    return isinstance(rule, ops.Field)


def _turned(field: ops.Field, around: ops.Direction) -> ops.Field:
    """Return a field inside a list: a list of one direction has fields of that one only."""
    return field if around is ops.Direction.BOTH else replace(field, direction=around)
