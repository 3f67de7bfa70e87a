"""Places in a JSON document, and documents without numbers that are not exact. Pure."""

from datetime import UTC, datetime
from typing import cast

import orjson

from connectors.contract import Json, Record
from ground import strict_json

__all__ = ["at", "exact", "instant_at", "record_at", "text_at"]


def exact(document: object) -> Json:
    """Return a document of the strict reader with every Decimal as a string in plain notation."""
    return cast("Json", orjson.loads(strict_json.dumps(document)))  # written and read in C


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
