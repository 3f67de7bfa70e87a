"""A golden list that the app keeps in single fields: each place holds one element or none."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mappings import ops
from mappings.errors import CarryError, ElementRefused
from mappings.fields import BoundField, bind_field
from mappings.lists import NEW, element_path, fixed_values, give_element, says
from mappings.paths import MISSING
from mappings.reading import Reading
from mappings.view import NOBODY, Json, Read, Record, new_read
from mappings.writing import Writing


class BoundSlot(NamedTuple):
    """One place, compiled."""

    key: str
    fixed: tuple[tuple[str, Json], ...]
    inbound: tuple[BoundField, ...]
    outbound: tuple[BoundField, ...]
    golden_fields: frozenset[str]
    tops: frozenset[str]

    def holds(self, element: Mapping[str, Json]) -> bool:
        """Whether a golden element is one for this place."""
        return all(says(element.get(name), value) for name, value in self.fixed)


class BoundSlots(NamedTuple):
    """A compiled list of places."""

    golden: str
    slots: tuple[BoundSlot, ...]

    def read(self, reading: Reading) -> None:
        """Read every place that the record shows."""
        before = {} if reading.before is None else reading.before.elements.get(self.golden, {})
        shown = False
        elements: dict[str, Read] = {}
        for slot in self.slots:
            words = [bound.read(reading.record) for bound in slot.inbound]
            if all(one is MISSING for one in words):
                reading.absent.append(element_path(self.golden, slot.key))
                continue
            shown = True
            try:
                read = _read(slot, words, before.get(slot.key), reading)
            except ElementRefused as refused:
                path = element_path(self.golden, slot.key)
                reading.refuse(path, _named(slot, words), refused.reason, str(refused))
            else:
                if read is not None:
                    elements[slot.key] = read
        if shown:
            reading.elements.setdefault(self.golden, {}).update(elements)
        else:
            reading.absent.append(self.golden)

    def write(self, writing: Writing) -> None:
        """Write every place; a new golden element takes the first free one it belongs to."""
        golden = writing.golden.elements.get(self.golden)
        if golden is None:
            return
        kept = writing.golden.kept.get(self.golden, NOBODY)
        taken = writing.taken.setdefault(self.golden, set())
        linked = {slot.key for slot in self.slots}
        for slot in self.slots:
            key = _key_for(slot, golden, taken | linked)
            if key is None and slot.key in kept:
                continue
            if key is not None and key.startswith(NEW):
                taken.add(key)
            element = {} if key is None else golden[key]
            if key == slot.key and not slot.holds(element):
                continue  # its kind changed: what stands in the place is not ours to clear
            self._give(writing, slot, key, element)

    def _give(
        self, writing: Writing, slot: BoundSlot, key: str | None, element: Mapping[str, Json]
    ) -> None:
        before = {**writing.before, **writing.values}
        try:
            after = give_element(slot.outbound, dict(element), before, writing.links)
        except ElementRefused as refused:
            writing.refuse_element(element_path(self.golden, key or slot.key), element, refused)
            return
        for top in slot.tops:
            if after.get(top, MISSING) != before.get(top, MISSING):
                writing.values[top] = after[top]


def bind_slots(rule: ops.Slots) -> BoundSlots:
    """Compile the places of one golden list."""
    slots = []
    for slot in rule.slots:
        fields = tuple(bind_field(field) for field in slot.fields)
        inbound = tuple(field for field in fields if field.direction.reads)
        known = {field.golden for field in inbound} | {name for name, _ in slot.fixed}
        tops = frozenset[str]().union(*(field.tops for field in fields))
        outbound = tuple(field for field in fields if field.direction.writes)
        bound = BoundSlot(slot.key, slot.fixed, inbound, outbound, frozenset(known), tops)
        slots.append(bound)
    return BoundSlots(rule.golden, tuple(slots))


def _key_for(slot: BoundSlot, golden: Mapping[str, Json], used: set[str]) -> str | None:
    """Return the golden element for a place: the one that stands there, or the first new one."""
    if slot.key in golden:
        return slot.key
    fresh = (key for key in sorted(golden) if key.startswith(NEW) and key not in used)
    return next((key for key in fresh if slot.holds(golden[key])), None)


def _read(
    slot: BoundSlot, words: Sequence[Json], before: Mapping[str, Json] | None, reading: Reading
) -> Read | None:
    known = before or {}
    value = {name: old for name, old in known.items() if name not in slot.golden_fields}
    said = False
    for bound, one in zip(slot.inbound, words, strict=True):
        old = known.get(bound.golden)
        taken = old if one is MISSING else _taken(bound, one, old, reading)
        if taken is not None:
            value[bound.golden] = taken
            said = True
    if not said:
        return None
    value |= fixed_values(slot.fixed, known)
    return new_read((_named(slot, words), value))


def _taken(bound: BoundField, words: Json, old: Json, reading: Reading) -> Json:
    try:
        if old is None:
            return bound.value_of(words, reading.links)
        return bound.take(words, old, reading.links)
    except CarryError as error:
        raise ElementRefused(bound.golden, error) from error


def _named(slot: BoundSlot, words: Sequence[Json]) -> Record:
    """Return the words of a place by golden field; what the record does not show is left out."""
    pairs = zip(slot.inbound, words, strict=True)
    return {bound.golden: one for bound, one in pairs if one is not MISSING}
