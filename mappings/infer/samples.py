"""A JSON Schema read off sample records, for systems that cannot tell their own."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from mappings.view import Json, Record

MOST_CODES: Final = 12
LEAST_SAMPLES: Final = 8
FORMATS: Final = (
    ("date-time", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d|\d\d[./]\d\d[./]\d{4}")),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("uri", re.compile(r"https?://\S+")),
    ("phone", re.compile(r"\+?[\d ()/.-]{7,20}")),
    ("decimal", re.compile(r"-?\d+\.\d+")),
)


def schema_from_samples(records: Sequence[Json]) -> Record:
    """Return a JSON Schema that allows these records; a field no record leaves out is required."""
    return _object([each for each in records if isinstance(each, dict)])


def format_of(texts: Iterable[str]) -> str | None:
    """Return the format that every text has, if there is one."""
    told = [text for text in texts if text]
    return next((name for name, form in FORMATS if told and all(map(form.fullmatch, told))), None)


def _object(records: Sequence[Mapping[str, Json]]) -> Record:
    names = sorted({name for record in records for name in record})
    found = {name: [record[name] for record in records if name in record] for name in names}
    required = [
        name
        for name in names
        if len(found[name]) == len(records) and all(v not in (None, "") for v in found[name])
    ]
    properties = {name: _value(values) for name, values in found.items()}
    return {"type": "object", "properties": properties, "required": required}


def _value(values: Sequence[Json]) -> Record:
    told = [each for each in values if each is not None]
    if told and all(isinstance(each, dict) for each in told):
        return _object(told)
    if told and all(isinstance(each, list) for each in told):
        return {"type": "array", "items": _value([item for each in told for item in each])}
    return _scalar(told, nullable=len(told) < len(values))


def _scalar(told: Sequence[Json], *, nullable: bool) -> Record:
    kinds = {_kind(each) for each in told}
    kind = kinds.pop() if len(kinds) == 1 else "string"
    schema: Record = {"type": [kind, "null"] if nullable else kind}
    if kind != "string":
        return schema
    texts = [each for each in told if isinstance(each, str)]
    if form := format_of(texts):
        schema["format"] = form
    codes = sorted(set(texts))
    closed = len(texts) >= LEAST_SAMPLES and len(codes) <= min(MOST_CODES, len(texts) // 3)
    if closed and "format" not in schema:
        schema["enum"] = codes
    return schema


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "string"
