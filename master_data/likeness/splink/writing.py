"""Our model in Splink's words: one column per field of the form, one text in it or NULL."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from master_data.errors import ModelUnreadable
from master_data.forms.records import Form
from master_data.likeness.model import Comparison, ComparisonModel, Level, Predicate
from master_data.likeness.statistics import Statistics

JARO_WINKLER = {"duckdb": "jaro_winkler_similarity", "spark": "jaro_winkler"}
"""What the dialects of SQL that are written call it; the other functions have one name in both."""

_JOINING = ("all", "any", "not")

Row: TypeAlias = dict[str, str | float | None]
_Said: TypeAlias = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Sayable:
    """The part of a model that Splink can say; `left_out` names the rest, one line each."""

    model: ComparisonModel
    left_out: tuple[str, ...]


def sayable(model: ComparisonModel) -> Sayable:
    """Leave out whole comparisons of which one level cannot be said, groups and vetoes."""
    kept: list[Comparison] = []
    left: list[str] = []
    for comparison in model.comparisons:
        why = [
            f"comparison {comparison.name}, level {level.label!r}: {reason}"
            for level in comparison.levels
            if (reason := _unsayable(level, comparison.needs))
        ]
        left += why
        if not why:
            kept.append(comparison)
    left += [f"group {each.name}: Splink takes nothing off a sum" for each in model.groups]
    left += [f"veto {each.name}: Splink has no vetoes" for each in model.vetoes]
    return Sayable(replace(model, comparisons=tuple(kept), groups=(), vetoes=()), tuple(left))


def to_splink(model: ComparisonModel, records: int = 0, dialect: str = "duckdb") -> dict[str, Any]:
    """Return settings of Splink that weigh as the model does among so many `records`.

    Raises ModelUnreadable, naming all that Splink has no words for.
    """
    left = sayable(model).left_out
    if left:
        raise ModelUnreadable("Splink cannot say " + "; ".join(left))
    prior = model.prior
    if prior is None:
        prior = -math.log2(max(records, model.population))
    return {
        "link_type": "dedupe_only",
        "sql_dialect": dialect,
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": 1 / (1 + 2**-prior),
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [_comparison(each, dialect) for each in model.comparisons],
    }


def row_of(form: Form, model: ComparisonModel, statistics: Statistics) -> Row:
    """Return the columns of a record, with `tf_` beside each whose frequency counts.

    Raises ModelUnreadable where a field has several values: a column holds one.
    """
    row: Row = {}
    for name in _fields(model):
        values = form.get(name, ())
        if len(values) > 1:
            raise ModelUnreadable(f"{name} has {len(values)} values; Splink compares one")
        row[name] = values[0] if values else None
    for name in _counted(model):
        value = row[name]
        how = model.frequencies[name]
        row[f"tf_{name}"] = None if value is None else statistics.share(name, str(value), how)
    return row


def _comparison(comparison: Comparison, dialect: str) -> dict[str, Any]:
    levels: list[dict[str, Any]] = []
    if comparison.needs:
        blank = " OR ".join(f"{x}_l IS NULL OR {x}_r IS NULL" for x in comparison.needs)
        label = "not known on both sides"
        levels.append({"sql_condition": blank, "label_for_charts": label, "is_null_level": True})
    levels += [_level(level, dialect) for level in comparison.levels]
    if all(level.when is not None for level in comparison.levels):
        levels.append(_level(Level("says nothing", None, 1.0, 1.0), dialect))
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _level(level: Level, dialect: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "sql_condition": "ELSE" if level.when is None else _condition(level.when, dialect),
        "label_for_charts": level.label,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if level.tf:
        # our weight of a shared value starts at the u of its own level
        said |= {"tf_adjustment_column": level.tf, "disable_tf_exact_match_detection": True}
    return said


def _unsayable(level: Level, needs: Sequence[str]) -> str:
    """Return why a level cannot be said; nothing if it can."""
    if level.rate:
        return f"its rate {level.rate} is counted in the records"
    if level.when is None:
        return "Splink looks at no frequency at ELSE" if level.tf else ""
    if level.tf and level.tf not in (*needs, *_filled(level.when)):
        return f"{level.tf} may be blank, and Splink then takes the frequency of the other side"
    unknown = sorted(_words(level.when) - _SAID.keys())
    return f"SQL has no {', '.join(unknown)}" if unknown else ""


def _condition(when: Predicate, dialect: str) -> str:
    """Return a condition, all of whose words are sayable, in SQL."""
    ((word, said),) = when.items()
    match word:
        case "all":
            return "(" + " AND ".join(_condition(each, dialect) for each in said) + ")"
        case "any":
            return "(" + " OR ".join(_condition(each, dialect) for each in said) + ")"
        case "not":
            # a blank makes SQL say neither yes nor no, and us no
            return f"NOT coalesce({_condition(said, dialect)}, FALSE)"
        case _:
            pass
    arguments: Sequence[Any] = said if isinstance(said, list) else [said]
    return _SAID[word](dialect, *arguments)


def _jw(dialect: str, name: str, least: float) -> str:
    return f"{JARO_WINKLER[dialect]}({name}_l, {name}_r) >= {least}"


def _part(_: str, name: str, start: int, end: int) -> str:
    long = f"length({name}_l) >= {end} AND length({name}_r) >= {end}"
    cut = f"{start + 1}, {end - start}"
    return f"({long} AND substr({name}_l, {cut}) = substr({name}_r, {cut}))"


_SAID: Mapping[str, _Said] = {
    "exact": lambda _, x: f"{x}_l = {x}_r",
    "same_set": lambda _, x: f"({x}_l = {x}_r OR ({x}_l IS NULL AND {x}_r IS NULL))",
    "different": lambda _, x: f"{x}_l <> {x}_r",
    "present": lambda _, x: f"({x}_l IS NOT NULL AND {x}_r IS NOT NULL)",
    "joined": lambda _, x: f"replace({x}_l, ' ', '') = replace({x}_r, ' ', '')",
    "jw": _jw,
    "lev": lambda _, x, most: f"levenshtein({x}_l, {x}_r) <= {most}",
    "damerau": lambda _, x, most: f"damerau_levenshtein({x}_l, {x}_r) <= {most}",
    "part": _part,
}


def _counted(model: ComparisonModel) -> list[str]:
    levels = (level for comparison in model.comparisons for level in comparison.levels)
    return sorted({level.tf for level in levels if level.tf})


def _fields(model: ComparisonModel) -> list[str]:
    found = set(_counted(model))
    for comparison in model.comparisons:
        found.update(comparison.needs)
        for level in comparison.levels:
            if level.when is not None:
                found.update(_named(level.when))
    return sorted(found)


def _named(when: Predicate) -> set[str]:
    ((word, said),) = when.items()
    if word in _JOINING:
        return {name for each in _inner(word, said) for name in _named(each)}
    return {said[0] if isinstance(said, list) else said}


def _words(when: Predicate) -> set[str]:
    ((word, said),) = when.items()
    if word in _JOINING:
        return {found for each in _inner(word, said) for found in _words(each)}
    return {word}


def _filled(when: Predicate) -> set[str]:
    """Return the fields that both records have wherever the condition holds."""
    ((word, said),) = when.items()
    if word in ("all", "any"):
        each = [_filled(one) for one in said]
        return set.union(*each) if word == "all" else set.intersection(*each)
    return set() if word in ("not", "same_set") else _named(when)


def _inner(word: str, said: Any) -> Sequence[Predicate]:  # noqa: ANN401  JSON
    return [said] if word == "not" else said
