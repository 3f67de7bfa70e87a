"""Places in a JSON document, and documents without numbers that are not exact. Pure."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

from connectors.contract import Json, Record
from ground import strict_json

__all__ = ["at", "exact", "instant_at", "record_at", "text_at"]

_AS_THEY_ARE = frozenset((str, int, bool, type(None)))


def exact(value: object) -> Json:
    """Return the document with every Decimal as a string in plain notation."""
    kind = type(value)  # looked at for every value of every record: a comparison is enough
    if kind in _AS_THEY_ARE:
        return cast("Json", value)
    if isinstance(value, dict):
        return {name: exact(one) for name, one in value.items()}
    if isinstance(value, list):
        return [exact(one) for one in value]
    if isinstance(value, Decimal):
        return strict_json.plain(value)
    raise TypeError(kind)


def at(document: Json, path: str | None) -> Json:
    """Return what stands at a path; None where there is no such place."""
    if path is None:
        return None
    for step in path.split(".") if path else ():
        if not isinstance(document, dict):
            return None
        document = document.get(step)
    return document


def text_at(document: Json, path: str | None) -> str | None:
    """Return a text or number as text; None where there is neither."""
    value = at(document, path)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    return str(value)


def record_at(document: Json, path: str | None) -> Record | None:
    """Return the object at a path."""
    value = at(document, path)
    return value if isinstance(value, dict) else None


def instant_at(document: Json, path: str | None) -> datetime | None:
    """Return the RFC 3339 instant at a path; None where there is none with a zone."""
    value = at(document, path)
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo is not None else None
