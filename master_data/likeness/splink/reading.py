"""Settings of Splink as our model: the conditions both have words for, all others refused by name.

SQL says neither yes nor no of a blank, we say no: that is the same but under NOT, which is
therefore read only around coalesce(..., FALSE).
"""

import math
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from master_data.errors import ModelUnreadable
from master_data.likeness.model import Comparison, ComparisonModel, Frequency, Level, Predicate

Json: TypeAlias = Mapping[str, Any]

_COLUMN = r'["`]?(\w+)_l["`]?\s*{}\s*["`]?\1_r["`]?'
_TWO = r"\(\s*" + _COLUMN.format(",") + r"\s*\)"
_ATOMS = (
    ("exact", _COLUMN.format("=")),
    ("different", _COLUMN.format("<>")),
    ("jw", r"jaro_winkler(?:_similarity)?" + _TWO + r"\s*>=\s*([\d.]+)"),
    ("lev", r"levenshtein" + _TWO + r"\s*<=\s*(\d+)"),
    ("damerau", r"damerau_levenshtein" + _TWO + r"\s*<=\s*(\d+)"),
    ("exact", r"(?:array_length|size)\((?:list|array)_intersect" + _TWO + r"\)\s*>=\s*1\b"),
)
_PATTERNS = tuple((word, re.compile(pattern, re.IGNORECASE)) for word, pattern in _ATOMS)
_BLANK = re.compile(r'["`]?(\w+)_[lr]["`]? IS NULL', re.IGNORECASE)
_OPEN, _CLOSE = re.compile(r"\("), re.compile(r"\)")
_AND, _OR = re.compile(r"AND\b", re.IGNORECASE), re.compile(r"OR\b", re.IGNORECASE)
_NOT = re.compile(r"NOT\s+coalesce\s*\(", re.IGNORECASE)
_FALSE = re.compile(r",\s*FALSE\s*\)", re.IGNORECASE)


def from_splink(
    settings: Json, entity: str, link: float, review: float, columns: Mapping[str, str]
) -> ComparisonModel:
    """Return the model that weighs as these settings do.

    `columns`: a column of Splink's -> the field of our form, if they are called differently.
    Raises ModelUnreadable, naming the level that cannot be read.
    """
    try:
        chance = float(settings["probability_two_random_records_match"])
        comparisons = tuple(_comparison(each, columns) for each in settings["comparisons"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnreadable(f"settings of Splink: {error!r}") from error
    if not 0 < chance < 1:
        raise ModelUnreadable("probability_two_random_records_match must lie between 0 and 1")
    prior = math.log2(chance / (1 - chance))
    frequencies = _frequencies(comparisons)
    return ComparisonModel(
        entity, link, review, 1, comparisons, frequencies=frequencies, prior=prior
    )


def _comparison(stored: Json, columns: Mapping[str, str]) -> Comparison:
    levels = stored["comparison_levels"]
    name = stored.get("output_column_name") or stored.get("comparison_description") or "unnamed"
    needs: tuple[str, ...] = ()
    if levels and levels[0].get("is_null_level"):
        needs, levels = _needs(levels[0]["sql_condition"], name, columns), levels[1:]
    return Comparison(name, needs, tuple(_level(each, name, columns) for each in levels))


def _needs(sql: str, comparison: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    parts = [_BLANK.fullmatch(each.strip().strip("()")) for each in re.split(r"\bOR\b", sql)]
    named = [each[1] for each in parts if each]
    if len(named) < len(parts) or any(named.count(each) != 2 for each in named):  # noqa: PLR2004
        raise ModelUnreadable(f"{comparison}: what is blank is not understood: {sql}")
    return tuple(columns.get(each, each) for each in dict.fromkeys(named))


def _level(stored: Json, comparison: str, columns: Mapping[str, str]) -> Level:
    sql = stored["sql_condition"].strip()
    label = stored.get("label_for_charts") or sql
    where = f"{comparison}, level {label!r}"
    if stored.get("is_null_level"):
        raise ModelUnreadable(f"{where}: what is blank has to come first")
    when = None if sql.upper() == "ELSE" else _Reader(sql, where, columns).read()
    shares = [stored.get("m_probability"), stored.get("u_probability")]
    if not all(isinstance(each, int | float) and 0 < each <= 1 for each in shares):
        raise ModelUnreadable(f"{where}: m and u must lie in (0, 1], train it first: {shares}")
    m, u = float(stored["m_probability"]), float(stored["u_probability"])
    return Level(label, when, m, u, _frequency_column(stored, when, where, columns))


def _frequency_column(
    stored: Json, when: Predicate | None, where: str, columns: Mapping[str, str]
) -> str | None:
    column = stored.get("tf_adjustment_column")
    if not column or when is None:  # Splink adjusts nothing at ELSE
        return None
    name = columns.get(column, column)
    if stored.get("tf_adjustment_weight", 1) != 1 or stored.get("tf_minimum_u_value", 0) != 0:
        raise ModelUnreadable(f"{where}: tf_adjustment_weight and tf_minimum_u_value are unknown")
    if when != {"exact": name}:
        raise ModelUnreadable(f"{where}: a frequency is read of an exact match of {name} alone")
    return name


def _frequencies(comparisons: tuple[Comparison, ...]) -> dict[str, Frequency]:
    """Return plain shares, as Splink counts them; a value never counted weighs as its level."""
    found: dict[str, Frequency] = {}
    for comparison in comparisons:
        for level in comparison.levels:
            if level.tf:
                how = Frequency(level.u, free=0, weight=0)
                if found.setdefault(level.tf, how) != how:
                    raise ModelUnreadable(f"the frequency of {level.tf} starts at two values of u")
    return found


class _Reader:
    """Reads one condition of SQL: atoms, AND, OR, brackets, NOT coalesce(..., FALSE)."""

    def __init__(self, sql: str, where: str, columns: Mapping[str, str]) -> None:
        self._sql, self._where, self._columns = sql, where, columns
        self._at = 0

    def read(self) -> Predicate:
        found = self._any()
        if self._at < len(self._sql):
            raise self._unknown()
        return found

    def _any(self) -> Predicate:
        parts = [self._all()]
        while self._take(_OR):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else {"any": parts}

    def _all(self) -> Predicate:
        parts = [self._one()]
        while self._take(_AND):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else {"all": parts}

    def _one(self) -> Predicate:
        if self._take(_NOT):
            return {"not": self._closed(_FALSE)}
        if self._take(_OPEN):
            return self._closed(_CLOSE)
        for word, pattern in _PATTERNS:
            if found := self._take(pattern):
                column, *bounds = found.groups()
                name = self._columns.get(column, column)
                numbers = [float(each) if "." in each else int(each) for each in bounds]
                return {word: [name, *numbers] if numbers else name}
        raise self._unknown()

    def _closed(self, end: re.Pattern[str]) -> Predicate:
        found = self._any()
        if not self._take(end):
            raise self._unknown()
        return found

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._sql, self._at)
        if found:
            self._at = found.end()
            while self._at < len(self._sql) and self._sql[self._at].isspace():
                self._at += 1
        return found

    def _unknown(self) -> ModelUnreadable:
        return ModelUnreadable(f"{self._where}: not understood: {self._sql[self._at :]!r}")
