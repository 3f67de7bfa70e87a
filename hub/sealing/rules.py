"""Digests of audit rows and of the blocks that chain them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

__all__ = ["FIRST", "Block", "Row", "broken", "seal"]

FIRST = "0" * 64
"""What stands for the digest before the first block."""
_MARK = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the audit: its name, and its columns as one text.

    `kept`: the digest it had before its words were erased.
    """

    name: str
    text: str
    kept: str | None = None

    @property
    def digest(self) -> str:
        """Return the digest of name and content."""
        return self.kept or sha256(f"{self.name}\n{self.text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The rows written in (since, until], in their order; `marks`: eight digits of each digest."""

    number: int
    since: datetime
    until: datetime
    many: int
    marks: str
    previous: str
    digest: str


def seal(
    number: int, since: datetime, until: datetime, rows: Sequence[Row], previous: str
) -> Block:
    """Chain rows behind the block before."""
    digests = [row.digest for row in rows]
    head = f"{number}|{since.isoformat()}|{until.isoformat()}|{previous}|"
    return Block(
        number=number,
        since=since,
        until=until,
        many=len(rows),
        marks="".join(digest[:_MARK] for digest in digests),
        previous=previous,
        digest=sha256((head + "".join(digests)).encode()).hexdigest(),
    )


def broken(block: Block, rows: Sequence[Row], previous: str) -> str | None:
    """Say what is wrong with a block and the rows it should hold, or None."""
    if block.previous != previous:
        return "it does not follow the block before it"
    again = seal(block.number, block.since, block.until, rows, previous)
    if again == block:
        return None
    if again.digest == block.digest:
        return "the block itself was changed"
    return _first_difference(block, rows, again)


def _first_difference(block: Block, rows: Sequence[Row], again: Block) -> str:
    told = [block.marks[i : i + _MARK] for i in range(0, len(block.marks), _MARK)]
    seen = [again.marks[i : i + _MARK] for i in range(0, len(again.marks), _MARK)]
    for place, (one, other) in enumerate(zip(told, seen, strict=False)):
        if one == other:
            continue
        if other not in told:
            kind = "added" if len(seen) > len(told) else "changed"
            return f"{rows[place].name} was {kind}"
        before = rows[place - 1].name if place else "the first row"
        return f"a row after {before} is missing"
    if len(seen) > len(told):
        return f"{rows[len(told)].name} was added"
    if len(seen) < len(told):
        return f"{len(told) - len(seen)} rows at its end are missing"
    return "the block itself was changed"
