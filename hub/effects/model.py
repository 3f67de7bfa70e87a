"""Intended writes as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.effects.rules import EffectState

__all__ = ["Effect", "NewEffect", "Settled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEffect:
    """A write to plan; it holds no values."""

    id: str
    crossref_id: str
    golden_id: str
    connection: str
    object_type: str
    lane: str
    operation: str
    reason: str
    event_id: str | None = None
    waits_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One stored effect. `frozen`: values, paths and versions, once claimed."""

    id: str
    crossref_id: str
    golden_id: str
    connection: str
    object_type: str
    lane: str
    operation: str
    state: EffectState
    event_id: str | None
    reason: str
    waits_for: str | None
    due_at: datetime
    token: str | None
    attempts: int
    planned_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    frozen: dict[str, Any] | None
    answer: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a claimed effect: its new state, when it is due again, and the answer."""

    effect_id: str
    state: EffectState
    due_at: datetime
    answer: Mapping[str, Any] | None = None
    attempts: int = 0
    frozen: Mapping[str, Any] | None = None

    @classmethod
    def given_back(cls, effect: Effect, due: datetime) -> "Settled":
        """Return what becomes of an effect of which nothing was sent: it is as it was."""
        return cls(effect.id, EffectState.PLANNED, due, effect.answer, effect.attempts)
