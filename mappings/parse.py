"""A mapping document read into the language: `parse(text, name=…)`, with every fault placed."""

import re
from typing import Final

from pydantic import ValidationError

from mappings import document as doc
from mappings import ops
from mappings.errors import DocumentRefused, Fault
from mappings.faults import closest, shape_faults, spelled
from mappings.yaml_text import Document, Location, load, refuse

DATE_FORM: Final = re.compile(r"(?:%[Ymd][-./ ]?){3}")


def parse(text: str, *, name: str) -> ops.Mapping:
    """Read a mapping document; DocumentRefused lists every fault with its line and column."""
    source = load(text, name=name)
    if not isinstance(source.content, dict):
        refuse(name, source.place(()), "a mapping begins with keys such as object: and entity:")
    try:
        shape = doc.MappingDocument.model_validate(source.content)
    except ValidationError as error:
        raise DocumentRefused(name, shape_faults(source, error)) from error
    reading = _Reading(source)
    mapping = reading.mapping(name, shape)
    if reading.faults:
        raise DocumentRefused(name, reading.faults)
    return mapping


class _Reading:
    """Turns checked shapes into rules and gathers the faults that a shape alone cannot show."""

    def __init__(self, source: Document) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.value_maps: dict[str, ops.ValueMap] = {}
        self.ambiguous: set[str] = set()

    def fault(self, at: Location, message: str) -> None:
        place = self.source.place(at)
        self.faults.append(Fault(place.line, place.column, spelled(at), message))

    def mapping(self, name: str, shape: doc.MappingDocument) -> ops.Mapping:
        for table, value_map in shape.value_maps.items():
            self.value_maps[table] = self.value_map(table, value_map)
        rules: list[ops.Rule] = []
        for index, field in enumerate(shape.fields):
            rule = self.field_or_constant(field, ("fields", index))
            if rule is not None:
                rules.append(rule)
        rules.extend(self.each(one, ("lists", index)) for index, one in enumerate(shape.lists))
        when = ("publish when",)
        predicate = shape.publish_when
        return ops.Mapping(
            name=name,
            object_type=shape.object,
            entity=shape.entity,
            version=shape.version,
            publish_when=ops.AllOf(()) if predicate is None else self.predicate(predicate, when),
            publish_place=self.source.place(when),
            rules=tuple(rules),
            value_maps=self.value_maps,
        )

    # --- value maps and predicates

    def value_map(self, name: str, shape: doc.ValueMapDocument) -> ops.ValueMap:
        at: Location = ("value maps", name)
        for golden, app in shape.canonical.items():
            if shape.pairs.get(app) != golden:
                message = f"canonical says {golden!r} -> {app!r}, but pairs has no such row: add it"
                self.fault((*at, "canonical", golden), message)
        values = list(shape.pairs.values())
        if {golden for golden in values if values.count(golden) > 1} - shape.canonical.keys():
            self.ambiguous.add(name)
        pairs, canonical = tuple(shape.pairs.items()), tuple(shape.canonical.items())
        return ops.ValueMap(name, pairs, canonical, self.source.place(at))

    def predicate(self, shape: doc.PredicateDocument, at: Location) -> ops.Predicate:
        said = shape.model_fields_set
        tests = said - {"field"}
        if len(tests) != 1 or ("field" in said) == bool(tests & {"all", "any", "not_"}):
            self.fault(
                at, "give all, any or not; or a field with one of equals, in, present, contains"
            )
            return ops.AllOf(())
        if shape.all is not None:
            return ops.AllOf(self.predicates(shape.all, (*at, "all")))
        if shape.any is not None:
            return ops.AnyOf(self.predicates(shape.any, (*at, "any")))
        if shape.not_ is not None:
            return ops.Not(self.predicate(shape.not_, (*at, "not")))
        return _test(shape)

    def predicates(
        self, shapes: list[doc.PredicateDocument], at: Location
    ) -> tuple[ops.Predicate, ...]:
        return tuple(self.predicate(shape, (*at, index)) for index, shape in enumerate(shapes))

    # --- fields and lists

    def field_or_constant(
        self, shape: doc.FieldDocument, at: Location
    ) -> ops.Field | ops.Constant | None:
        if "constant" in shape.model_fields_set:
            return self.constant(shape, at)
        return self.field(shape, at)

    def constant(self, shape: doc.FieldDocument, at: Location) -> ops.Constant | None:
        if shape.model_fields_set - {"constant", "app", "golden"}:
            self.fault(at, "a constant has no other operation, direction or default: remove them")
        if (shape.app is None) == (shape.golden is None):
            self.fault(at, "a constant stands on one side: give app or golden, not both")
            return None
        return ops.Constant(shape.app, shape.golden, shape.constant, self.source.place(at))

    def field(self, shape: doc.FieldDocument, at: Location) -> ops.Field | None:
        operation = self.operation(shape, at)
        app = self.app_paths(shape, at)
        if shape.golden is None:
            self.fault(at, "the golden path is missing: add golden:")
        if operation is None or not app or shape.golden is None:
            return None
        if shape.direction.writes and (name := _table(operation)) in self.ambiguous:
            message = (
                "several codes mean the same, so the way back is not clear: "
                "name one per value under canonical, or use direction: in"
            )
            self.fault(("value maps", name), message)
        default = shape.default or doc.DefaultDocument()
        return ops.Field(
            app=app,
            golden=shape.golden,
            operation=operation,
            direction=shape.direction,
            default=ops.Default(default.app, default.golden),
            lossy=shape.lossy,
            place=self.source.place(at),
        )

    def app_paths(self, shape: doc.FieldDocument, at: Location) -> tuple[str, ...]:
        money = shape.money
        if money is not None and money.amount and money.currency and shape.app is None:
            return (money.amount, money.currency)
        if shape.app is not None and not (money and (money.amount or money.currency)):
            return (shape.app,)
        self.fault(at, "give app:, or for money in two fields both amount: and currency:")
        return ()

    def each(self, shape: doc.ListDocument, at: Location) -> ops.Each:
        fields: list[ops.Field] = []
        for index, inner in enumerate(shape.fields):
            here = (*at, "fields", index)
            if "constant" in inner.model_fields_set:
                self.fault(here, "a constant does not stand in a list yet: remove it")
            elif (field := self.field(inner, here)) is not None:
                fields.append(field)
                if "." in field.golden:
                    self.fault(here, "fields of an element are not nested: use one name")
        return ops.Each(
            app=shape.app,
            golden=shape.golden,
            key=shape.key,
            fields=tuple(fields),
            only=tuple((name, tuple(values)) for name, values in shape.only.items()),
            client_keys=shape.client_keys,
            direction=shape.direction,
            place=self.source.place(at),
        )

    # --- operations

    def operation(self, shape: doc.FieldDocument, at: Location) -> ops.Operation | None:
        if shape.money is not None or shape.set is not None:
            if _chosen(shape) or (shape.money is not None and shape.set is not None):
                self.fault(at, "one field has one operation: keep one")
            if shape.money is not None:
                money = shape.money
                return ops.Money(money.minor_units, money.scale, money.rounding)
        if shape.set is not None:
            item = self.item(shape.set, (*at, "set"))
            return None if item is None else ops.SetOf(item)
        return self.item(shape, at)

    def item(self, shape: doc.ItemDocument, at: Location) -> ops.ItemOperation | None:
        chosen = _chosen(shape)
        if len(chosen) > 1:
            self.fault(at, f"one field has one operation, not {' and '.join(chosen)}: keep one")
            return None
        match chosen:
            case ["values"]:
                return self.table(str(shape.values), (*at, "values"))
            case ["date"] if shape.date and not _is_date_form(shape.date.form):
                message = "a date form has %Y, %m and %d once each, with - . / or space between"
                self.fault((*at, "date"), message)
                return None
            case _:
                return _item(shape)

    def table(self, name: str, at: Location) -> ops.ValueMap | None:
        if name not in self.value_maps:
            near = closest(name, self.value_maps)
            self.fault(at, f"there is no value map {name!r}{near}: add it under value maps")
        return self.value_maps.get(name)


def _chosen(shape: doc.ItemDocument) -> list[str]:
    names = doc.ItemDocument.model_fields
    return [name for name in names if getattr(shape, name) is not None]


def _item(shape: doc.ItemDocument) -> ops.ItemOperation:
    operation: ops.ItemOperation = ops.Copy()
    if shape.text is not None:
        operation = ops.Text(tuple(shape.text))
    elif (decimal := shape.decimal) is not None:
        operation = ops.DecimalNumber(decimal.scale, decimal.min_scale, decimal.rounding)
    elif shape.boolean is not None:
        operation = ops.Boolean(tuple(shape.boolean.yes), tuple(shape.boolean.no))
    elif shape.date is not None:
        operation = ops.BusinessDate(shape.date.form)
    elif shape.instant is not None:
        operation = ops.Instant(shape.instant.form)
    elif shape.reference is not None:
        operation = ops.Reference(shape.reference.entity, shape.reference.missing)
    return operation


def _test(shape: doc.PredicateDocument) -> ops.Predicate:
    field = str(shape.field)
    if shape.in_ is not None:
        return ops.In(field, tuple(shape.in_))
    if shape.present is not None:
        return ops.Present(field, shape.present)
    if shape.contains is not None:
        return ops.Contains(field, shape.contains)
    return ops.In(field, (shape.equals,))


def _is_date_form(form: str) -> bool:
    return bool(DATE_FORM.fullmatch(form)) and all(form.count(f"%{part}") == 1 for part in "Ymd")


def _table(operation: ops.Operation) -> str:
    if isinstance(operation, ops.SetOf):
        return _table(operation.item)
    return operation.name if isinstance(operation, ops.ValueMap) else ""
