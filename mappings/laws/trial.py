"""One mapping on trial: a record read and written back, a golden record written and read back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, NoReturn, assert_never

from mappings import ops
from mappings.compile import CompiledMapping, compile_mapping
from mappings.compound import join_words
from mappings.invariants import invariant_paths
from mappings.laws.examples import CounterExample, Law
from mappings.laws.normal_forms import normal_form, spaced
from mappings.laws.samples import NEW_KEYS, OTHER, Mirror
from mappings.lists import says, says_one_of
from mappings.paths import MISSING, reader, words_reader
from mappings.predicates import compile_predicate, is_blank
from mappings.shapes import Shape
from mappings.view import Inbound, Json, Outbound, Read, Record, View

LINKS: Final = Mirror()
TOP: Final = ops.Place(1, 1)
UNSEEN: Final = Read(None, None)
NO_ELEMENT: Final = Read(None, {})


class Broken(Exception):
    """A law does not hold; carries the example."""

    def __init__(self, example: CounterExample) -> None:
        self.example = example
        super().__init__(str(example))


class Trial:
    """A mapping and the schemas of both sides."""

    def __init__(self, mapping: ops.Mapping, app: Shape, golden: Shape) -> None:
        self.compiled: CompiledMapping = compile_mapping(mapping)
        self.app = app
        self.golden = golden
        self.prefix = {
            rule: mapping.prefix(rule) for rule in mapping.rules if isinstance(rule, ops.Each)
        }
        self.fields = [rule for rule in mapping.rules if isinstance(rule, ops.Field)]
        self.splits = [rule for rule in mapping.rules if isinstance(rule, ops.Split)]
        self.lists = [rule for rule in mapping.rules if isinstance(rule, ops.Each)]
        self.slots = [rule for rule in mapping.rules if isinstance(rule, ops.Slots)]
        self.places = dict(places(mapping.rules))
        self.mirrors = mirrors(mapping.rules)
        self.held_together = frozenset(
            path for invariant in mapping.invariants for path in invariant_paths(invariant)
        )

    def place(self, path: str) -> ops.Place:
        """Return where the rule stands that has to do with a path."""
        return self.places.get(path.partition("[")[0], TOP)

    def nothing_changed(self, record: Record) -> None:
        """Read a record and write it back; read it again."""
        inbound = self.compiled.to_golden(record, None, LINKS)
        view = View(
            {path: read.value for path, read in inbound.scalars.items()},
            {path: _values(reads) for path, reads in inbound.elements.items()},
            _kept(inbound),
        )
        written = self.compiled.to_system(view, record, LINKS).values
        for name in written.keys() - self.mirrors:
            place, words = self.place(name), written[name]
            _broken(Law.NOTHING_CHANGED, name, place, record.get(name), after=words)
        again = self.compiled.to_golden(record, view, LINKS)
        for path, read in again.scalars.items():
            place, value = self.place(path), view.scalars.get(path)
            if value != read.value:
                _broken(Law.COMES_BACK, path, place, value, words=read.words, after=read.value)

    def comes_back(self, golden: View, record: Record | None) -> None:
        """Write a golden record, read it back with and without knowing it, write it again."""
        outbound = self.compiled.to_system(golden, record, LINKS)
        after = {**(record or {}), **outbound.values}
        if self.held_together and self._breaks_an_invariant(outbound, after):
            return
        for path, problem in outbound.problems.items():
            place = self.place(path)
            _broken(Law.IS_CARRIED, path, place, problem.words, reason=problem.reason)
        golden = self._with_keys(golden, after)
        self._taken(golden, after)
        known = self.compiled.to_golden(after, golden, LINKS)
        unknown = self.compiled.to_golden(after, None, LINKS)
        self._all_came_back(_Trip(golden, after, known, unknown))
        for each in self.lists:
            self._rest_untouched(each, record, after)
        for name, words in self.compiled.to_system(golden, after, LINKS).values.items():
            _broken(Law.SETTLES, name, self.place(name), after.get(name), after=words)

    def _breaks_an_invariant(self, outbound: Outbound, after: Record) -> bool:
        """Say whether the made-up values do not belong together: then nothing is carried."""
        back = self.compiled.to_golden(after, None, LINKS)
        return not self.held_together.isdisjoint({*outbound.problems, *back.problems})

    def _taken(self, golden: View, after: Record) -> None:
        """Ask that what is written is what the app's schema allows."""
        for field in self.fields:
            _field_taken(field, golden.scalars, after, self.app)
        for each in self.lists:
            shape = self.app.at(each.app)
            wanted = golden.elements.get(each.golden, {})
            for element in _elements(each, after):
                key = self.prefix[each] + str(element.get(each.key))
                if shape is not None and shape.items is not None and key in wanted:
                    for field in each.fields:
                        _field_taken(field, wanted[key], element, shape.items)

    def _all_came_back(self, trip: "_Trip") -> None:
        for field in filter(trip.holds, self.fields):
            words = words_reader(field.app)(trip.after)
            seen = _Seen(trip.golden.scalars, words, trip.known.scalars, trip.unknown.scalars)
            _field_came_back(field, seen)
        for split in filter(trip.holds, self.splits):
            _split_came_back(split, trip)
        for slots in filter(trip.holds, self.slots):
            _slots_came_back(slots, trip)
        for each in filter(trip.holds, self.lists):
            _list_came_back(each, self.prefix[each], trip)

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

    def _rest_untouched(self, each: ops.Each, record: Record | None, after: Record) -> None:
        before = {one[each.key]: one for one in _elements(each, record or {})}
        for element in _elements(each, after):
            old = before.get(element[each.key])
            if old is not None and old[OTHER] != element.get(OTHER):
                path = f"{each.golden}.{OTHER}"
                _broken(Law.UNTOUCHED, path, each.place, old[OTHER], after=element.get(OTHER))


class _Trip:
    """A golden record written, the app's record after, and what is read of it."""

    def __init__(self, golden: View, after: Record, known: Inbound, unknown: Inbound) -> None:
        self.golden = golden
        self.after = after
        self.known = known
        self.unknown = unknown
        self._read = _values(known.scalars)
        self._wanted = {**self._read, **golden.scalars}

    def holds(self, rule: ops.Rule) -> bool:
        """Whether a rule's condition holds for what was written, and for what was read."""
        test = compile_predicate(rule.when)
        return test(self._wanted) and test(self._read)


class _Seen(NamedTuple):
    """What one field meant in golden, its words in the app, and what was read of them."""

    golden: Mapping[str, Json]
    words: Json
    known: Mapping[str, Read]
    unknown: Mapping[str, Read]


def mirrors(rules: Sequence[ops.Rule]) -> frozenset[str]:
    """Return the app fields that only repeat what golden says, whatever stands there."""
    shown = [rule for rule in rules if _only_written(rule)]
    others = {top for rule in rules if rule not in shown for top in _tops(rule)}
    return frozenset(top for rule in shown for top in _tops(rule)) - others


def _only_written(rule: ops.Rule) -> bool:
    if isinstance(rule, ops.Constant | ops.Computed):
        return rule.golden is None
    return rule.direction is ops.Direction.OUT


def _tops(rule: ops.Rule) -> list[str]:
    match rule:
        case ops.Field(app=paths):
            return [path.partition(".")[0] for path in paths]
        case ops.Slots(slots=slots):
            return [top for slot in slots for field in slot.fields for top in _tops(field)]
        case ops.Split(app=path) | ops.Each(app=path):
            return [path.partition(".")[0]]
        case ops.Constant(app=path) | ops.Computed(app=path):
            return [] if path is None else [path.partition(".")[0]]
        case _:
            assert_never(rule)


def places(rules: Iterable[ops.Rule]) -> Iterator[tuple[str, ops.Place]]:
    """Yield golden paths and top-level app fields with the place of a rule that has them."""
    for rule in rules:
        golden = rule.golden if isinstance(rule, ops.Split) else (rule.golden,)
        yield from ((path, rule.place) for path in golden if path is not None)
        yield from ((top, rule.place) for top in _tops(rule))


def _field_taken(field: ops.Field, golden: Mapping[str, Json], after: Record, app: Shape) -> None:
    value = golden.get(field.golden)
    if not field.direction.writes or field.lossy is not None or is_blank(value):
        return
    for path in field.app:
        words, shape = words_reader([path])(after), app.at(path)
        if words is MISSING or is_blank(words) or shape is None:
            continue
        reason = shape.misfit(_as_sent(words, shape))
        if reason is not None:
            _broken(Law.IS_TAKEN, field.golden, field.place, value, words=words, reason=reason)


def _as_sent(words: Json, shape: Shape) -> Json:
    """Return words as a connector sends them: exact numbers as numbers where the app has those."""
    if isinstance(words, str) and "string" not in shape.types and "number" in shape.types:
        return Decimal(words)
    return words


def _field_came_back(field: ops.Field, seen: _Seen) -> None:
    path = field.golden
    if field.direction is not ops.Direction.BOTH or path not in seen.golden:
        return
    value = seen.golden[path]
    normal = normal_form(field, value)
    words = None if seen.words is MISSING else seen.words
    if path not in seen.known:
        if normal is not None:
            _broken(Law.COMES_BACK, path, field.place, value, words=words)
        return
    if normal is None:
        return
    # None too where a new reader cannot tell that it is there
    back, bare = seen.known[path].value, seen.unknown.get(path, UNSEEN).value
    if value != back:
        _broken(Law.COMES_BACK, path, field.place, value, words=words, after=back)
    if field.lossy is None and bare not in (value, normal):
        _broken(Law.NORMAL_FORM, path, field.place, value, words=words, after=bare)


def _list_came_back(each: ops.Each, prefix: str, trip: _Trip) -> None:
    if each.direction is not ops.Direction.BOTH or each.golden not in trip.golden.elements:
        return
    known = trip.known.elements.get(each.golden, {})
    bare = trip.unknown.elements.get(each.golden, {})
    for key, element in trip.golden.elements[each.golden].items():
        if not key.startswith(prefix) or not _covered(each, element):
            continue
        path = f"{each.golden}[{key}]"
        if key not in known:
            _broken(Law.COMES_BACK, path, each.place, element)
        for field in each.fields:
            one = {field.golden: element.get(field.golden)}
            _field_came_back(
                field, _Seen(one, None, _inner(known[key]), _inner(bare.get(key, NO_ELEMENT)))
            )


def _slots_came_back(slots: ops.Slots, trip: _Trip) -> None:
    if slots.direction is not ops.Direction.BOTH or slots.golden not in trip.golden.elements:
        return
    wanted = trip.golden.elements[slots.golden]
    known = trip.known.elements.get(slots.golden, {})
    bare = trip.unknown.elements.get(slots.golden, {})
    for slot in slots.slots:
        element = wanted.get(slot.key, {})
        both = [one for one in slot.fields if one.direction is ops.Direction.BOTH]
        said = [one for one in both if normal_form(one, element.get(one.golden)) is not None]
        back = (known if said else bare).get(slot.key)
        if (said or len(both) == len(slot.fields)) and bool(said) is (back is None):
            path, after = f"{slots.golden}[{slot.key}]", None if back is None else back.value
            _broken(Law.COMES_BACK, path, slot.place, element, after=after)
        for field in said:
            one = {field.golden: element[field.golden]}
            words = words_reader(field.app)(trip.after)
            seen = _Seen(
                one, words, _inner(known[slot.key]), _inner(bare.get(slot.key, NO_ELEMENT))
            )
            _field_came_back(field, seen)


def _split_came_back(split: ops.Split, trip: _Trip) -> None:
    scalars = trip.golden.scalars
    if split.direction is not ops.Direction.BOTH or not scalars.keys() >= set(split.golden):
        return
    text = join_words([scalars[path] for path in split.golden], split.separator)
    if not text:
        return
    words = words_reader([split.app])(trip.after)
    for path in split.golden:
        back = trip.known.scalars[path].value
        if scalars[path] != back:
            _broken(Law.COMES_BACK, path, split.place, scalars[path], words=words, after=back)
    bare = [trip.unknown.scalars[path].value for path in split.golden]
    normal = spaced(text, split.separator)
    if split.lossy is None and join_words(bare, split.separator) != normal:
        after = join_words(bare, split.separator)
        _broken(Law.NORMAL_FORM, split.app, split.place, text, words=words, after=after)


def _elements(each: ops.Each, record: Record) -> list[Record]:
    return reader(each.app)(record) or []


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


def _kept(inbound: Inbound) -> dict[str, frozenset[str]]:
    """Return the elements that could not be read: they are held, and stay as they are."""
    kept: dict[str, frozenset[str]] = {}
    for path in (*inbound.problems, *inbound.unresolved):
        name, _, key = path.removesuffix("]").partition("[")
        kept[name] = kept.get(name, frozenset()) | {key}
    return kept


def _values(reads: Mapping[str, Read]) -> dict[str, Json]:
    return {key: read.value for key, read in reads.items()}


def _inner(element: Read) -> dict[str, Read]:
    return {name: Read(None, value) for name, value in element.value.items()}


def _covered(each: ops.Each, element: Mapping[str, Json]) -> bool:
    return all(says_one_of(element.get(name), kinds) for name, kinds in each.kinds)


def _broken(  # noqa: PLR0913 the parts of an example
    law: Law,
    path: str,
    place: ops.Place,
    before: Json,
    *,
    words: Json = None,
    after: Json = None,
    reason: str = "",
) -> NoReturn:
    raise Broken(CounterExample(law, path, place, before, words, after, reason))
