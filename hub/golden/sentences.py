"""Why a golden value is what it is, as a sentence for a steward. Pure."""

import re
from collections.abc import Mapping

from hub.golden.model import FieldTold
from hub.golden.readable import readable
from master_data.model import Value, is_blank

__all__ = ["name_systems", "sentence_of", "source_name"]

_MOST = 3


def source_name(source: str | None, titles: Mapping[str, str]) -> str:
    """Return who said something: the title of a connection, or a person."""
    told = (source or "").removeprefix("person:")
    if told.startswith("gr_"):
        return "The record itself"
    return titles.get(told, told) or "Nobody"


def name_systems(text: str, titles: Mapping[str, str]) -> str:
    """Return a reason with connections by their titles: `erp is trusted more`."""
    if not titles:
        return text
    ids = "|".join(re.escape(each) for each in sorted(titles, key=len, reverse=True))
    return re.sub(rf"(?<![\w«“-])({ids})(?![\w-])", lambda found: titles[found[1]], text)


def sentence_of(told: FieldTold, titles: Mapping[str, str]) -> str:
    """Say who said the value, by which rule it stands, and what it was weighed against.

    `titles`: connection id -> what people call it.
    """
    if told.in_conflict:
        return "Waits for a person: see its conflict."
    if not told.rule:
        return ""
    said = f"{_decided(told, source_name(told.source, titles), name_systems(told.why, titles))}."
    return said[0].upper() + said[1:] + _rivals(told, titles)


def _decided(told: FieldTold, who: str, why: str) -> str:  # noqa: C901, PLR0911 - one line a rule
    match told.rule:
        case "person":
            return f"{who} decided it{f': {why}' if why else ''}"
        case "pin":
            return f"{who} fixed it: {why}" if why else f"{who} fixed it"
        case "merge":
            return f"{who} said it before the records were merged; {why}"
        case "unmerge":
            return "it is as it was before the records were merged"
        case "split":
            return f"the record was split; {why}"
        case "agreed":
            return f"{who} says the same as the others now"
        case "delete":
            return why
        case "remap":
            return f"{who} said it before; it is read anew: {why}"
        case _:
            return f"{who} said it: {why}"


def _rivals(told: FieldTold, titles: Mapping[str, str]) -> str:
    said = [_saying(source_name(source, titles), value) for source, value, _ in told.rivals]
    if not said:
        return ""
    more = f" and {len(said) - _MOST} more" if len(said) > _MOST else ""
    return f" {'; '.join(said[:_MOST])}{more}."


def _saying(who: str, value: Value) -> str:
    return f"{who} cleared it" if is_blank(value) else f"{who} said “{readable(value)}”"
