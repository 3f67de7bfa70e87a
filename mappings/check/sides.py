"""The two sides a rule stands between."""

from dataclasses import dataclass

from mappings import ops
from mappings.shapes import Shape


@dataclass(frozen=True, slots=True)
class Sides:
    """What a rule's paths start from: a record, or an element; and which records are published."""

    app: Shape
    golden: Shape
    publish: ops.Predicate
