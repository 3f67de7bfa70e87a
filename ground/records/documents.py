"""JSON documents of the REST API: what comes in, what goes out, and their schemas."""

from collections.abc import Iterable, Mapping

from ground.records.elements import Elements
from ground.records.errors import Overtaken, RecordError
from ground.records.model import EXTERNAL_REF, LONGEST_REF, Intent, RecordKind, Write, Written
from ground.refusals import Problem
from ground.strict_json import Json

MOST_ITEMS = 100
_ITEM_MEMBERS = frozenset({"id", EXTERNAL_REF, "if_match", "values"})
_INSTANT: dict[str, Json] = {"type": "string", "format": "date-time"}


def problem_of(error: RecordError) -> Problem:
    """Return the error as the caller sees it."""
    words = error.title.lower().replace(" ", "-")
    return Problem(
        error.status,
        error.title,
        error.detail,
        type=f"urn:rectoverso:problem:{words}",
        extra=error.extra,
        headers={"Retry-After": "1"} if isinstance(error, Overtaken) else None,
    )


def invalid(field: str, reason: str) -> Problem:
    """Return the 422 for one field."""
    return Problem(
        422, "Some values cannot be stored", extra={"errors": [{"field": field, "reason": reason}]}
    )


def expected_version(text: Json) -> int | None:
    """Return the version of an ETag such as `"7"`; None for `*` or nothing, -1 for any other."""
    if text is None or text == "*":
        return None
    if isinstance(text, int):
        return text
    digits = str(text).strip('"')
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else -1  # noqa: PLR2004


def values_of(document: Json) -> Mapping[str, Json]:
    """Return the fields of a create or update body. Errors: Problem 422."""
    if not isinstance(document, dict):
        raise invalid("", "Send a JSON object with the fields.")
    return document


def items_of(document: Json) -> list[Write | Problem]:
    """Return the writes of a bulk body, a problem in place of each malformed item."""
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(items, list) or len(document) > 1:
        raise invalid("items", 'Send {"items": [...]}.')
    if len(items) > MOST_ITEMS:
        raise invalid("items", f"Send at most {MOST_ITEMS} items at once.")
    return [_write_of(item) for item in items]


def _write_of(item: Json) -> Write | Problem:
    if not isinstance(item, dict) or not _ITEM_MEMBERS.issuperset(item):
        return invalid("", "An item has the members id, external_ref, if_match and values.")
    identity, values = item.get("id"), item.get("values")
    if not isinstance(values, dict):
        return invalid("values", "Give an object with the fields.")
    if identity is not None and not isinstance(identity, str):
        return invalid("id", "Give the id as text, or leave it out.")
    if EXTERNAL_REF in item:
        if EXTERNAL_REF in values:
            return invalid(EXTERNAL_REF, "Give it once: beside the values or among them.")
        values = {**values, EXTERNAL_REF: item[EXTERNAL_REF]}
    intent = Intent.UPSERT if identity is None else Intent.UPDATE
    return Write(intent, values, identity, expected_version(item.get("if_match")))


def result_of(outcome: Written | RecordError | Problem, asked: str | None) -> dict[str, object]:
    """Return one result of a bulk answer; `asked` is the id the item named."""
    if isinstance(outcome, Written):
        record = outcome.record
        return {
            "status": 201 if outcome.created else 200,
            "id": record.id,
            "version": record.version,
            "changed": outcome.changed,
            "record": record.document(),
            "problem": None,
        }
    problem = problem_of(outcome) if isinstance(outcome, RecordError) else outcome
    return {
        "status": problem.status,
        "id": problem.extra.get("id", asked),
        "version": problem.extra.get("version"),
        "changed": False,
        "record": None,
        "problem": problem.document(),
    }


# Schemas


def schemas(kinds: Iterable[RecordKind]) -> dict[str, Json]:
    """Return the schemas: a kind as read (Customer), made (CustomerIn), changed (…Change)."""
    found: dict[str, Json] = {}
    for kind in kinds:
        found[kind.title] = _record_schema(kind)
        found[f"{kind.title}In"] = _values_schema(kind, required=True)
        found[f"{kind.title}Change"] = _values_schema(kind, required=False)
    found["Problem"] = {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
                },
            },
        },
    }
    return found


def _record_schema(kind: RecordKind) -> Json:
    head: dict[str, Json] = {
        "id": {"type": "string", "pattern": f"^{kind.prefix}_[0-9a-f]{{32}}$"},
        "version": {"type": "integer", "minimum": 1},
        "created_at": _INSTANT,
        "updated_at": _INSTANT,
        "updated_by": {"type": "string"},
        EXTERNAL_REF: {"type": ["string", "null"], "maxLength": LONGEST_REF},
    }
    own: dict[str, Json] = {}
    for field in kind.fields:
        schema = field.type.schema()
        if isinstance(field.type, Elements) and isinstance(schema["items"], dict):
            schema["items"] = {**schema["items"], "required": ["id"]}
        own[field.name] = schema
    return {"type": "object", "required": [*head, *own], "properties": {**head, **own}}


def _values_schema(kind: RecordKind, *, required: bool) -> Json:
    properties: dict[str, Json] = {
        EXTERNAL_REF: {"type": ["string", "null"], "maxLength": LONGEST_REF}
    }
    for field in kind.fields:
        if not field.given:
            properties[field.name] = field.type.schema()
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in kind.fields if field.required and required],
        "properties": properties,
    }


def reference(name: str) -> Json:
    """Return a reference to one of these schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_schema(kind: RecordKind) -> Json:
    """Return the schema of a page of records."""
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": reference(kind.title)},
            "next": {"type": ["string", "null"]},
        },
    }


def list_parameters(kind: RecordKind) -> list[Json]:
    """Return the query words of a list."""
    fields = ", ".join(field.name for field in kind.fields if field.column)
    words = {
        "q": "Text to look for.",
        "sort": f"Fields to order by, `-` before a falling one. Fields: {fields}.",
        "after": "The `next` of the page before.",
        "limit": "Records per page, 1 to 500; usually 50.",
        "updated_since": "Only records changed at or after this instant, in that order.",
        "include_deleted": "`true`: tombstones too.",
        "ids": "Only these records; ids with commas between.",
    }
    parameters: list[Json] = [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in words.items()
    ]
    return [
        *parameters,
        {
            "name": "filter",
            "in": "query",
            "style": "deepObject",
            "description": f"`filter[field]=value`, `filter[field][gte]=value`. Fields: {fields}.",
            "schema": {"type": "object"},
        },
    ]


def bulk_schema(kind: RecordKind) -> Json:
    """Return the schema of a bulk request."""
    item: Json = {
        "type": "object",
        "additionalProperties": False,
        "required": ["values"],
        "properties": {
            "id": {"type": "string"},
            EXTERNAL_REF: {"type": ["string", "null"], "maxLength": LONGEST_REF},
            "if_match": {"type": ["string", "integer"]},
            "values": reference(f"{kind.title}Change"),
        },
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["items"],
        "properties": {"items": {"type": "array", "maxItems": MOST_ITEMS, "items": item}},
    }


def results_schema(kind: RecordKind) -> Json:
    """Return the schema of a bulk answer."""
    result: Json = {
        "type": "object",
        "required": ["status", "id", "version", "changed", "record", "problem"],
        "properties": {
            "status": {"type": "integer"},
            "id": {"type": ["string", "null"]},
            "version": {"type": ["integer", "null"]},
            "changed": {"type": "boolean"},
            "record": {"anyOf": [reference(kind.title), {"type": "null"}]},
            "problem": {"anyOf": [reference("Problem"), {"type": "null"}]},
        },
    }
    return {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": result}},
    }
