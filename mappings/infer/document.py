"""Writes proposals down as a mapping document for a person to go on with."""

import json
from dataclasses import replace

from mappings.infer.proposals import Proposal, Proposals
from mappings.infer.seats import Seat
from mappings.view import Json


def written_document(proposals: Proposals, *, object_type: str, entity: str) -> str:
    """Return a YAML text: each proposal with its score and reason, what is left as comments."""
    lines = [
        "# Proposed from schemas and samples; nothing of it is in force. Read every line.",
        f"object: {_word(object_type)}",
        f"entity: {entity}",
        "version: 1",
    ]
    fields = [each for each in proposals.found if not each.inside and not each.seat]
    tables = {each.golden: each for each in fields if each.pairs}
    if tables:
        lines += ["", "value maps:"]
        for golden, each in tables.items():
            rows = ", ".join(f"{_word(app)}: {_word(code)}" for app, code in each.pairs)
            lines.append(f"  {_table(golden)}: {{pairs: {{{rows}}}}}")
    if fields:
        lines += ["", "fields:", *_fields(fields, "  ")]
    seated = [(each, each.seat) for each in proposals.found if each.seat]
    if seated:
        lines += ["", "slots:", *_slots(seated)]
    lists = [each for each in proposals.found if each.inside]
    if lists:
        lines += ["", "lists:"]
    for each in lists:
        lines += [
            f"  # {each.score:.2f}: {each.reason}",
            f"  - app: {each.app}",
            f"    golden: {each.golden}",
            f"    key: {each.key}",
            "    fields:",
            *_fields(each.inside, "      "),
        ]
    lines += _left("the app", proposals.app_left) + _left(
        "the golden record", proposals.golden_left
    )
    return "\n".join(lines) + "\n"


def _fields(fields: list[Proposal] | tuple[Proposal, ...], indent: str) -> list[str]:
    lines: list[str] = []
    for each in fields:
        told = [f"app: {each.app}", f"golden: {each.golden}"]
        if each.pairs:
            told.append(f"values: {_table(each.golden)}")
        else:
            told += [f"{name}: {_flow(value)}" for name, value in each.operation]
        lines.append(f"{indent}# {each.score:.2f}: {each.reason}")
        lines.append(f"{indent}- {{{', '.join(told)}}}")
    return lines


def _slots(seated: list[tuple[Proposal, Seat]]) -> list[str]:
    """Return the places in lists, those of one element together."""
    slots: dict[str, dict[str, list[str]]] = {}
    for each, seat in seated:
        by, fixed = seat.fixed
        head = [f"        is: {{{by}: {_flow(fixed)}}}", "        fields:"]
        place = slots.setdefault(seat.list, {}).setdefault(seat.code, head)
        place += _fields([replace(each, golden=seat.inner)], "          ")
    lines: list[str] = []
    for golden, places in slots.items():
        lines += [f"  - golden: {golden}", "    places:"]
        for code, told in places.items():
            lines += [f"      {_word(code)}:", *told]
    return lines


def _left(whose: str, paths: tuple[str, ...]) -> list[str]:
    return ["", f"# Left over of {whose}: {', '.join(paths)}"] if paths else []


def _table(golden: str) -> str:
    return golden.replace(".", "_")


def _word(text: Json) -> str:
    if not isinstance(text, str):
        return json.dumps(text)
    return (
        text
        if text.isidentifier() and text.lower() not in {"true", "false", "null"}
        else (json.dumps(text, ensure_ascii=False))
    )


def _flow(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return value if isinstance(value, str) else json.dumps(value)
