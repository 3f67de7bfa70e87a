"""The closed set of one-way functions that a computed field may use: data, no expressions."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Joined:
    """The fields that are not blank, joined by `separator`."""

    fields: tuple[str, ...]
    separator: str


@dataclass(frozen=True, slots=True)
class First:
    """The first of the fields that is not blank."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many elements a list has."""

    elements: str


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of one field over the elements of a list, as a plain decimal string."""

    elements: str
    field: str


@dataclass(frozen=True, slots=True)
class Domain:
    """The domain of a web or e-mail address, in small letters, without www."""

    field: str


Function: TypeAlias = Joined | First | Count | Total | Domain
