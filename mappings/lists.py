"""A list of elements compiled: elements go by the system's key, never by index.

What is not ours to say stays: elements without a key, elements of kinds outside the system's
coverage, and fields of an element that no rule maps.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from mappings import ops
from mappings.errors import CarryError, ElementRefused, LinkMissing, ValueRefused
from mappings.fields import UNCHANGED, BoundField, bind_field
from mappings.paths import MISSING, reader, split_path, writer
from mappings.view import Json, Links, Read, Record, new_read

NEW = "+"
Element: TypeAlias = dict[str, Json]


class BoundEach(NamedTuple):
    """A compiled list rule; `golden_fields` are the inner fields it reads.

    `prefix` stands before the keys where several rules share one golden list. `fixed`: golden
    field -> its constant. `selects(element)`: whether an app's element is one of this rule's;
    `mark(element)` makes a new one so.
    """

    golden: str
    top: str
    key: str
    prefix: str
    read: Callable[[Record], Json]
    write: Callable[[Record, Json, Record], None]
    inbound: tuple[BoundField, ...]
    outbound: tuple[BoundField, ...]
    golden_fields: frozenset[str]
    covers: Callable[[Mapping[str, Json]], bool]
    client_keys: bool
    direction: ops.Direction
    fixed: tuple[tuple[str, Json], ...]
    selects: Callable[[Element], bool]
    mark: Callable[[Element], None]


def bind_each(each: ops.Each, prefix: str = "") -> BoundEach:
    """Compile one list rule; `prefix` stands before its keys in a shared golden list."""
    fields = tuple(bind_field(field) for field in each.fields)
    inbound = tuple(field for field in fields if field.direction.reads)
    fixed = tuple((one.golden, one.value) for one in each.constants if one.golden is not None)
    marks = tuple((one.app, one.value) for one in each.constants if one.app is not None)
    return BoundEach(
        golden=each.golden,
        top=split_path(each.app)[0],
        key=each.key,
        prefix=prefix,
        read=reader(each.app),
        write=writer(each.app),
        inbound=inbound,
        outbound=tuple(field for field in fields if field.direction.writes),
        golden_fields=frozenset(field.golden for field in inbound) | {name for name, _ in fixed},
        covers=_coverage(each.kinds),
        client_keys=each.client_keys,
        direction=each.direction,
        fixed=fixed,
        selects=_selection(marks),
        mark=_marking(marks),
    )


def _coverage(
    only: Sequence[tuple[str, tuple[Json, ...]]],
) -> Callable[[Mapping[str, Json]], bool]:
    if not only:
        return lambda _: True
    return lambda element: all(says_one_of(element.get(field), kinds) for field, kinds in only)


def says_one_of(value: Json, kinds: Sequence[Json]) -> bool:
    """Whether a value is one of these; a set, whether it holds one."""
    return any(kind in value for kind in kinds) if isinstance(value, list) else value in kinds


def _selection(marks: Sequence[tuple[str, Json]]) -> Callable[[Element], bool]:
    if not marks:
        return lambda _: True
    tests = tuple((reader(path), value) for path, value in marks)
    return lambda element: all(read(element) == value for read, value in tests)


def _marking(marks: Sequence[tuple[str, Json]]) -> Callable[[Element], None]:
    writers = tuple((writer(path), value) for path, value in marks)

    def mark(element: Element) -> None:
        for write, value in writers:
            write(element, value, {})

    return mark


def element_path(golden: str, key: str) -> str:
    """Return the path of one element: "addresses[key]"."""
    return f"{golden}[{key}]"


def key_of(each: BoundEach, element: Json) -> str | None:
    """Return the system's key of an element as text; None if it has none."""
    key = element.get(each.key) if isinstance(element, dict) else None
    if isinstance(key, str):
        return key or None
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else None


def full_key(each: BoundEach, element: Json) -> str | None:
    """Return the key by which golden knows an element of the app."""
    key = key_of(each, element)
    return None if key is None else each.prefix + key


def keyed(each: BoundEach, words: Json) -> dict[str, Element]:
    """Return elements by key; ValueRefused if it is no list, or a key lacks or comes twice."""
    if not isinstance(words, list):
        message = f"{each.golden} is not a list"
        raise ValueRefused(message)
    elements: dict[str, Element] = {}
    for element in words:
        if isinstance(element, dict) and not each.selects(element):
            continue
        key = full_key(each, element)
        if key is None or key in elements:
            what = "has no key" if key is None else f"repeats the key {key!r}"
            message = f"an element {what} ({each.key!r}): the list is held, not guessed"
            raise ValueRefused(message)
        elements[key] = element
    return elements


def read_element(each: BoundEach, element: Element, before: Element | None, links: Links) -> Read:
    """Read one element; golden fields that this system does not have or show stay as before."""
    value: Element = {}
    if before and not before.keys() <= each.golden_fields:
        value = {name: old for name, old in before.items() if name not in each.golden_fields}
    known = before or {}
    for name, app, direct, read, value_of, take, *_ in each.inbound:
        words = read(element) if app is None else element.get(app, MISSING)
        old = known.get(name)
        if words is MISSING or (direct and words == old):
            taken = old
        else:
            try:
                taken = value_of(words, links) if old is None else take(words, old, links)
            except CarryError as error:
                raise ElementRefused(name, error) from error
        if taken is not None:
            value[name] = taken
    if each.fixed:
        value |= fixed_values(each.fixed, known)
    words = element.copy()
    del words[each.key]
    return new_read((words, value))


def fixed_values(fixed: Sequence[tuple[str, Json]], before: Mapping[str, Json]) -> dict[str, Json]:
    """Return what every element of a rule says; a set before that holds it stays as it was."""
    said: dict[str, Json] = {}
    for name, value in fixed:
        old = before.get(name)
        fresh = sorted(value) if isinstance(value, tuple) else value
        said[name] = old if says(old, value) else fresh
    return said


def says(value: Json, fixed: Json) -> bool:
    """Whether a golden value is what a place asks for: equal, or a set that holds the codes."""
    if isinstance(fixed, tuple):
        return isinstance(value, list) and all(code in value for code in fixed)
    return bool(value == fixed)


class ListWriting(NamedTuple):
    """What writing one list needs: golden elements, what stays as it is, and where to complain.

    `taken`: new elements that another rule of the same golden list has placed already.
    """

    golden: Mapping[str, Element]
    kept: frozenset[str]
    links: Links
    refuse: Callable[[str, Json, ElementRefused], None]
    taken: set[str]


def write_list(each: BoundEach, before: Json, writing: ListWriting) -> Json:
    """Return the whole list: in the order before, then new elements by key; or UNCHANGED."""
    elements: Sequence[Json] = before if isinstance(before, list) else ()
    written: list[Json] = []
    seen: set[str] = set(writing.kept)
    for element in elements:
        key = full_key(each, element)
        if key is None or key in seen or not each.selects(element):
            written.append(element)
            continue
        seen.add(key)
        golden = writing.golden.get(key)
        if golden is not None:
            written.append(_changed(each, key, element, writing))
        elif not _covered(each, element, writing.links):
            written.append(element)
    places = sorted(writing.golden.keys() - seen - writing.taken)
    new = (_new(each, key, writing) for key in places if key.startswith((each.prefix, NEW)))
    written.extend(element for element in new if element is not None)
    return UNCHANGED if written == list(elements) else written


def _covered(each: BoundEach, element: Element, links: Links) -> bool:
    try:
        return each.covers(read_element(each, element, None, links).value)
    except ElementRefused:
        return False


def _changed(each: BoundEach, key: str, element: Element, writing: ListWriting) -> Element:
    golden = writing.golden[key]
    if not each.covers(golden):
        return element
    try:
        return give_element(each.outbound, golden, element, writing.links)
    except ElementRefused as refused:
        writing.refuse(element_path(each.golden, key), golden, refused)
        return element


def _new(each: BoundEach, key: str, writing: ListWriting) -> Element | None:
    golden = writing.golden[key]
    if not each.covers(golden):
        return None
    element: Element = {}
    each.mark(element)
    if not key.startswith(NEW):
        element[each.key] = key.removeprefix(each.prefix)
    elif each.client_keys:
        element[each.key] = key.removeprefix(NEW)
    try:
        given = give_element(each.outbound, golden, {}, writing.links)
    except ElementRefused as refused:
        writing.refuse(element_path(each.golden, key), golden, refused)
        return None
    if key.startswith(NEW):
        writing.taken.add(key)
    return element | given


def give_element(
    outbound: Sequence[BoundField], golden: Element, before: Element, links: Links
) -> Element:
    """Return an element as golden wants it: `before` itself where nothing differs."""
    element = before
    for name, app, direct, read, _, _, give, write, fill, *_ in outbound:
        value = golden.get(name)
        old = read(before) if app is None else before.get(app, MISSING)
        if direct and old == value:
            continue
        try:
            words = give(value, old, links)
        except CarryError as error:
            raise ElementRefused(name, error) from error
        if words is UNCHANGED and fill is not None and not before:
            words = fill
        if words is not UNCHANGED:
            element = before.copy() if element is before else element
            write(element, words, before)
    return element


def link_missing(refused: ElementRefused) -> LinkMissing | None:
    """Return the missing link behind a refusal, if that is the reason."""
    return refused.reason if isinstance(refused.reason, LinkMissing) else None
