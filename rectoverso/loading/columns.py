"""Which column holds which field: guessed from the names, or told by a map file or a preset.

A map file is TOML: `[columns]` column = field, `[prefix]` field = text put before the value,
`[lookup]` column = file beside the loaded one whose first column is the key and second the value.
A preset is a map file of ours; `recognise` lists the columns by which it is found.
"""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rectoverso.loading.model import BadFile, Entity, Table
from rectoverso.loading.table import read_table

_HERE = Path(__file__).parent
_PRESETS = _HERE / "presets"


class MapFile(BaseModel):
    """A map file as written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recognise: list[str] = Field(default=[])
    columns: dict[str, str]
    prefix: dict[str, str] = Field(default={})
    lookup: dict[str, str] = Field(default={})


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table by field."""

    places: Mapping[str, int]
    names: Mapping[str, str]
    unused: Sequence[str]
    prefix: Mapping[str, str] = field(default_factory=dict)
    lookup: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def read(self, cells: Sequence[str]) -> dict[str, str]:
        """Return the filled fields of a row."""
        found = {}
        for name, place in self.places.items():
            if text := self._looked_up(name, cells[place]):
                found[name] = self.prefix.get(name, "") + text
        return found

    def _looked_up(self, name: str, text: str) -> str:
        return self.lookup.get(name, {}).get(text, text)


def arrange(table: Table, entity: Entity, *, map_name: str | None, beside: Path) -> Columns:
    """Decide the columns of a table.

    Raises BadFile when the map does not fit or no column holds the name.
    """
    mapping = _find_map(table, entity, map_name)
    if mapping is None:
        found = _guess(table.header, entity)
        mapping = MapFile(columns={table.header[place]: name for name, place in found.items()})
    columns = _apply(mapping, table, entity, beside)
    if "name" not in columns.places:
        raise BadFile(
            "No column holds the name. Write a map file with [columns] and give it with --map; "
            f"the columns are: {', '.join(table.header)}."
        )
    return columns


def preset_names() -> list[str]:
    """Return the names that --map takes besides a path."""
    return sorted(path.stem for path in _PRESETS.glob("*.toml"))


def _find_map(table: Table, entity: Entity, map_name: str | None) -> MapFile | None:
    if map_name in preset_names():
        return _read_map(_PRESETS / f"{map_name}.toml")
    if map_name is not None:
        return _read_map(Path(map_name))
    presets = [_read_map(_PRESETS / f"{name}.toml") for name in preset_names()]
    fitting = [each for each in presets if _fits(each, table, entity)]
    return fitting[0] if fitting else None


def _fits(preset: MapFile, table: Table, entity: Entity) -> bool:
    fields = {*preset.columns.values()} <= {*_words(entity)}
    return fields and {*preset.recognise, *preset.columns} <= {*table.header}


def _read_map(path: Path) -> MapFile:
    try:
        return MapFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError:
        known = ", ".join(preset_names())
        raise BadFile(f"There is no map file {path}; presets are: {known}.") from None
    except (ValueError, ValidationError) as error:
        raise BadFile(f"The map file {path} is wrong: {error}") from None


def _apply(mapping: MapFile, table: Table, entity: Entity, beside: Path) -> Columns:
    known = _words(entity)
    for column, name in mapping.columns.items():
        if column not in table.header:
            raise BadFile(f"The map names the column {column}, which the file does not have.")
        if name not in known:
            raise BadFile(f"The map names the field {name}; fields are: {', '.join(known)}.")
    lookup = {
        mapping.columns[column]: _read_lookup(beside / file)
        for column, file in mapping.lookup.items()
        if column in mapping.columns and (beside / file).exists()
    }
    return Columns(
        places={name: table.header.index(column) for column, name in mapping.columns.items()},
        names={name: column for column, name in mapping.columns.items()},
        unused=[column for column in table.header if column not in mapping.columns],
        prefix=mapping.prefix,
        lookup=lookup,
    )


def _read_lookup(path: Path) -> dict[str, str]:
    rows = read_table(path).rows
    return {row.cells[0]: row.cells[1] for row in rows if len(row.cells) > 1}


def _guess(header: Sequence[str], entity: Entity) -> dict[str, int]:
    """Return field -> place; a field takes the first of its words that a column bears."""
    bare = {_bare(column): place for place, column in reversed(list(enumerate(header)))}
    for own in ("customer", "supplier", "product", "company"):
        for column, place in list(bare.items()):
            bare.setdefault(column.removeprefix(own), place)
    found: dict[str, int] = {}
    for name, words in _words(entity).items():
        places = [bare[word] for word in map(_bare, words) if word in bare]
        if places and places[0] not in found.values():
            found[name] = places[0]
    return found


@cache
def _words(entity: Entity) -> dict[str, list[str]]:
    words = tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))
    fields: dict[str, list[str]] = words[entity.collection]
    return fields


def _bare(name: str) -> str:
    letters: Iterable[str] = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in letters if sign.isalnum())
