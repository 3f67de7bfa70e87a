"""Folders of records whose true pairs are known, and how well matching finds them.

A folder holds `a.csv`, `b.csv` where two sources are linked, `matches.csv` (id_1, id_2) and
`columns.yaml`: entity, one_to_one, and columns: {column: word}.
"""

import csv
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import yaml

from master_data.forms.records import form_of
from master_data.likeness.batch import Batch, match_batch
from master_data.likeness.model import shipped_model
from rectoverso.errors import CommandError

ENTITIES = ("person", "company", "product", "other")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RecordSet:
    """One folder. Records are (id, words); `truth` None: nobody knows the pairs."""

    name: str
    entity: str
    partners: bool
    a: list[tuple[str, dict[str, list[str]]]]
    b: list[tuple[str, dict[str, list[str]]]]
    truth: set[Pair] | None


def find_sets(folder: Path, name: str | None = None) -> list[Path]:
    """Return the folders to measure: one set, all in a folder, or the folder itself."""
    if (folder / "a.csv").is_file() and name in (None, folder.name):
        return [folder]
    found = sorted(each.parent for each in folder.glob("*/a.csv"))
    chosen = [each for each in found if name in (None, each.name)]
    if not chosen:
        what = f"no set {name}" if name else "no set"
        raise CommandError(f"{what} in {folder}: a set is a folder with a.csv and columns.yaml")
    return chosen


def read_set(folder: Path) -> RecordSet:
    """Read one folder. Raises CommandError that says which line of what file is wrong."""
    said = _columns(folder)
    columns = said.get("columns")
    entity = said.get("entity", "other")
    if not isinstance(columns, dict) or not columns:
        raise CommandError(f"{folder / 'columns.yaml'}: `columns` must name which column is what")
    if entity not in ENTITIES:
        raise CommandError(
            f"{folder / 'columns.yaml'}: entity {entity!r} is none of {', '.join(ENTITIES)}"
        )
    b = folder / "b.csv"
    return RecordSet(
        folder.name,
        entity,
        bool(said.get("one_to_one")),
        _records(folder / "a.csv", columns),
        _records(b, columns) if b.is_file() else [],
        _truth(folder / "matches.csv"),
    )


def _columns(folder: Path) -> dict[str, Any]:
    path = folder / "columns.yaml"
    try:
        said = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    if not isinstance(said, dict):
        raise CommandError(f"{path} must hold entity, one_to_one and columns")
    return said


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as lines:
        yield from csv.DictReader(lines)


def _records(path: Path, columns: dict[str, str]) -> list[tuple[str, dict[str, list[str]]]]:
    found = []
    for number, row in enumerate(_rows(path), 2):
        if not row.get("id"):
            raise CommandError(f"{path}, line {number}: no id")
        words: dict[str, list[str]] = {}
        for column, word in columns.items():
            if column not in row:
                raise CommandError(f"{path}: columns.yaml names {column!r}, which is not there")
            if row[column]:
                words.setdefault(word, []).append(row[column])
        found.append((row["id"], words))
    return found


def _truth(path: Path) -> set[Pair] | None:
    if not path.is_file():
        return None
    return {_pair(row["id_1"], row["id_2"]) for row in _rows(path)}


def _pair(one: str, two: str) -> Pair:
    return (one, two) if one < two else (two, one)


def match_set(records: RecordSet) -> Batch:
    """Match a set with the shipped model of its entity."""
    everyone = [*records.a, *records.b]
    forms = [form_of(records.entity, words) for _, words in everyone]
    sources = None
    if records.b:
        sources = np.array([0] * len(records.a) + [1] * len(records.b), np.int8)
    return match_batch(shipped_model(records.entity), forms, sources, partners=records.partners)


def measure_set(folder: Path) -> dict[str, Any]:
    """Return the figures of one set; without true pairs only what was found."""
    begin = process_time()
    records = read_set(folder)
    batch = match_set(records)
    cpu = process_time() - begin
    ids = [each for each, _ in (*records.a, *records.b)]
    linked = {_pair(ids[x], ids[y]) for x, y in batch.linked}
    first, second = batch.candidates.first.tolist(), batch.candidates.second.tolist()
    candidates = {_pair(ids[x], ids[y]) for x, y in zip(first, second, strict=True)}
    figures: dict[str, Any] = {"records": len(ids), "entity": records.entity, "linked": len(linked)}
    if records.truth is not None:
        figures |= quality(linked, records.truth)
        found = len(candidates & records.truth) / max(1, len(records.truth))
        figures["candidate_recall"] = round(found, 4)
    return figures | {
        "candidates_per_record": round(len(candidates) / max(1, len(ids)), 2),
        "review": len(batch.review),
        "without_keys": batch.keyless,
        "stop_keys": batch.candidates.stopped,
        "cpu_s": round(cpu, 2),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def quality(found: set[Pair], truth: set[Pair]) -> dict[str, float]:
    """Return precision, recall and F1 of pairs."""
    hits = len(found & truth)
    precision, recall = hits / max(1, len(found)), hits / max(1, len(truth))
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5)}
