"""One text of the app that golden keeps in several fields, both ways and retentive."""

from typing import NamedTuple

from mappings import ops
from mappings.compound import cut_words, join_words
from mappings.errors import CarryError
from mappings.paths import MISSING, reader, split_path, writer
from mappings.predicates import is_blank
from mappings.reading import Reading
from mappings.view import Json, new_read
from mappings.writing import Writing


class BoundSplit(NamedTuple):
    """A compiled split."""

    rule: ops.Split
    top: str

    def read(self, reading: Reading) -> None:
        """Cut the words; golden parts that already make the same text stay."""
        rule = self.rule
        words = reader(rule.app)(reading.record)
        if words is MISSING:
            reading.absent.extend(rule.golden)
            return
        try:
            parts = self.cut(words)
            old = [None if is_blank(part) else part for part in map(reading.known, rule.golden)]
            same = join_words(parts, rule.separator) == join_words(old, rule.separator)
        except CarryError as error:
            for path in rule.golden:
                reading.refuse(path, words, error)
            return
        for path, part, before in zip(rule.golden, parts, old, strict=True):
            reading.scalars[path] = new_read((part, before if same else part))

    def write(self, writing: Writing) -> None:
        """Join the parts; a part that is not projected stays as the app's words have it."""
        rule, golden = self.rule, writing.golden
        if not any(path in golden.scalars for path in rule.golden):
            return
        old = reader(rule.app)(writing.before)
        try:
            before = self.cut(None if old is MISSING else old)
            parts = [
                writing.shown(path, part) for path, part in zip(rule.golden, before, strict=True)
            ]
            text = join_words(parts, rule.separator)
        except CarryError as error:
            for path in rule.golden:
                writing.refuse(path, golden.scalars.get(path), error)
            return
        if text != join_words(before, rule.separator):
            writer(rule.app)(writing.values, text or None, writing.before)

    def cut(self, words: Json) -> list[str | None]:
        """Return the parts of the app's words."""
        rule = self.rule
        if is_blank(words):
            return [None] * len(rule.golden)
        text = join_words([words], " ")
        return cut_words(text, rule.separator, rule.at, len(rule.golden))


def bind_split(rule: ops.Split) -> BoundSplit:
    """Compile one split."""
    return BoundSplit(rule, split_path(rule.app)[0])
