"""`match export-splink` and `import-splink`: comparison models as settings of Splink, and back."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from master_data.errors import ModelUnreadable
from master_data.likeness.model import from_json, shipped_model
from master_data.likeness.model import to_json as model_to_json
from master_data.likeness.splink.reading import from_splink
from master_data.likeness.splink.writing import sayable, to_splink
from rectoverso.commands.options import say
from rectoverso.errors import CommandError

_Entity = Annotated[str, typer.Argument(help="person, company, product, other.")]
_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Settings of Splink.")]
_Out = Annotated[Path, typer.Option("--out", help="File to write.")]
_Model = Annotated[
    Path | None,
    typer.Option("--model", exists=True, dir_okay=False, help="A model, not the shipped one."),
]
_Partial = Annotated[
    bool, typer.Option("--partial", help="Leave out what Splink cannot say, and list it.")
]
_Records = Annotated[int, typer.Option("--records", min=0, help="How many records there will be.")]
_Columns = Annotated[
    list[str] | None,
    typer.Option("--column", help="A column of Splink's and our field: first_name=given."),
]


class Dialect(StrEnum):
    """The SQL that settings are written in."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def export_splink(  # noqa: PLR0913 - options of one command
    entity: _Entity,
    *,
    out: _Out,
    model: _Model = None,
    partial: _Partial = False,
    records: _Records = 0,
    dialect: Annotated[Dialect, typer.Option("--dialect")] = Dialect.DUCKDB,
) -> None:
    """Write a comparison model as settings of Splink 5; what it cannot say is refused by name."""
    try:
        ours = from_json(_read(model)) if model else shipped_model(entity)
        part = sayable(ours)
        if part.left_out and not partial:
            reasons = "\n".join(f"  {each}" for each in part.left_out)
            raise CommandError(
                f"Splink cannot say all of this model. With --partial it is left out:\n{reasons}"
            )
        if not part.model.comparisons:
            raise CommandError("Splink can say none of the comparisons of this model")
        settings = to_splink(part.model, records, dialect.value)
    except ModelUnreadable as error:
        raise CommandError(str(error)) from error
    out.write_text(json.dumps(settings, indent=1) + "\n")
    for each in part.left_out:
        say(f"left out: {each}")
    say(f"{out}: {len(part.model.comparisons)} of {len(ours.comparisons)} comparisons.")


def import_splink(  # noqa: PLR0913 - options of one command
    file: _File,
    *,
    entity: Annotated[str, typer.Option("--entity", help="person, company, product, other.")],
    out: _Out,
    column: _Columns = None,
    link: Annotated[float, typer.Option("--link", help="Bits from which a pair is one.")] = 4,
    review: Annotated[float, typer.Option("--review", help="Bits for a person to look.")] = -3,
) -> None:
    """Read settings of Splink as a comparison model; what we have no words for is refused."""
    pairs = [each.partition("=") for each in column or ()]
    if any(not (theirs and ours) for theirs, _, ours in pairs):
        raise CommandError("--column is a column of Splink's, =, a field: first_name=given")
    columns = {theirs: ours for theirs, _, ours in pairs}
    try:
        model = from_splink(_read(file), entity, link, review, columns)
    except ModelUnreadable as error:
        raise CommandError(str(error)) from error
    out.write_text(json.dumps(model_to_json(model), indent=1) + "\n")
    say(f"{out}: {len(model.comparisons)} comparisons, model {model.digest}.")


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text())
    except ValueError as error:
        raise CommandError(f"{file} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise CommandError(f"{file} is no object of JSON")
    return found
