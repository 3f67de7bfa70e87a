"""One record being written from golden words, rule by rule."""

from collections.abc import Mapping

from mappings.errors import CarryError, ElementRefused, LinkMissing, ValueRefused
from mappings.fields import UNCHANGED, BoundField
from mappings.lists import BoundEach, ListWriting, link_missing, write_list
from mappings.paths import MISSING
from mappings.view import (
    NOBODY,
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
    ) -> None:
        self.golden = golden
        self.creates = before is None
        self.before: Record = before or {}
        self.links = links
        self.sources = sources
        self.values: Record = {}
        self.unresolved: dict[str, Unlinked] = {}
        self.problems: dict[str, ValueProblem] = {}

    def write_scalars(self, fields: list[BoundField]) -> None:
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

    def write_list(self, each: BoundEach) -> None:
        """Write a list whole, if any element of it changes."""
        before = each.read(self.before)
        if before is not MISSING and before is not None and not isinstance(before, list):
            reason = f"{each.top} is not a list"
            self.problems[each.golden] = ValueProblem(before, reason)
            return
        elements = self.golden.elements[each.golden]
        if not elements and not before:
            return
        kept = self.golden.kept.get(each.golden, NOBODY)
        words = write_list(
            each, before, ListWriting(elements, kept, self.links, self.refuse_element)
        )
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
