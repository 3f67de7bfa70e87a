"""What is told of a record that was linked or may be another: sentences, rows of the log."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hub.matching.model import Asked, Match, NewDecision
from hub.matching.search import Search
from hub.projection.board import Place
from master_data.index.online import KEYLESS
from master_data.index.scorers import Scorers
from master_data.likeness.keys import keys_of
from master_data.likeness.model import Zone
from master_data.likeness.sentences import explain_pair, to_json
from master_data.matching import Candidate
from master_data.model import Crossref, Value

__all__ = ["NOTHING", "Told", "held_already", "tell", "tell_pair"]

_REASONS = 4


@dataclass(frozen=True, slots=True)
class Told:
    """`whys`: golden id -> sentences; `detail`: what the outcome of the event says."""

    whys: Mapping[str, str] = field(default_factory=dict)
    decisions: tuple[NewDecision, ...] = ()
    detail: Mapping[str, Value] = field(default_factory=dict)


NOTHING = Told()


def tell(
    search: Search,
    place: Place,
    crossref: Crossref,
    suspects: Iterable[Candidate],
    new_id: Callable[[str], str],
) -> Told:
    """Explain why a record was linked to, may be, or is not, these golden records.

    Of those that it was not taken for, the nearest is told of.
    """
    asked = search.asked.get(place)
    if asked is None:
        return NOTHING
    if not asked.keys:
        return Told(detail={"warning": KEYLESS})
    whys, decisions = {}, []
    for match, came, why in _judged(search, place, crossref, suspects):
        sentences, decision = tell_pair(
            asked, match, search.scorers, crossref, new_id, came=came, why=why
        )
        whys[match.golden_id] = sentences
        decisions.append(decision)
    return Told(whys, tuple(decisions))


def tell_pair(  # noqa: PLR0913 - who, whom, and what came of it
    asked: Asked,
    match: Match,
    scorers: Scorers,
    crossref: Crossref,
    new_id: Callable[[str], str],
    *,
    came: Zone,
    why: str,
) -> tuple[str, NewDecision]:
    """Return what speaks for a pair, in sentences and as a row of the log.

    `came`: link, review (a person is asked) or new; `why`: where the weight does not say it.
    """
    weighed = scorers.of(asked.kind).explain(asked.form, match.form)
    model, statistics = scorers.names(asked.kind)
    more = {"keys": _shared_kinds(asked, match), "kind": asked.kind, "came": why}
    decision = NewDecision(
        id=new_id("md"),
        golden_id=crossref.golden_id,
        other_id=match.golden_id,
        crossref_id=crossref.id,
        connection=crossref.connection,
        entity=asked.entity,
        zone=came.value,
        weight=weighed.weight,
        model=model,
        statistics=statistics,
        evidence=to_json(weighed) | more,
    )
    sentences = explain_pair(asked.kind, weighed, why)
    return " ".join(sentences[: _REASONS + 1 + bool(why)]), decision


def held_already(connection: str) -> str:
    """Say why a person is asked about a record that is another's, by all that is known."""
    return f"But {connection} holds a record of it already, so a person decides."


def _judged(
    search: Search, place: Place, crossref: Crossref, suspects: Iterable[Candidate]
) -> list[tuple[Match, Zone, str]]:
    """Return the records to tell of, what came of each, and why where its weight does not say."""
    doubts = {each.golden_id: each for each in suspects}
    judged, others = [], []
    for match in search.matches(place):
        if match.golden_id == crossref.golden_id:
            judged.append((match, Zone.LINK, ""))
        elif match.golden_id in doubts:
            why = _doubt(doubts[match.golden_id], crossref.connection)
            judged.append((match, Zone.REVIEW, why))
        else:
            others.append(match)
    if not judged:
        others += search.kept_apart(place)
    if judged or not others:
        return judged
    nearest = max(others, key=lambda each: (each.weight, each.golden_id))
    return [(nearest, Zone.NEW, _rejection(nearest, crossref.connection))]


def _doubt(suspect: Candidate, connection: str) -> str:
    """Say why a person is asked, where the weight alone does not."""
    if suspect.taken:
        return held_already(connection)
    if suspect.zone is Zone.LINK:
        return "But another record is as much like it, so a person decides."
    if suspect.zone is Zone.NEW:
        kinds = " and ".join(_NUMBERS[each] for each in suspect.identifiers)
        return f"But both have the same {kinds}, so a person decides."
    return ""


def _rejection(match: Match, connection: str) -> str:
    """Say why nobody is asked, where the weight alone does not."""
    if match.zone is Zone.NEW:
        return ""
    return f"But {connection} holds a record of it already, and nothing given to one thing alone."


_NUMBERS = {
    "code": "code",
    "gtin": "GTIN",
    "item": "item number",
    "national_id": "personal number",
    "registered": "LEI, GLN or DUNS number",
    "registry": "register number",
    "tax_id": "tax id",
}


def _shared_kinds(asked: Asked, match: Match) -> list[str]:
    shared = set(keys_of(asked.kind, match.form)).intersection(asked.keys.values())
    return sorted({shown.partition(":")[0] for shown in shared})
