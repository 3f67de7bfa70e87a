"""One record being written from golden words, rule by rule."""

from collections.abc import Callable, Mapping, Sequence

from mappings.errors import CarryError, ElementRefused, LinkMissing, ValueRefused
from mappings.fields import UNCHANGED, BoundField
from mappings.lists import BoundEach, ListWriting, link_missing, write_list
from mappings.paths import MISSING
from mappings.view import (
    NOBODY,
    Inbound,
    Json,
    Links,
    Missing,
    Outbound,
    Record,
    Unlinked,
    ValueProblem,
    View,
)


class Writing:
    """One record being written."""

    def __init__(
        self,
        golden: View,
        before: Record | None,
        links: Links,
        sources: Mapping[str, frozenset[str]],
        read: Callable[[Record], Inbound],
    ) -> None:
        self.golden = golden
        self.creates = before is None
        self.before: Record = before or {}
        self.links = links
        self.sources = sources
        self.taken: dict[str, set[str]] = {}
        self._read = read
        self._inbound: Inbound | None = None
        self.values: Record = {}
        self.unresolved: dict[str, Unlinked] = {}
        self.problems: dict[str, ValueProblem] = {}

    def write_scalars(self, fields: Sequence[BoundField]) -> None:
        """Write single fields that say something else than golden."""
        scalars, before, links = self.golden.scalars, self.before, self.links
        values = self.values
        for path, name, direct, read, _, _, give, write, fill, *_ in fields:
            golden = scalars.get(path, MISSING)
            old = read(before) if name is None else before.get(name, MISSING)
            words: Json = UNCHANGED
            if golden is not MISSING and not (direct and old == golden):
                try:
                    words = give(golden, old, links)
                except CarryError as error:
                    self.refuse(path, golden, error)
                    continue
            if words is UNCHANGED and self.creates and fill is not None:
                words = fill
            if words is not UNCHANGED:
                write(values, words, before)

    def before_inbound(self) -> Inbound:
        """Return the record before in golden words; read once, and only where that is asked."""
        if self._inbound is None:
            self._inbound = self._read(self.before)
        return self._inbound

    def before_scalars(self) -> dict[str, Json]:
        """Return the golden scalars that the record before means."""
        return {path: read.value for path, read in self.before_inbound().scalars.items()}

    def shown(self, path: str, otherwise: Json) -> Json:
        """Return a golden scalar that is projected or known beside; else `otherwise`."""
        scalars, context = self.golden.scalars, self.golden.context
        return scalars[path] if path in scalars else context.get(path, otherwise)

    def get(self, path: str, /) -> Json:
        """Return a golden scalar for a condition: as projected, known, or what the record says."""
        value = self.shown(path, MISSING)
        if value is not MISSING:
            return value
        read = self._read({**self.before, **self.values}).scalars.get(path)
        return None if read is None else read.value

    def write_list(self, each: BoundEach) -> None:
        """Write a list whole, if any element of it changes."""
        current = {**self.before, **self.values} if each.top in self.values else self.before
        before = each.read(current)
        if before is not MISSING and before is not None and not isinstance(before, list):
            reason = f"{each.top} is not a list"
            self.problems[each.golden] = ValueProblem(before, reason)
            return
        elements = self.golden.elements[each.golden]
        if not elements and not before:
            return
        kept = self.golden.kept.get(each.golden, NOBODY)
        taken = self.taken.setdefault(each.golden, set())
        needs = ListWriting(elements, kept, self.links, self.refuse_element, taken)
        words = write_list(each, before, needs)
        if words is not UNCHANGED:
            each.write(self.values, words, self.before)

    def refuse_element(self, path: str, golden: Json, refused: ElementRefused) -> None:
        """Note why an element was not written."""
        self.refuse(path, golden, link_missing(refused) or ValueRefused(str(refused)))

    def refuse(self, path: str, golden: Json, error: CarryError) -> None:
        """Note why a path was not written."""
        if isinstance(error, LinkMissing):
            missing = Missing(error.missing)
            self.unresolved[path] = Unlinked(error.entity, error.identity, missing)
        else:
            self.problems[path] = ValueProblem(golden, str(error))

    def finished(self) -> Outbound:
        """Return what the record should become."""
        fed = {top: self.sources.get(top, NOBODY) for top in self.values}
        return Outbound(self.values, fed, self.unresolved, self.problems)
