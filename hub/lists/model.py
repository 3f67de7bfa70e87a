"""A golden record as a search shows it."""

from dataclasses import dataclass

from master_data.blocking import elements
from master_data.fields import title_of_record
from master_data.model import Flat

__all__ = ["Found"]

_ALONE = ("number", "sku", "code")


@dataclass(frozen=True, slots=True)
class Found:
    """`hints`: what tells it from others of its name: numbers, cities, tax ids."""

    id: str
    title: str
    hints: tuple[str, ...]

    @classmethod
    def of(cls, golden_id: str, entity: str, body: Flat) -> "Found":
        """Return a record as it is found."""
        said = [body.get(name) for name in _ALONE]
        said += [each.get("city") for each in elements(body, "addresses")]
        said += [each.get("value") for each in elements(body, "tax_ids")]
        hints = tuple(dict.fromkeys(str(each) for each in said if each))
        return cls(golden_id, title_of_record(entity, body), hints)
