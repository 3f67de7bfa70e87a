"""Predicates, value maps, invariants, delete policies and examples, from a document's shapes."""

from mappings import document as doc
from mappings import ops
from mappings.parsing import Parsing
from mappings.statements import Fuse, GoneInGolden
from mappings.yaml_text import Location


def read_value_map(parsing: Parsing, name: str, shape: doc.ValueMapDocument) -> ops.ValueMap:
    """Read one table of codes; notes whether its way back is clear."""
    at: Location = ("value maps", name)
    for golden, app in shape.canonical.items():
        if shape.pairs.get(app) != golden:
            message = f"canonical says {golden!r} -> {app!r}, but pairs has no such row: add it"
            parsing.fault((*at, "canonical", golden), message)
    values = list(shape.pairs.values())
    if {golden for golden in values if values.count(golden) > 1} - shape.canonical.keys():
        parsing.ambiguous.add(name)
    pairs, canonical = tuple(shape.pairs.items()), tuple(shape.canonical.items())
    return ops.ValueMap(name, pairs, canonical, parsing.place(at))


def read_predicate(
    parsing: Parsing, shape: doc.PredicateDocument | None, at: Location
) -> ops.Predicate:
    """Read a condition; none at all always holds."""
    if shape is None:
        return ops.ALWAYS
    said = shape.model_fields_set
    tests = said - {"field"}
    if len(tests) != 1 or ("field" in said) == bool(tests & {"all", "any", "not_"}):
        parsing.fault(
            at, "give all, any or not; or a field with one of equals, in, present, contains"
        )
        return ops.ALWAYS
    if shape.all is not None:
        return ops.AllOf(_predicates(parsing, shape.all, (*at, "all")))
    if shape.any is not None:
        return ops.AnyOf(_predicates(parsing, shape.any, (*at, "any")))
    if shape.not_ is not None:
        return ops.Not(read_predicate(parsing, shape.not_, (*at, "not")))
    return _test(shape)


def _predicates(
    parsing: Parsing, shapes: list[doc.PredicateDocument], at: Location
) -> tuple[ops.Predicate, ...]:
    return tuple(read_predicate(parsing, shape, (*at, index)) for index, shape in enumerate(shapes))


def _test(shape: doc.PredicateDocument) -> ops.Predicate:
    field = str(shape.field)
    if shape.in_ is not None:
        return ops.In(field, tuple(shape.in_))
    if shape.present is not None:
        return ops.Present(field, shape.present)
    if shape.contains is not None:
        return ops.Contains(field, shape.contains)
    return ops.In(field, (shape.equals,))


def read_invariants(
    parsing: Parsing, shapes: list[doc.InvariantDocument], at: Location
) -> tuple[ops.Invariant, ...]:
    """Read what holds inside one golden record."""
    found: list[ops.Invariant] = []
    for index, shape in enumerate(shapes):
        here = (*at, index)
        place = parsing.place(here)
        said = shape.model_fields_set
        if said - {"tolerance"} == {"sum", "equals"} and "." in str(shape.sum):
            elements, _, field = str(shape.sum).rpartition(".")
            total = str(shape.equals)
            found.append(ops.SumEquals(elements, field, total, shape.tolerance, place))
        elif said == {"field", "not_after"}:
            found.append(ops.NotAfter(str(shape.field), str(shape.not_after), place))
        else:
            message = "give sum: list.field with equals: total, or field: with not after:"
            parsing.fault(here, message)
    return tuple(found)


def read_delete(
    parsing: Parsing, shape: doc.DeleteDocument | None, at: Location
) -> ops.DeletePolicy:
    """Read what deletes mean; without it nothing is deleted anywhere."""
    if shape is None:
        return ops.DeletePolicy()
    says = shape.deactivate
    if shape.gone_in_golden is GoneInGolden.DEACTIVATE and says is None:
        parsing.fault(
            at, "how does the app show a deactivated record? add deactivate: {app, value}"
        )
    return ops.DeletePolicy(
        gone_in_app=shape.gone_in_app,
        gone_in_golden=shape.gone_in_golden,
        deactivate=None if says is None else (says.app, says.value),
        fuse=Fuse(shape.fuse.most, shape.fuse.percent),
        place=parsing.place(at),
    )


def read_examples(
    parsing: Parsing, shapes: list[doc.ExampleDocument], at: Location
) -> tuple[ops.Example, ...]:
    """Read the examples that a mapping carries."""
    return tuple(
        ops.Example(
            name=shape.name or f"example {index + 1}",
            app=shape.app,
            golden=shape.golden,
            one_way=shape.one_way,
            place=parsing.place((*at, index)),
        )
        for index, shape in enumerate(shapes)
    )
