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
    """A compiled list rule; `golden_fields` are the inner fields it reads."""

    golden: str
    top: str
    key: str
    read: Callable[[Record], Json]
    write: Callable[[Record, Json, Record], None]
    inbound: tuple[BoundField, ...]
    outbound: tuple[BoundField, ...]
    golden_fields: frozenset[str]
    covers: Callable[[Mapping[str, Json]], bool]
    client_keys: bool
    direction: ops.Direction


def bind_each(each: ops.Each) -> BoundEach:
    """Compile one list rule."""
    fields = tuple(bind_field(field) for field in each.fields)
    inbound = tuple(field for field in fields if field.direction.reads)
    return BoundEach(
        golden=each.golden,
        top=split_path(each.app)[0],
        key=each.key,
        read=reader(each.app),
        write=writer(each.app),
        inbound=inbound,
        outbound=tuple(field for field in fields if field.direction.writes),
        golden_fields=frozenset(field.golden for field in inbound),
        covers=_coverage(dict(each.only)),
        client_keys=each.client_keys,
        direction=each.direction,
    )


def _coverage(only: Mapping[str, tuple[Json, ...]]) -> Callable[[Mapping[str, Json]], bool]:
    if not only:
        return lambda _: True
    return lambda element: all(element.get(field) in kinds for field, kinds in only.items())


def element_path(each: BoundEach, key: str) -> str:
    """Return the path of one element: "addresses[key]"."""
    return f"{each.golden}[{key}]"


def key_of(each: BoundEach, element: Json) -> str | None:
    """Return the system's key of an element as text; None if it has none."""
    key = element.get(each.key) if isinstance(element, dict) else None
    if isinstance(key, str):
        return key or None
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else None


def keyed(each: BoundEach, words: Json) -> dict[str, Element]:
    """Return elements by key; ValueRefused if it is no list, or a key lacks or comes twice."""
    if not isinstance(words, list):
        message = f"{each.golden} is not a list"
        raise ValueRefused(message)
    elements: dict[str, Element] = {}
    for element in words:
        key = key_of(each, element)
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
    words = element.copy()
    del words[each.key]
    return new_read((words, value))


class ListWriting(NamedTuple):
    """What writing one list needs: golden elements, what stays as it is, and where to complain."""

    golden: Mapping[str, Element]
    kept: frozenset[str]
    links: Links
    refuse: Callable[[str, Json, ElementRefused], None]


def write_list(each: BoundEach, before: Json, writing: ListWriting) -> Json:
    """Return the whole list: in the order before, then new elements by key; or UNCHANGED."""
    elements: Sequence[Json] = before if isinstance(before, list) else ()
    written: list[Json] = []
    seen: set[str] = set(writing.kept)
    for element in elements:
        key = key_of(each, element)
        if key is None or key in seen:
            written.append(element)
            continue
        seen.add(key)
        golden = writing.golden.get(key)
        if golden is not None:
            written.append(_changed(each, key, element, writing))
        elif not _covered(each, element, writing.links):
            written.append(element)
    new = (_new(each, key, writing) for key in sorted(writing.golden.keys() - seen))
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
        return _given(each, golden, element, writing.links)
    except ElementRefused as refused:
        writing.refuse(element_path(each, key), golden, refused)
        return element


def _new(each: BoundEach, key: str, writing: ListWriting) -> Element | None:
    golden = writing.golden[key]
    if not each.covers(golden):
        return None
    element: Element = {}
    if not key.startswith(NEW):
        element[each.key] = key
    elif each.client_keys:
        element[each.key] = key.removeprefix(NEW)
    try:
        given = _given(each, golden, {}, writing.links)
    except ElementRefused as refused:
        writing.refuse(element_path(each, key), golden, refused)
        return None
    return element | given


def _given(each: BoundEach, golden: Element, before: Element, links: Links) -> Element:
    element = before
    for name, app, direct, read, _, _, give, write, fill, *_ in each.outbound:
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
