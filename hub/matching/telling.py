"""What is told of a record that was linked or may be another: sentences, rows of the log."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hub.matching.model import Asked, Match, NewDecision
from hub.matching.search import Search
from hub.projection.board import Place
from master_data.index.online import KEYLESS, hashed_keys_of
from master_data.index.scorers import Scorers
from master_data.likeness.sentences import explain_pair, to_json
from master_data.model import Crossref, Value

__all__ = ["NOTHING", "Told", "tell", "tell_pair"]

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
    judged: Iterable[Match],
    new_id: Callable[[str], str],
) -> Told:
    """Explain why a record was linked to, or may be, the golden records of these matches."""
    asked = search.asked.get(place)
    if asked is None:
        return NOTHING
    if not asked.keys:
        return Told(detail={"warning": KEYLESS})
    whys, decisions = {}, []
    for match in judged:
        why, decision = tell_pair(asked, match, search.scorers, crossref, new_id)
        whys[match.golden_id] = why
        decisions.append(decision)
    return Told(whys, tuple(decisions))


def tell_pair(
    asked: Asked,
    match: Match,
    scorers: Scorers,
    crossref: Crossref,
    new_id: Callable[[str], str],
) -> tuple[str, NewDecision]:
    """Return what speaks for a pair, in sentences and as a row of the log."""
    weighed = scorers.of(asked.kind).explain(asked.form, match.form)
    model, statistics = scorers.names(asked.kind)
    decision = NewDecision(
        id=new_id("md"),
        golden_id=crossref.golden_id,
        other_id=match.golden_id,
        crossref_id=crossref.id,
        connection=crossref.connection,
        entity=asked.entity,
        zone=weighed.zone.value,
        weight=weighed.weight,
        model=model,
        statistics=statistics,
        evidence=to_json(weighed) | {"keys": _shared_kinds(asked, match)},
    )
    return " ".join(explain_pair(asked.kind, weighed)[: _REASONS + 1]), decision


def _shared_kinds(asked: Asked, match: Match) -> list[str]:
    theirs = set(hashed_keys_of(asked.kind, match.form))
    return sorted({shown.partition(":")[0] for key, shown in asked.keys.items() if key in theirs})
