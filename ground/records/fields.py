"""The kinds of values a field can hold.

Each cleans a value to its normal form, describes itself as JSON Schema, and knows its empty value.
`clean` never raises: it notes what is wrong and returns something harmless.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from ground.ids import is_id
from ground.records.findings import Findings
from ground.standards.errors import NotStandard
from ground.strict_json import Json

_LINE_BREAKS = re.compile(r"[ \t]*[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+[ \t]*")
_TEXT_WANTED = "Give a text."
_LONGEST_CHECKED = 400


class ValueType(Protocol):
    """What every kind of value can do."""

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return the normal form; note problems under the path `at`. None means empty."""
        ...

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        ...

    @property
    def empty(self) -> Json:
        """The value of a field that was never given."""
        ...


def tidy(text: str, *, lines: bool = False) -> str:
    """Trim, compose (NFC), and in one-line texts turn line breaks into spaces."""
    text = text.strip()
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text)
    if lines:
        return text.replace("\r\n", "\n").replace("\r", "\n")
    return _LINE_BREAKS.sub(" ", text)


def has_control_characters(text: str) -> bool:
    """Tell whether a text holds characters no one can see or type."""
    if text.isprintable():
        return False
    return any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in text)


@dataclass(frozen=True, slots=True)
class Text:
    """Free text; blank is empty."""

    longest: int = 200
    lines: bool = False
    empty: None = None

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return the trimmed text or None."""
        if value is None:
            return None
        if not isinstance(value, str):
            findings.refuse(at, _TEXT_WANTED)
            return None
        text = tidy(value, lines=self.lines)
        if len(text) > self.longest:
            findings.refuse(at, f"Use at most {self.longest} characters.")
        if has_control_characters(text):
            findings.refuse(at, "Leave out control characters.")
        return text or None

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        return {"type": ["string", "null"], "maxLength": self.longest}


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no; never given is no."""

    empty: bool = False

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return the flag."""
        if value is None:
            return self.empty
        if not isinstance(value, bool):
            findings.refuse(at, "Give true or false.")
        return value

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        return {"type": "boolean", "default": self.empty}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list; `empty` is what a record has when nothing is given."""

    options: tuple[str, ...]
    empty: str | None = None

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return the option."""
        if value is None or value == "":
            return self.empty
        if value not in self.options:
            findings.refuse(at, f"Use one of: {', '.join(self.options)}.")
            return self.empty
        return value

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        options: list[Json] = [*self.options]
        if self.empty is None:
            return {"type": ["string", "null"], "enum": [*options, None]}
        return {"type": "string", "enum": options, "default": self.empty}


@dataclass(frozen=True, slots=True)
class Standard:
    """A text with a published normal form; `soft`: a machine may store it as it is."""

    check: Callable[[str], str]
    longest: int
    example: str
    soft: bool = False
    empty: None = None

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return the normal form or None."""
        text = Text(_LONGEST_CHECKED).clean(value, at, findings)
        if not isinstance(text, str) or len(text) > _LONGEST_CHECKED:
            return None
        try:
            return self.check(text)
        except NotStandard as error:
            if len(text) <= self.longest and self.soft:
                findings.doubt(at, error.reason)
            else:
                findings.refuse(at, error.reason)
            return text

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        return {
            "type": ["string", "null"],
            "maxLength": self.longest,
            "examples": [self.example],
        }


@dataclass(frozen=True, slots=True)
class SetOf:
    """A set of texts: no order, no doubles; kept sorted."""

    of: Choice | Standard
    most: int = 50

    @property
    def empty(self) -> Json:
        """The empty set."""
        return []

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return the sorted set."""
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > self.most:
            findings.refuse(at, f"Give a list of at most {self.most} texts.")
            return []
        found = set()
        for place, member in enumerate(value):
            text = self.of.clean(member, f"{at}[{place}]", findings)
            if isinstance(text, str):
                found.add(text)
        return [*sorted(found)]

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        member = self.of.schema() | {"type": "string"}
        if isinstance(self.of, Choice):
            member["enum"] = [*self.of.options]
        return {
            "type": "array",
            "items": member,
            "uniqueItems": True,
            "maxItems": self.most,
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, RFC 3339; stored in UTC."""

    empty: None = None

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return the instant in UTC with `Z`."""
        if value is None or value == "":
            return None
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        except (ValueError, OverflowError):
            pass
        findings.refuse(at, "Give a time with its zone, for example 2026-03-01T09:30:00Z.")
        return None

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        return {"type": ["string", "null"], "format": "date-time"}


@dataclass(frozen=True, slots=True)
class Link:
    """The id of a record in another collection of the same app."""

    to: str
    prefix: str
    empty: None = None

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return the id; whether it exists is checked with the database at hand."""
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not is_id(value, self.prefix):
            findings.refuse(at, f"Give the id of a record in {self.to}.")
            return None
        return value

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        return {
            "type": ["string", "null"],
            "description": f"Id of a record in {self.to}",
        }
