"""Reads a folder of records: whatever separator and encoding, and what is wrong in plain words.

A folder holds `a.csv`, `b.csv` where two sources are linked, `matches.csv` (id_1, id_2) if the
pairs are known, and `columns.yaml`: entity, one_to_one, and columns: {column: word}.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from master_data.forms.records import known_words
from rectoverso.errors import CommandError

ENTITIES = ("person", "company", "product", "other")
_CALLED = {
    "business": "company",
    "contact": "person",
    "customer": "company",
    "item": "product",
    "organisation": "company",
    "organization": "company",
    "people": "person",
}
_SAID_FOR = {
    "company_name": "name",
    "date_of_birth": "birth_date",
    "forename": "given_name",
    "house_number": "building_number",
    "locality": "city",
    "mail": "email",
    "organisation": "name",
    "organization": "name",
    "part_number": "mpn",
    "province": "state",
    "region": "state",
    "ssn": "national_id",
    "suburb": "city",
    "telephone": "phone",
    "town": "city",
    "zip": "postal_code",
    "zip_code": "postal_code",
}
_SEPARATORS = ",;\t|"
_LONGEST = 10_000_000
_UNPLACED = -1

Words = dict[str, list[str]]
Record = tuple[str, Words]
Pair = tuple[int, int]
"""Places in a.csv and b.csv read one after the other, the lower first."""


@dataclass(frozen=True, slots=True)
class RecordSet:
    """One folder. `truth` None: nobody knows the pairs; `unplaced`: pairs of ids nobody has."""

    name: str
    entity: str
    partners: bool
    a: list[Record]
    b: list[Record]
    truth: set[Pair] | None
    ignored: tuple[str, ...] = ()
    unplaced: int = 0

    @property
    def everyone(self) -> list[Record]:
        """Return the records of both files."""
        return [*self.a, *self.b]


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
    path = folder / "columns.yaml"
    said = _yaml(path)
    entity = _entity(path, said.get("entity", "other"))
    columns = _columns(path, said.get("columns"))
    a = _records(folder / "a.csv", columns)
    b = _records(folder / "b.csv", columns) if (folder / "b.csv").is_file() else []
    truth, unplaced = _truth(folder / "matches.csv", a, b)
    known = known_words(entity)
    words = {word for chosen in columns.values() for word in chosen} - {"id"}
    return RecordSet(
        name=folder.resolve().name,
        entity=entity,
        partners=bool(said.get("one_to_one")),
        a=a,
        b=b,
        truth=truth,
        ignored=tuple(sorted(words - known)) if known else (),
        unplaced=unplaced,
    )


def _yaml(path: Path) -> dict[str, Any]:
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CommandError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(said, dict):
        raise CommandError(f"{path} must hold entity, one_to_one and columns")
    return said


def _entity(path: Path, said: object) -> str:
    entity = str(said).strip().lower()
    entity = _CALLED.get(entity, entity)
    if entity not in ENTITIES:
        raise CommandError(f"{path}: entity {said!r} is none of {', '.join(ENTITIES)}")
    return entity


def _columns(path: Path, said: object) -> dict[str, list[str]]:
    if not isinstance(said, dict) or not said:
        raise CommandError(f"{path}: `columns` must name which column is what")
    columns: dict[str, list[str]] = {}
    for column, words in said.items():
        chosen = words if isinstance(words, list) else [words]
        if not all(isinstance(word, str) and word for word in chosen):
            raise CommandError(f"{path}: column {column!r} must name a word, as {column}: name")
        columns[str(column)] = [_SAID_FOR.get(str(word), str(word)) for word in chosen]
    return columns


def _rows(path: Path, used: Collection[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row); columns without a name and places without a column are left out."""
    csv.field_size_limit(_LONGEST)
    text = _text(path)
    if not text.strip():
        raise CommandError(f"{path} is empty: its first line must name the columns")
    header = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=lambda each: (header.count(each), each == ","))
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    names = [name.strip() for name in reader.fieldnames or ()]
    if twice := [name for name in used if names.count(name) > 1]:
        raise CommandError(f"{path}: two columns are called {twice[0]!r}")
    try:
        for row in reader:
            yield reader.line_num, {key.strip(): row[key] or "" for key in row if key}
    except csv.Error as error:
        raise CommandError(f"{path}, line {reader.line_num}: {error}") from error


def _text(path: Path) -> str:
    """Return what a file says: UTF-8 or UTF-16 with its mark, else Windows' Western signs."""
    try:
        held = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    if held.startswith((b"\xff\xfe", b"\xfe\xff")):
        return held.decode("utf-16", errors="replace")
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError:
        return held.decode("cp1252", errors="replace")


def _records(path: Path, columns: dict[str, list[str]]) -> list[Record]:
    id_column = next((column for column, words in columns.items() if "id" in words), "id")
    found: dict[str, Words] = {}
    for line, row in _rows(path, {id_column, *columns}):
        missing = [column for column in columns if column not in row]
        if missing:
            raise CommandError(
                f"{path}: columns.yaml names {missing[0]!r}, which is not there;"
                f" there are {', '.join(row)}"
            )
        key = row.get(id_column, "").strip()
        if not key:
            raise CommandError(f"{path}, line {line}: no id (column {id_column!r})")
        if key in found:
            raise CommandError(f"{path}, line {line}: a second record {key}")
        found[key] = _words(row, columns)
    return list(found.items())


def _words(row: dict[str, str], columns: dict[str, list[str]]) -> Words:
    words: Words = {}
    for column, chosen in columns.items():
        for word in chosen:
            if row[column].strip() and word != "id":
                words.setdefault(word, []).append(row[column])
    return words


def _truth(path: Path, a: list[Record], b: list[Record]) -> tuple[set[Pair] | None, int]:
    """Return the true pairs and how many name an id that no record has."""
    if not path.is_file():
        return None, 0
    ours = {key: place for place, (key, _) in enumerate(a)}
    theirs = {key: place for place, (key, _) in enumerate(b, len(a))} or ours
    pairs: set[Pair] = set()
    unplaced = 0
    for line, row in _rows(path, ("id_1", "id_2")):
        one, two = _two_ids(path, line, row)
        placed = _placed(one, two, ours, theirs)
        if _UNPLACED in placed:
            unplaced += 1
        elif placed[0] != placed[1]:
            pairs.add((min(placed), max(placed)))
    return pairs, unplaced


def _two_ids(path: Path, line: int, row: dict[str, str]) -> Iterable[str]:
    named = [row[name].strip() for name in ("id_1", "id_2") if name in row]
    ids = named if len(named) == 2 else [value.strip() for value in row.values()][:2]
    if len(ids) < 2 or not all(ids):
        raise CommandError(f"{path}, line {line}: a pair is two ids, in columns id_1 and id_2")
    return ids


def _placed(one: str, two: str, ours: dict[str, int], theirs: dict[str, int]) -> Pair:
    """Return the places of a pair; ids of the second file may stand first."""
    straight = ours.get(one, _UNPLACED), theirs.get(two, _UNPLACED)
    turned = ours.get(two, _UNPLACED), theirs.get(one, _UNPLACED)
    return straight if _UNPLACED not in straight else turned
