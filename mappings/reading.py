"""One record being read into golden words, rule by rule."""

from collections.abc import Mapping, Sequence

from mappings.errors import CarryError, ElementRefused, LinkMissing, ValueRefused
from mappings.fields import BoundField
from mappings.lists import BoundEach, element_path, keyed, read_element
from mappings.paths import MISSING
from mappings.view import (
    NOBODY,
    Inbound,
    Json,
    Links,
    Missing,
    Read,
    Record,
    Unresolved,
    ValueProblem,
    View,
    new_read,
)


class Reading:
    """One record being read."""

    def __init__(self, record: Record, before: View | None, links: Links) -> None:
        self.record = record
        self.before = before
        self.links = links
        self.scalars: dict[str, Read] = {}
        self.elements: dict[str, dict[str, Read]] = {}
        self.unresolved: dict[str, Unresolved] = {}
        self.problems: dict[str, ValueProblem] = {}
        self.absent: list[str] = []
        self.outside: list[str] = []

    def read_scalars(self, fields: Sequence[BoundField]) -> None:
        """Read single fields; equal words and golden value are taken without a call."""
        record, links, scalars = self.record, self.links, self.scalars
        old = {} if self.before is None else self.before.scalars
        for golden, name, direct, read, value_of, take, *_ in fields:
            words = read(record) if name is None else record.get(name, MISSING)
            if words is MISSING:
                self.absent.append(golden)
                continue
            before = old.get(golden)
            if direct and words == before:
                scalars[golden] = new_read((words, before))
                continue
            try:
                value = value_of(words, links) if before is None else take(words, before, links)
            except CarryError as error:
                self.refuse(golden, words, error)
            else:
                scalars[golden] = new_read((words, value))

    def read_list(self, each: BoundEach) -> None:
        """Read a list element by element; a faulty element is a problem of its own."""
        words = each.read(self.record)
        old = {} if self.before is None else self.before.elements.get(each.golden, {})
        if words is MISSING:
            self._list_not_shown(each, old)
            return
        try:
            found = keyed(each, words) if words else {}
        except ValueRefused as error:
            self.problems[each.golden] = ValueProblem(words, str(error))
            return
        elements = self.elements.setdefault(each.golden, {})
        for key, element in found.items():
            try:
                one = read_element(each, element, old.get(key), self.links)
            except ElementRefused as refused:
                path = element_path(each.golden, key)
                self.refuse(path, element, refused.reason, str(refused))
            else:
                if each.covers(one.value):
                    elements[key] = one
                else:
                    self.outside.append(element_path(each.golden, key))

    def _list_not_shown(self, each: BoundEach, old: Mapping[str, Json]) -> None:
        self.absent.append(each.golden)
        if each.prefix:
            mine = (key for key in old if key.startswith(each.prefix))
            self.absent.extend(element_path(each.golden, key) for key in mine)

    def known(self, path: str) -> Json:
        """Return the golden value of a path as far as it is known by now; else None."""
        read = self.scalars.get(path)
        if read is not None:
            return read.value
        return None if self.before is None else self.before.scalars.get(path)

    def get(self, path: str, /) -> Json:
        """Return `known`: a reading is what a condition looks at."""
        return self.known(path)

    def hold(self, paths: Sequence[str], reason: str) -> None:
        """Hold the fields of an invariant that does not hold."""
        for path in paths:
            read = self.scalars.pop(path, None)
            self.elements.pop(path, None)
            self.problems[path] = ValueProblem(None if read is None else read.words, reason)

    def refuse(self, path: str, words: Json, error: CarryError, reason: str | None = None) -> None:
        """Note why a path was not read."""
        if isinstance(error, LinkMissing):
            missing = Missing(error.missing)
            self.unresolved[path] = Unresolved(error.entity, error.identity, missing)
        else:
            self.problems[path] = ValueProblem(words, reason or str(error))

    def finished(self) -> Inbound:
        """Return what was read; what one rule shows is not absent because another did not."""
        for path in self.problems:
            self.elements.pop(path, None)
        if self.absent and not self.elements.keys().isdisjoint(self.absent):
            self.absent = [path for path in self.absent if path not in self.elements]
        return Inbound(
            self.scalars,
            self.elements,
            self.unresolved,
            self.problems,
            frozenset(self.absent) if self.absent else NOBODY,
            frozenset(self.outside) if self.outside else NOBODY,
        )
