"""`match`: train, evaluate, explain and review how records are matched, on files."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ground import strict_json
from master_data.forms.records import form_of
from master_data.likeness.batch import Batch
from master_data.likeness.model import to_json as model_to_json
from master_data.likeness.scoring import Scorer
from master_data.likeness.sentences import explain_pair
from master_data.likeness.sentences import to_json as decision_to_json
from master_data.likeness.training import train as learn
from rectoverso.bench.matching.folders import RecordSet, read_set
from rectoverso.bench.matching.sets import match_set, measure_set
from rectoverso.commands.match_bulk import bulk
from rectoverso.commands.match_calibrate import calibrate
from rectoverso.commands.match_splink import export_splink, import_splink
from rectoverso.commands.options import AsJson, print_json, print_table, say
from rectoverso.errors import CommandError

_Folder = Annotated[Path, typer.Argument(help="Folder with a.csv, columns.yaml and perhaps b.csv.")]
_One = Annotated[str, typer.Argument(help="Id of a record.")]
_Out = Annotated[Path | None, typer.Option("--out", help="File for the trained model.")]
_Most = Annotated[int, typer.Option("--most", min=1, help="The most pairs to list.")]


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    group = typer.Typer(
        help="Match records by the shipped models: of a folder, or of a whole system at once."
    )
    for command in (train, evaluate, explain, review, bulk, calibrate):
        group.command(command.__name__)(command)
    group.command("export-splink")(export_splink)
    group.command("import-splink")(import_splink)
    app.add_typer(group, name=name, no_args_is_help=True)


def train(folder: _Folder, *, out: _Out = None, as_json: AsJson = False) -> None:
    """Learn how often each level holds among equals, from these records, without labels."""
    records, forms, batch = _matched(folder)
    scorer = Scorer(batch.model, batch.statistics)
    first, second = batch.candidates.first.tolist(), batch.candidates.second.tolist()
    training = learn(scorer, [(forms[x], forms[y]) for x, y in zip(first, second, strict=True)])
    model = model_to_json(training.model)
    if out:
        out.write_bytes(strict_json.dumps(model))
    told = {"pairs": training.pairs, "rounds": training.rounds, "same": round(training.share, 4)}
    if as_json:
        print_json(told | {"model": model, "digest": training.model.digest})
        return
    say(f"{records.name}: {told['pairs']} pairs, {told['rounds']} rounds, {told['same']:.1%} equal")


def evaluate(folder: _Folder, *, as_json: AsJson = False) -> None:
    """Compare what is linked with matches.csv: precision, recall, F1."""
    figures = measure_set(folder)
    if as_json:
        print_json(figures)
        return
    print_table(("figure", "value"), [{"figure": k, "value": v} for k, v in figures.items()])


def explain(folder: _Folder, one: _One, other: _One, *, as_json: AsJson = False) -> None:
    """Say why two records are the same thing or not."""
    records, forms, batch = _matched(folder)
    ids = [each for each, _ in records.everyone]
    for asked in (one, other):
        if asked not in ids:
            raise CommandError(f"{folder} has no record {asked}")
    # both files may count from 1: the first id is looked for in a.csv first, the other in b.csv
    first, second = ids.index(one), len(ids) - 1 - ids[::-1].index(other)
    weighed = Scorer(batch.model, batch.statistics).explain(forms[first], forms[second])
    if as_json:
        print_json(decision_to_json(weighed) | {"model": batch.model.digest})
        return
    typer.echo("\n".join(explain_pair(records.entity, weighed)))


def review(folder: _Folder, *, most: _Most = 50, as_json: AsJson = False) -> None:
    """List the pairs that a person should look at, the likeliest first."""
    records, forms, batch = _matched(folder)
    scorer = Scorer(batch.model, batch.statistics)
    ids = [each for each, _ in records.everyone]
    pairs = sorted(
        ((scorer.weight(forms[x], forms[y]), x, y) for x, y in batch.review), reverse=True
    )[:most]
    rows: list[dict[str, Any]] = [
        {"one": ids[x], "other": ids[y], "weight": round(weight, 2)} for weight, x, y in pairs
    ]
    if as_json:
        print_json({"review": rows, "total": len(batch.review)})
        return
    print_table(("one", "other", "weight"), rows)


def _matched(folder: Path) -> tuple[RecordSet, list[dict[str, tuple[str, ...]]], Batch]:
    records = read_set(folder)
    forms = [form_of(records.entity, words) for _, words in records.everyone]
    return records, forms, match_set(records)
