"""Small changes to the text of a mapping document that leave all the rest of it as it is."""

import json
from dataclasses import dataclass
from typing import Final

import yaml

from mappings.errors import DocumentRefused, Fault
from mappings.ops import Code
from mappings.yaml_text import load

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

__all__ = ["NoSuchTable", "add_row", "with_version"]


class NoSuchTable(DocumentRefused):
    """The document has no value map of that name."""

    def __init__(self, table: str) -> None:
        super().__init__(table, [Fault(1, 1, "value maps", f"there is no value map {table!r}")])


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a node stands: offsets into the text; `flow`: written with braces."""

    start: int
    end: int
    flow: bool
    indent: int


def with_version(text: str, number: int) -> str:
    """Return the text with its `version` set to a number. Raises DocumentRefused."""
    content = load(text, name="mapping").content
    if not isinstance(content, dict):
        return text
    span = _span(text, ("version",))
    if span is None:
        return f"version: {number}\n{text}"
    return text[: span.start] + str(number) + text[span.end :]


def add_row(text: str, table: str, app: Code, golden: str, *, canonical: bool = False) -> str:
    """Return the text with one more row app -> golden in a value map.

    `canonical`: this code is the one that is written for the golden value from now on. A row that
    is there already is kept as it is. Raises NoSuchTable, DocumentRefused.
    """
    content = load(text, name="mapping").content
    rows = _span(text, ("value maps", table, "pairs"))
    if rows is None:
        raise NoSuchTable(table)
    known = content["value maps"][table]
    if app not in known["pairs"]:
        text = _inserted(text, rows, _word(app), _word(golden))
    if not canonical or golden in known.get("canonical", {}):
        return text
    told = _span(text, ("value maps", table, "canonical"))
    if told is not None:
        return _inserted(text, told, _word(golden), _word(app))
    whole = _span(text, ("value maps", table)) or rows
    return _inserted(text, whole, "canonical", f"{{{_word(golden)}: {_word(app)}}}")


def _word(code: Code) -> str:
    return json.dumps(code, ensure_ascii=False)


def _inserted(text: str, span: _Span, key: str, value: str) -> str:
    """Return the text with a key added to a mapping, in the style in which that is written."""
    if span.flow:
        close = span.end - 1
        before = text[:close].rstrip()
        comma = "" if before.endswith(("{", ",")) else ","
        space = "" if before.endswith("{") else " "
        return f"{before}{comma}{space}{key}: {value}{text[close:]}"
    line = f"{' ' * span.indent}{key}: {value}\n"
    return text[: span.start] + line + text[span.start :]


def _span(text: str, at: tuple[str, ...]) -> _Span | None:
    """Find the value at a path of keys; of a block mapping, `start` is its first line."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    node = yaml.compose(text, Loader=_Loader)
    for key in at:
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((value for name, value in node.value if name.value == key), None)
    if node is None:
        return None
    column = node.start_mark.column
    start = starts[node.start_mark.line] + column
    end = starts[node.end_mark.line] + node.end_mark.column
    flow = not isinstance(node, yaml.MappingNode) or bool(node.flow_style)
    return _Span(start if flow else starts[node.start_mark.line], end, flow, column)
