"""What is wrong with the shape of a document, in words that say what to do."""

import difflib
from collections.abc import Iterable
from typing import Final, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mappings.document import MappingDocument, Strict
from mappings.errors import Fault
from mappings.view import Json
from mappings.yaml_text import Document, Location

MOST_FAULTS: Final = 100
MOST_SUGGESTIONS: Final = 12


def closest(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean …?)" if a known word is near, else nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def spelled(location: Location) -> str:
    """Write a location as a path of the document: "fields[2].golden"."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def shape_faults(source: Document, error: ValidationError) -> list[Fault]:
    """Turn the findings of the document's shape into faults, one per place and path.

    The first ones, and how many more there are; only the first typos are answered with a guess, for
    guessing costs.
    """
    details = error.errors(include_url=False, include_input=False)
    details.sort(key=lambda detail: source.place(detail["loc"]))
    faults: dict[tuple[int, int, str], Fault] = {}
    for number, detail in enumerate(details[:MOST_FAULTS]):
        location = detail["loc"]
        place = source.place(location)
        message = _message(detail, guess=number < MOST_SUGGESTIONS)
        fault = Fault(place.line, place.column, spelled(location), message)
        faults.setdefault((fault.line, fault.column, fault.path), fault)
    if len(details) > MOST_FAULTS:
        place = source.place(details[MOST_FAULTS]["loc"])
        more = f"{len(details) - MOST_FAULTS} more from here on: correct those above first"
        faults[place.line, place.column, ""] = Fault(place.line, place.column, "", more)
    return list(faults.values())


def _message(detail: ErrorDetails, *, guess: bool) -> str:
    location = detail["loc"]
    word = str(location[-1])
    match detail["type"]:
        case "extra_forbidden":
            near = closest(word, _keys(location)) if guess else ""
            return f"unknown key {word!r}{near}: remove or correct it"
        case "missing":
            return f"the key {word!r} is missing: add it"
        case "string_pattern_mismatch":
            return (
                "not a path: write names joined by dots, such as terms.currency; "
                "a list has no index: map it under lists, by key"
            )
        case _:
            return detail["msg"]


def _keys(location: Location) -> list[str]:
    model: type[Strict] = MappingDocument
    for step in location[:-1]:
        for name, field in model.model_fields.items():
            if (field.alias or name) == step:
                model = _model_in(field.annotation) or model
                break
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Json) -> type[Strict] | None:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    found = (_model_in(inner) for inner in get_args(annotation))
    return next((model for model in found if model is not None), None)
