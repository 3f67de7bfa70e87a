"""Which of a lane's events carries a state to judge, and whether it must be read first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.contract import Absent, ChangeKind, SourceState
from ground.instants import from_microseconds, to_microseconds
from hub.events.model import FILLED, SETTLED, Event
from hub.events.rules import Outcome
from master_data.merge import Sighting
from master_data.model import Crossref, CrossrefHead, Record

OWN = (SETTLED, FILLED)


@dataclass(frozen=True, slots=True)
class Use:
    """The event's state is newer than all we know."""

    event: Event


@dataclass(frozen=True, slots=True)
class Hint:
    """Something changed; the record has to be read now."""

    event: Event


@dataclass(frozen=True, slots=True)
class Known:
    """Every event tells what was decided or written already."""

    event: Event


Choice = Use | Hint | Known


@dataclass(slots=True)
class Seen:
    """A state of a record to judge, and the event that told of it."""

    record: Record
    version: str | None
    event: Event
    client_key: str | None


def seen_of(
    choice: Choice, read: SourceState | Absent | None, read_at: datetime | None
) -> Seen | None:
    """Return the state to judge; None: the record is gone (or nothing is to be judged)."""
    event = choice.event
    if isinstance(choice, Use):
        return Seen(event.state or {}, event.version, event, event.client_key)
    if isinstance(read, SourceState):
        seen = replace(event, read_at=read_at, changed_at=read.changed_at)
        return Seen(read.record, read.version, seen, read.client_key)
    return None


def choose(
    events: Sequence[Event], known: CrossrefHead | None, *, comparable: bool, lag: float = 0.0
) -> Choice:
    """Pick what to judge of a lane's events (oldest first, at least one).

    `lag`: seconds for which a read may show what was there before.
    """
    last = events[-1]
    if any(each.kind is ChangeKind.DELETED for each in events):
        return Hint(next(each for each in reversed(events) if each.kind is ChangeKind.DELETED))
    if comparable:
        return _by_version(events, known)
    since = known.settled_at if known else 0
    if last.actor not in OWN:  # a page of a feed may be older than what was told meanwhile
        since = max([since, *(to_microseconds(each.received_at) for each in events[:-1])])
    since += int(lag * 1_000_000)
    if last.state is not None and last.read_at and to_microseconds(last.read_at) > since:
        return Use(last)
    return Hint(last)


def _by_version(events: Sequence[Event], head: CrossrefHead | None) -> Choice:
    told = [each for each in events if each.version is not None]
    if not told:
        return Hint(events[-1])
    newest = max(told, key=lambda each: (int(each.version or 0), each.actor in OWN))
    known = head.remote_version if head else None
    pending = any(each.actor in OWN or each.outcome is Outcome.WAITING for each in events)
    if known is not None and int(newest.version or 0) <= int(known) and not pending:
        unversioned = [each for each in events if each.version is None]
        return Hint(unversioned[-1]) if unversioned else Known(newest)
    return Use(newest) if newest.state is not None else Hint(newest)


def readable_at(event: Event, known: CrossrefHead | None, lag: float) -> datetime:
    """Return from when on a read shows what the event tells of, and our own last write."""
    settled = from_microseconds(known.settled_at) if known else event.received_at
    return max(event.received_at, settled) + timedelta(seconds=lag)


def is_outdated(state: SourceState, event: Event, known: CrossrefHead | None) -> bool:
    """Say whether a state that was read is older than one we know of, by comparable versions."""
    told = [event.version, known.remote_version if known else None]
    newest = max((int(version) for version in told if version is not None), default=0)
    return state.version is not None and int(state.version) < newest


def sighting_of(event: Event, crossref: Crossref | None) -> Sighting:
    """Return when the state's edits happened: after the last look at base, before its receipt."""
    at = to_microseconds(event.read_at or event.received_at)
    since = min(max(crossref.seen_at, crossref.settled_at) if crossref else 0, at)
    stamp = to_microseconds(event.changed_at) if event.changed_at else at
    return Sighting(
        event=event.id,
        since=since,
        at=at,
        stamp=max(since, min(stamp, at)),
        filled=event.actor == FILLED,
    )
