"""Connections as plain values."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.connections.rules import State, Wellbeing

__all__ = ["BlownLinkFuse", "NewConnection", "StoredConnection", "WebhookSecret"]


RELAPSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConnection:
    """One configured system; `version` counts changes of its configuration, not of its health.

    Of one that answers again `failing_since` and `next_probe_at` tell from when to when it did not.
    """

    id: str
    system: str
    title: str
    base_url: str
    state: State
    rank: int
    skew_ms: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    secret_cipher: str | None = field(default=None, repr=False)
    webhook_secrets_cipher: str | None = field(default=None, repr=False)
    kept: dict[str, Any] | None = None
    """Object type -> managed fields as the system was last told."""
    version: int = 1
    health: Wellbeing = Wellbeing.OK
    health_reason: str | None = None
    failing_since: datetime | None = None
    failures: int = 0
    next_probe_at: datetime | None = None
    approved_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    def was_failing(self, now: datetime) -> bool:
        """Say whether it answers only since so short a time that it may fail again at once."""
        back_at = self.next_probe_at if self.health is Wellbeing.OK else None
        return self.failing_since is not None and back_at is not None and now - back_at < RELAPSE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnection:
    """What an integrator enters; without webhook secret the connection takes no notices yet."""

    id: str
    system: str
    title: str
    base_url: str
    key: str = field(repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    rank: int = 100
    settings: dict[str, Any] = field(default_factory=dict)
    state: State = State.ONBOARDING


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """A secret that notices may be signed with; the mark names it without telling it.

    `last_used_at`: to the minute; None before the first notice.
    """

    mark: str
    added_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class BlownLinkFuse:
    """So many records of a connection were taken for one golden record within an hour.

    `why`: what they share.
    """

    connection: str
    golden_id: str
    links: int
    why: str
    blown_at: datetime
