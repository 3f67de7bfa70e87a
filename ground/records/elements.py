"""Lists of small objects inside a record, each element with an id that stays."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ground.records.fields import ValueType
from ground.records.findings import LONGEST_NAME, Findings
from ground.strict_json import Json

_ELEMENT_ID = re.compile(r"el_[0-9A-Za-z]{1,37}")


@dataclass(frozen=True, slots=True)
class Part:
    """One member of an element."""

    name: str
    type: ValueType
    required: bool = False


@dataclass(frozen=True, slots=True)
class Elements:
    """A list of elements. `check` sees each cleaned element as a whole and may normalise it."""

    parts: tuple[Part, ...]
    check: Callable[[dict[str, Json], str, Findings], None] | None = None
    most: int = 200
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Remember the names."""
        names = frozenset(part.name for part in self.parts) | {"id"}
        object.__setattr__(self, "names", names)

    @property
    def empty(self) -> Json:
        """No elements."""
        return []

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return the cleaned elements in the order given; an element may still lack its id."""
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > self.most:
            findings.refuse(at, f"Give a list of at most {self.most} objects.")
            return []
        elements = [
            self._element(given, f"{at}[{place}]", findings) for place, given in enumerate(value)
        ]
        ids = [element["id"] for element in elements if "id" in element]
        if len(set(ids)) < len(ids):
            findings.refuse(at, "Two elements have the same id; leave the id of the new one out.")
        return [*elements]

    def _element(self, given: Json, at: str, findings: Findings) -> dict[str, Json]:
        if not isinstance(given, dict):
            findings.refuse(at, "Give an object.")
            return {}
        if not self.names.issuperset(given):
            for name in given.keys() - self.names:
                known_as = f"{at}.{name[:LONGEST_NAME]}"
                findings.refuse(known_as, "There is no such field; leave it out.")
        element: dict[str, Json] = {}
        identity = given.get("id")
        if identity is not None:
            if not isinstance(identity, str) or not _ELEMENT_ID.fullmatch(identity):
                findings.refuse(f"{at}.id", "Leave the id out, or start it with el_.")
            element["id"] = identity
        before = len(findings.problems)
        for part in self.parts:
            element[part.name] = _part(part, given.get(part.name), at, findings)
        if self.check is not None and len(findings.problems) == before:
            self.check(element, at, findings)
        return element

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        properties: dict[str, Json] = {
            "id": {"type": "string", "pattern": "^el_[0-9A-Za-z]+$", "maxLength": 40}
        }
        for part in self.parts:
            properties[part.name] = part.type.schema()
        return {
            "type": "array",
            "maxItems": self.most,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": [part.name for part in self.parts if part.required],
                "properties": properties,
            },
        }


def _part(part: Part, given: Json, at: str, findings: Findings) -> Json:
    noted = len(findings.problems)
    value = part.type.empty
    if given is not None:
        value = part.type.clean(given, f"{at}.{part.name}", findings)
    if value is None and part.required and noted == len(findings.problems):
        findings.refuse(f"{at}.{part.name}", "Fill this in.")
    return value


def keep_ids(
    before: Sequence[Json], after: Sequence[Json], new_id: Callable[[], str]
) -> list[Json]:
    """Give every element an id: its own, that of an equal element before, or a new one."""
    known = [element for element in before if isinstance(element, dict)]
    named = {element.get("id") for element in after if isinstance(element, dict)}
    free = [element for element in known if element["id"] not in named]
    result: list[Json] = []
    for element in after:
        if not isinstance(element, dict):
            continue
        identity = element.get("id") or _take_equal(free, element) or new_id()
        result.append({"id": identity, **{k: v for k, v in element.items() if k != "id"}})
    return result


def _take_equal(free: list[dict[str, Json]], element: dict[str, Json]) -> Json:
    for place, candidate in enumerate(free):
        if candidate == {**element, "id": candidate["id"]}:
            del free[place]
            return candidate["id"]
    return None
