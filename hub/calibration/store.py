"""Answered and open questions with their weights <-> rows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select

from ground.database import Connection
from hub.calibration.model import Pair
from hub.conflicts.rules import Choice, Kind
from hub.conflicts.tables import conflict
from hub.matching.tables import match_decision
from master_data.likeness.model import Zone

__all__ = ["pairs"]

_MOST = 20_000
_BY_PEOPLE = or_(conflict.c.closed_by.is_(None), conflict.c.closed_by != "rules")


def pairs(connection: Connection) -> list[Pair]:
    """Return the pairs that a person was asked about for their weight alone, the latest first.

    Not those with a veto or a doubt, a shared number or two equals: no threshold asks about them.
    """
    query = (
        select(
            conflict.c.id,
            conflict.c.resolution,
            match_decision.c.weight,
            match_decision.c.evidence,
        )
        .join(
            match_decision,
            and_(
                match_decision.c.golden_id == conflict.c.golden_id,
                match_decision.c.other_id == conflict.c.subject,
            ),
        )
        .where(
            conflict.c.kind == Kind.POSSIBLE_DUPLICATE.value,
            match_decision.c.zone == Zone.REVIEW.value,
            _BY_PEOPLE,
        )
        .order_by(conflict.c.id.desc(), match_decision.c.id.desc())
        .limit(_MOST)
    )
    latest: dict[str, Pair] = {}
    for conflict_id, told, weight, evidence in connection.execute(query):
        answer = (told or {}).get("choice")
        known = told is None or answer in {Choice.SAME.value, Choice.DIFFERENT.value}
        if conflict_id not in latest and known and _is_weighed_alone(evidence):
            same = None if told is None else answer == Choice.SAME.value
            latest[conflict_id] = Pair(evidence["kind"], weight, same)
    return list(latest.values())


def _is_weighed_alone(evidence: Mapping[str, Any]) -> bool:
    return not evidence["vetoes"] and not evidence.get("came")
