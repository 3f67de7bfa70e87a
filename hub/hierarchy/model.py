"""The hierarchy as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["EMPTY", "PARENTS", "Hierarchy", "Kin"]

PARENTS: Mapping[str, str] = {"customer": "parent", "contact": "customer", "category": "parent"}
"""Entity -> the field that names the golden record above."""


@dataclass(frozen=True, slots=True)
class Kin:
    """A golden record of a hierarchy, by name."""

    id: str
    entity: str
    title: str


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """`above`: from the top down to the parent; `below`: by name, `more` than these if so.

    `ring`: the systems say that the record stands below itself; `above` ends where it would begin
    again.
    """

    above: tuple[Kin, ...]
    below: tuple[Kin, ...]
    more: bool = False
    ring: bool = False


EMPTY = Hierarchy((), ())
