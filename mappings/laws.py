"""The laws every two-way mapping keeps, tried on made-up records.

1. Nothing changed, nothing written, both ways. 2. What was written comes back: exactly where the
golden record is known, and up to the declared normal form where it is not. 3. Written once is
written: a second write has nothing left to say. A field marked `lossy` is excused from the normal
form, never from the rest. Hypothesis is needed here and nowhere else; no files are written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeGuard, assert_never
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings import identifiers, ops, units, values
from mappings.compile import CompiledMapping, compile_mapping
from mappings.compound import join_words
from mappings.lists import says, says_one_of
from mappings.paths import reader
from mappings.predicates import compile_predicate, is_blank
from mappings.samples import NEW_KEYS, OTHER, Mirror, records, views
from mappings.shapes import shape_of
from mappings.view import Inbound, Json, Read, Record, View

LINKS = Mirror()


@dataclass(frozen=True, slots=True)
class CounterExample:
    """The smallest record or golden value found for which a law does not hold."""

    law: str
    path: str
    before: Json
    after: Json

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.path}: {self.before!r} becomes {self.after!r} ({self.law})"


class _Broken(Exception):
    def __init__(self, example: CounterExample) -> None:
        self.example = example
        super().__init__(str(example))


def counter_example(
    mapping: ops.Mapping,
    app: Mapping[str, Json],
    golden: Mapping[str, Json],
    *,
    documents: int = 100,
) -> CounterExample | None:
    """Try the laws on made-up records of both sides; None if all hold. Always the same records."""
    app_shape, golden_shape = shape_of(app), shape_of(golden)
    trial = _Trial(mapping)
    some_records, some_views = records(mapping, app_shape), views(mapping, golden_shape)
    try:
        _run(trial.nothing_changed, documents, record=some_records)
        _run(trial.comes_back, documents, golden=some_views, record=st.none() | some_records)
    except _Broken as broken:
        return broken.example
    return None


def _run(law: Callable[..., None], documents: int, **strategies: st.SearchStrategy[Json]) -> None:
    @settings(
        max_examples=documents,
        database=None,
        derandomize=True,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(**strategies)
    def run(**drawn: Json) -> None:
        law(**drawn)

    run()


class _Trial:
    """One mapping on trial."""

    def __init__(self, mapping: ops.Mapping) -> None:
        self.compiled: CompiledMapping = compile_mapping(mapping)
        self.prefix = {rule: mapping.prefix(rule) for rule in mapping.rules if _is_each(rule)}
        self.fields = [rule for rule in mapping.rules if isinstance(rule, ops.Field)]
        self.splits = [rule for rule in mapping.rules if isinstance(rule, ops.Split)]
        self.lists = [rule for rule in mapping.rules if isinstance(rule, ops.Each)]
        self.slots = [rule for rule in mapping.rules if isinstance(rule, ops.Slots)]

    def nothing_changed(self, record: Record) -> None:
        """Read a record and write it back; read it again."""
        inbound = self.compiled.to_golden(record, None, LINKS)
        view = View(
            {path: read.value for path, read in inbound.scalars.items()},
            {path: _values(reads) for path, reads in inbound.elements.items()},
        )
        for name, words in self.compiled.to_system(view, record, LINKS).values.items():
            _broken("nothing changed, yet it is written", name, record.get(name), words)
        again = self.compiled.to_golden(record, view, LINKS)
        for path, read in again.scalars.items():
            _same("read twice", path, view.scalars[path], read.value)

    def comes_back(self, golden: View, record: Record | None) -> None:
        """Write a golden record, read it back with and without knowing it, write it again."""
        outbound = self.compiled.to_system(golden, record, LINKS)
        after = {**(record or {}), **outbound.values}
        if outbound.problems:
            path, problem = next(iter(outbound.problems.items()))
            _broken(problem.reason, path, problem.words, None)
        golden = self._with_keys(golden, after)
        known = self.compiled.to_golden(after, golden, LINKS)
        unknown = self.compiled.to_golden(after, None, LINKS)
        self._all_came_back(golden, known, unknown)
        for each in self.lists:
            self._rest_untouched(each, record, after)
        for name, words in self.compiled.to_system(golden, after, LINKS).values.items():
            _broken("written, and written again", name, after.get(name), words)

    def _all_came_back(self, golden: View, known: Inbound, unknown: Inbound) -> None:
        holds = _Holds(golden, known.scalars)
        for field in filter(holds, self.fields):
            self._field_came_back(field, golden.scalars, known.scalars, unknown.scalars)
        for split in filter(holds, self.splits):
            _split_came_back(split, golden.scalars, known.scalars, unknown.scalars)
        for slots in filter(holds, self.slots):
            self._slots_came_back(slots, golden, known.elements, unknown.elements)
        for each in filter(holds, self.lists):
            known_elements = known.elements.get(each.golden, {})
            self._list_came_back(each, golden, known_elements, unknown.elements)

    def _with_keys(self, golden: View, after: Record) -> View:
        """Play the app: give new elements a key, as golden then knows them by."""
        elements = {path: dict(one) for path, one in golden.elements.items()}
        for each in self.lists:
            if not each.direction.writes:
                continue
            mine = elements.get(each.golden, {})
            new = [key for key in NEW_KEYS if key in mine and _covered(each, mine[key])]
            written = [one for one in _elements(each, after) if OTHER not in one]
            fresh = [one for one in written if str(one.get(each.key, "el_")).startswith("el_")]
            for key, element in zip(new, fresh, strict=True):
                element[each.key] = key.removeprefix("+")
                mine[self.prefix[each] + element[each.key]] = mine.pop(key)
        for slots in self.slots:
            _seat(slots, elements.get(slots.golden, {}))
        return View(golden.scalars, elements)

    def _field_came_back(
        self,
        field: ops.Field,
        golden: Mapping[str, Json],
        known: Mapping[str, Read],
        unknown: Mapping[str, Read],
    ) -> None:
        path = field.golden
        if field.direction is not ops.Direction.BOTH or path not in golden:
            return
        value = golden[path]
        normal = normal_form(field, value)
        if path not in known:
            _same("what was written comes back", path, normal, None)
            return
        if is_blank(normal):
            return
        _same("what was written comes back", path, value, known[path].value)
        if field.lossy is None and unknown[path].value != value:
            law = "what was written comes back in its normal form; else mark it `lossy: reason`"
            _same(law, path, normal, unknown[path].value)

    def _list_came_back(
        self,
        each: ops.Each,
        golden: View,
        known: Mapping[str, Read],
        unknown: Mapping[str, Mapping[str, Read]],
    ) -> None:
        if each.direction is not ops.Direction.BOTH or each.golden not in golden.elements:
            return
        prefix = self.prefix[each]
        mine = golden.elements[each.golden].items()
        wanted = {key: one for key, one in mine if key.startswith(prefix)}
        covered = {key: one for key, one in wanted.items() if _covered(each, one)}
        _same("elements come back", each.golden, covered.keys() & known.keys(), covered.keys())
        bare = unknown.get(each.golden, {})
        for key, element in covered.items():
            for field in each.fields:
                one = {field.golden: element.get(field.golden)}
                self._field_came_back(field, one, _inner(known[key]), _inner(bare[key]))

    def _slots_came_back(
        self,
        slots: ops.Slots,
        golden: View,
        known: Mapping[str, Mapping[str, Read]],
        unknown: Mapping[str, Mapping[str, Read]],
    ) -> None:
        if slots.direction is not ops.Direction.BOTH or slots.golden not in golden.elements:
            return
        wanted = golden.elements[slots.golden]
        for slot in slots.slots:
            element = wanted.get(slot.key, {})
            both = [one for one in slot.fields if one.direction is ops.Direction.BOTH]
            said = [one for one in both if not is_blank(_normal_of(one, element))]
            path = f"{slots.golden}[{slot.key}]"
            back, bare = known.get(slots.golden, {}), unknown.get(slots.golden, {})
            if said or len(both) == len(slot.fields):
                law = "what stands in a place comes back"
                _same(law, path, bool(said), slot.key in (back if said else bare))
            for field in said:
                one = {field.golden: element[field.golden]}
                here, there = _inner(back[slot.key]), _inner(bare[slot.key])
                self._field_came_back(field, one, here, there)

    def _rest_untouched(self, each: ops.Each, record: Record | None, after: Record) -> None:
        before = {one[each.key]: one for one in _elements(each, record or {})}
        for element in _elements(each, after):
            old = before.get(element[each.key])
            if old is not None:
                law = "what no rule maps stays"
                _same(law, f"{each.golden}.{OTHER}", old[OTHER], element.get(OTHER))


def _is_each(rule: ops.Rule) -> TypeGuard[ops.Each]:
    return isinstance(rule, ops.Each)


def _elements(each: ops.Each, record: Record) -> list[Record]:
    return reader(each.app)(record) or []


class _Holds:
    """Whether a rule's condition holds for what was written, and for what was read."""

    def __init__(self, golden: View, read: Mapping[str, Read]) -> None:
        self.after = _values(read)
        self.before = {**self.after, **golden.scalars}

    def __call__(self, rule: ops.Rule) -> bool:
        test = compile_predicate(rule.when)
        return test(self.before) and test(self.after)


def _seat(slots: ops.Slots, elements: dict[str, Json]) -> None:
    """Play the hub: a new element is known by the place it was written to."""
    for slot in slots.slots:
        if slot.key in elements:
            continue
        fresh = [key for key in sorted(elements) if key.startswith("+")]
        fits = [key for key in fresh if _fits(slot, elements[key])]
        if fits:
            elements[slot.key] = elements.pop(fits[0])


def _fits(slot: ops.Slot, element: Mapping[str, Json]) -> bool:
    return all(says(element.get(name), value) for name, value in slot.fixed)


def _normal_of(field: ops.Field, element: Mapping[str, Json]) -> Json:
    return normal_form(field, element.get(field.golden))


def _split_came_back(
    split: ops.Split,
    golden: Mapping[str, Json],
    known: Mapping[str, Read],
    unknown: Mapping[str, Read],
) -> None:
    if split.direction is not ops.Direction.BOTH or not golden.keys() >= set(split.golden):
        return
    text = join_words([golden[path] for path in split.golden], split.separator)
    if not text:
        return
    law = "what was written comes back"
    for path in split.golden:
        _same(law, path, golden[path], known[path].value)
    back = join_words([unknown[path].value for path in split.golden], split.separator)
    if split.lossy is None:
        _same(law, split.app, _spaced(text, split.separator), back)


def _spaced(text: str, separator: str) -> str:
    return separator.join(word.strip() for word in text.split(separator) if word.strip())


def normal_form(field: ops.Field, value: Json) -> Json:
    """Return what a golden value is equal to once this field carried it and came back."""
    if is_blank(value):
        return None
    normal = _normal(field.operation, value)
    return None if is_blank(normal) else normal


def _normal(operation: ops.Operation, value: Json) -> Json:  # noqa: C901, PLR0911, PLR0912 one arm per class
    match operation:
        case ops.Text(forms, cut):
            return (
                values.text_normaliser(forms)(value)[:cut].rstrip()
                if cut
                else (values.text_normaliser(forms)(value))
            )
        case ops.Join(separator, _):
            return _spaced(value, separator)
        case ops.Pieces():
            return " ".join(value.split())
        case ops.Phone(region):
            return identifiers.phone_to_golden(value, region)
        case ops.TaxId(country):
            return identifiers.tax_id(value, country)
        case ops.LocalTime(form, zone):
            clock = ZoneInfo(zone)
            return values.parse_local(values.format_local(value, form, clock), form, clock)
        case ops.Quantity(unit, scale, rounding):
            wanted = unit or value["unit"]
            number = units.converted(value["value"], value["unit"], wanted)
            return {"value": values.plain_decimal(number, scale, 0, rounding), "unit": wanted}
        case ops.DecimalNumber(scale, min_scale, rounding):
            return values.plain_decimal(value, scale, min_scale, rounding)
        case ops.Instant(form):
            return value if form is ops.InstantForm.ISO else _whole(value, form)
        case ops.SetOf(item, separator):
            codes = {_normal(item, code) for code in value}
            codes = codes if separator is None else {code.strip() for code in codes}
            return sorted(codes - {""})
        case ops.Money(minor_units, scale, rounding, _):
            digits = values.minor_digits(value["currency"])
            scale = digits if minor_units else scale
            amount = values.plain_decimal(value["amount"], scale, digits, rounding)
            return {"amount": amount, "currency": value["currency"]}
        case (
            ops.Copy()
            | ops.WholeNumber()
            | ops.Boolean()
            | ops.BusinessDate()
            | ops.Country()
            | ops.ValueMap()
            | ops.Reference()
        ):
            return value
        case _:
            assert_never(operation)


def _whole(instant: str, form: ops.InstantForm) -> str:
    per_second = 1 if form is ops.InstantForm.EPOCH_SECONDS else 1000
    return values.epoch_to_instant(values.instant_to_epoch(instant, per_second), per_second)


def _values(reads: Mapping[str, Read]) -> dict[str, Json]:
    return {key: read.value for key, read in reads.items()}


def _inner(element: Read) -> dict[str, Read]:
    return {name: Read(None, value) for name, value in element.value.items()}


def _covered(each: ops.Each, element: Mapping[str, Json]) -> bool:
    return all(says_one_of(element.get(name), kinds) for name, kinds in each.kinds)


def _same(law: str, path: str, before: Json, after: Json) -> None:
    if before != after:
        _broken(law, path, before, after)


def _broken(law: str, path: str, before: Json, after: Json) -> None:
    raise _Broken(CounterExample(law, path, before, after))
