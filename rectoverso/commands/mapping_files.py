"""`mappings check`, `test`, `explain` and `infer`: a mapping file by itself, without a server."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from connectors import registry
from ground import strict_json
from hub.publishing.checking import remarks_of, try_laws
from hub.publishing.model import Remark
from mappings import DocumentRefused, compile_mapping, ops, parse
from mappings.examples import failed_examples
from mappings.infer import propose, schema_from_samples, written_document
from mappings.words import word_of
from master_data.fields import ENTITIES, entity_schema
from rectoverso.commands.options import AsJson, print_json, print_table
from rectoverso.errors import NotPossible

File = Annotated[Path, typer.Argument(help="A mapping file (YAML).")]
Schema = Annotated[
    Path | None,
    typer.Option("--app-schema", help="JSON Schema of the app's records; found beside its system."),
]
_MOST = 16 * 1024 * 1024


class NoLinks:
    """Stands for the links of a connection: every reference is known, by its own name."""

    def golden_id(self, entity: str, external_id: str) -> str:
        """Return a golden id for an external one."""
        return f"{entity}/{external_id}"

    def external_id(self, entity: str, golden_id: str) -> str:
        """Return the external id."""
        return golden_id.removeprefix(f"{entity}/")


def check(
    *,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Mapping files; none: all that ship.")
    ] = None,
    app_schema: Schema = None,
    laws: Annotated[
        bool, typer.Option("--laws", help="Try the laws on made-up records too (seconds).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with mapping files, with line and column; ends with 1 if anything is."""
    rows: list[dict[str, Any]] = []
    for file in files or shipped():
        rows += _faults(file, app_schema, laws=laws)
    if as_json:
        print_json({"sound": not rows, "findings": rows})
    elif rows:
        print_table(("file", "line", "column", "path", "message"), rows)
    else:
        typer.echo("Nothing is wrong.")
    if rows:
        raise typer.Exit(1)


def _faults(file: Path, app_schema: Path | None, *, laws: bool) -> list[dict[str, Any]]:
    text = read_text(file)
    remarks: Sequence[Remark] = _unreadable(file, text)
    if not remarks:
        schema = _schema_of(file, app_schema)
        remarks = remarks_of(text, _object_type(file, text), schema)
    if not remarks and laws:
        said = try_laws(text, _object_type(file, text), schema)
        remarks = [Remark(1, 1, "", said.why)] if said.why else []
    return [
        {
            "file": str(file),
            "line": r.line,
            "column": r.column,
            "path": r.path,
            "message": r.message,
        }
        for r in remarks
    ]


def _unreadable(file: Path, text: str) -> list[Remark]:
    """Say what keeps a text from being a mapping at all, whatever records it is for."""
    try:
        parse(text, name=str(file))
    except DocumentRefused as refused:
        return [Remark(f.line, f.column, f.path, f.message) for f in refused.faults]
    return []


def shipped() -> list[Path]:
    """Return the mapping files of all systems."""
    return sorted(registry.SYSTEMS.glob("*/mappings/*.yaml"))


def examples(
    *,
    files: Annotated[list[Path], typer.Argument(help="Mapping files with examples.")],
    as_json: AsJson = False,
) -> None:
    """Try the examples that mapping files carry; ends with 1 if one does not hold."""
    rows, tried = [], 0
    for file in files:
        mapping = _parsed(file)
        tried += len(mapping.examples)
        rows += [
            {"file": str(file), "path": each.path, "message": str(each)}
            for each in failed_examples(mapping, NoLinks())
        ]
    if as_json:
        print_json({"tried": tried, "failed": rows})
    elif rows:
        print_table(("file", "path", "message"), rows)
    else:
        typer.echo(f"{tried} examples hold.")
    if rows:
        raise typer.Exit(1)


def explain(
    *,
    file: File,
    record: Annotated[
        Path | None, typer.Option("--record", help="A record of the app (JSON) to read.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what every line of a mapping does, or what it makes of a record."""
    mapping = _parsed(file)
    rows = _rules(mapping) if record is None else _read(mapping, _json(record))
    columns = ("line", "app", "golden", "does") if record is None else ("golden", "words", "value")
    if as_json:
        print_json({"items": rows, "next": None})
    else:
        print_table((*columns, "problem") if record else columns, rows)


def _rules(mapping: ops.Mapping) -> list[dict[str, Any]]:
    rows = []
    for rule in mapping.rules:
        rows.append(_row(rule, "", ""))
        if isinstance(rule, ops.Each):
            rows += [_row(each, f"{rule.app}[].", f"{rule.golden}[].") for each in rule.fields]
        elif isinstance(rule, ops.Slots):
            inner = [each for slot in rule.slots for each in slot.fields]
            rows += [_row(each, "", f"{rule.golden}[].") for each in inner]
    return rows


def _row(rule: ops.Rule, app: str, golden: str) -> dict[str, Any]:
    return {
        "line": rule.place.line,
        "app": _told(getattr(rule, "app", None), app),
        "golden": _told(getattr(rule, "golden", None), golden),
        "does": _does(rule),
    }


def _told(path: object, before: str) -> str | None:
    if path is None:
        return None
    paths = path if isinstance(path, tuple | list) else (path,)
    return ", ".join(f"{before}{each}" for each in paths)


def _does(rule: ops.Rule) -> str:
    """Name the operation, what it is told, and what restricts the rule."""
    operation = getattr(rule, "operation", getattr(rule, "function", rule))
    told = [_named(operation)]
    if operation is not rule:
        told += [
            f"{each.name.replace('_', ' ')} {_spoken(value)}"
            for each in fields(operation)
            if each.name not in _UNTOLD and (value := getattr(operation, each.name))
        ]
    told += [_WAYS[way]] if (way := str(getattr(rule, "direction", ""))) in _WAYS else []
    told += ["under a condition"] if getattr(rule, "when", ops.ALWAYS) != ops.ALWAYS else []
    lossy = getattr(rule, "lossy", None)
    return ", ".join(told + ([f"lossy: {lossy}"] if lossy else []))


def _spoken(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_spoken, value))
    return _named(value) if is_dataclass(value) else str(value)


def _named(what: object) -> str:
    """Name an operation as the document does, anything else as the guide does."""
    if isinstance(what, ops.Operation):
        return word_of(what).replace("_", " ")
    return type(what).__name__


_UNTOLD = frozenset({"pairs", "canonical", "place"})
_WAYS = {"in": "app to golden only", "out": "golden to app only"}


def _read(mapping: ops.Mapping, record: Any) -> list[dict[str, Any]]:  # noqa: ANN401  JSON
    if not isinstance(record, dict):
        raise NotPossible("A record is one JSON object.")
    inbound = compile_mapping(mapping).to_golden(record, None, NoLinks())
    rows = [
        {"golden": path, "words": read.words, "value": read.value, "problem": None}
        for path, read in inbound.scalars.items()
    ]
    for path, elements in inbound.elements.items():
        rows += [
            {"golden": f"{path}[{key}]", "words": r.words, "value": r.value, "problem": None}
            for key, r in elements.items()
        ]
    rows += [
        {"golden": path, "words": problem.words, "value": None, "problem": problem.reason}
        for path, problem in inbound.problems.items()
    ]
    return rows


def infer(  # noqa: PLR0913 - options of a command
    *,
    object_type: Annotated[str, typer.Argument(help="The app's object type.")],
    entity: Annotated[str, typer.Option("--entity", help=f"One of {', '.join(ENTITIES)}.")],
    schema: Annotated[
        Path | None, typer.Option("--app-schema", help="JSON Schema of the app's records.")
    ] = None,
    samples: Annotated[
        Path | None, typer.Option("--samples", help="Records of the app: a JSON list.")
    ] = None,
    golden_samples: Annotated[
        Path | None, typer.Option("--golden-samples", help="Golden documents: a JSON list.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose a first mapping from a schema, or from samples; it is printed, never applied."""
    if schema is None and samples is None:
        raise NotPossible("Give --app-schema, --samples, or both.")
    if entity not in ENTITIES:
        raise NotPossible(f"There is no entity {entity}; there are {', '.join(ENTITIES)}.")
    records, goldens = _records(samples), _records(golden_samples)
    app = _json(schema) if schema is not None else schema_from_samples(records)
    found = propose(app, entity_schema(entity).schema, app_samples=records, golden_samples=goldens)
    text = written_document(found, object_type=object_type, entity=entity)
    if not as_json:
        typer.echo(text, nl=False)
        return
    rows = [
        {"app": e.app, "golden": e.golden, "score": str(e.score), "reason": e.reason}
        for e in found.found
    ]
    left = {"app": found.app_left, "golden": found.golden_left}
    print_json({"proposals": rows, "left": left, "text": text})


# --- files


def read_text(file: Path) -> str:
    """Return the text of a file. Raises NotPossible."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise NotPossible(f"{file} cannot be read: {reason}.") from None


def _json(file: Path) -> Any:  # noqa: ANN401  JSON
    try:
        return strict_json.loads(read_text(file).encode(), max_bytes=_MOST)
    except strict_json.StrictJsonError as error:
        raise NotPossible(f"{file} is not JSON: {error}.") from None


def _records(file: Path | None) -> list[Any]:
    found = _json(file) if file is not None else []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise NotPossible(f"{file} must hold a JSON list of records.")
    return found


def _parsed(file: Path) -> ops.Mapping:
    try:
        return parse(read_text(file), name=str(file))
    except DocumentRefused as refused:
        raise NotPossible(str(refused)) from None


def _object_type(file: Path, text: str) -> str:
    try:
        return parse(text, name=str(file)).object_type
    except DocumentRefused:
        return file.stem


def _schema_of(file: Path, given: Path | None) -> dict[str, Any]:
    """Return the app's schema: given, or beside the mapping as in a system's folder."""
    if given is not None:
        found = _json(given)
    else:
        beside = file.resolve().parents[1] / "schemas" / f"{file.stem}.json"
        if not beside.exists():
            raise NotPossible(f"Which records does {file} map? Name their --app-schema.")
        found = _json(beside)
    if not isinstance(found, dict):
        raise NotPossible("A JSON Schema is one JSON object.")
    return found
