"""Does due chores: listings, counts, ended pins, sheets by the hour, retention, seal, alerts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from ground.database import DatabaseBusy
from hub.alerts.service import watch
from hub.chores import store
from hub.feed.service import tell_due
from hub.matching.frequencies import count_due
from hub.matching.indexing import CHORE as INDEX
from hub.matching.indexing import index_older
from hub.pins.service import end_due
from hub.polling.service import list_overdue
from hub.privacy.remembering import remember
from hub.privacy.service import finish_due
from hub.quality.service import assess_due, sum_up_day
from hub.retention.service import thin_out
from hub.sealing.service import seal_due
from hub.sheets.service import roll_up
from hub.wiring import Hub

__all__ = ["CHORES", "Chore", "do_due"]

_log = structlog.get_logger(__name__)
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Chore:
    """What to do how often (seconds); `work` returns whether more waits at once."""

    every: float
    work: Callable[[Hub], bool]


CHORES: Mapping[str, Chore] = {
    "alerts": Chore(15.0, watch),
    "erasures": Chore(30.0, remember),
    "erased": Chore(30.0, finish_due),
    "frequencies": Chore(10.0, count_due),
    "feed": Chore(2.0, tell_due),
    INDEX: Chore(60.0, index_older),
    "listings": Chore(60.0, list_overdue),
    "pins": Chore(5.0, end_due),
    "quality": Chore(10.0, assess_due),
    "quality_day": Chore(300.0, sum_up_day),
    "retention": Chore(600.0, thin_out),
    "seal": Chore(5.0, seal_due),
    "sheets": Chore(300.0, roll_up),
}


def do_due(hub: Hub) -> int:
    """Do the chore that is due longest; return 1, or 0 when none is due."""
    db = hub.db
    if not db.read(lambda c: store.any_due(c, db.now(c))):
        return 0
    token = hub.claims.token(hub.env.ids)
    with hub.claims.held(hub.env.clock, token):
        name = _claim(hub, token)
        if name is None:
            db.write(lambda c: store.ensure(c, CHORES, db.now(c)))
            name = _claim(hub, token)
        if name is not None and name in CHORES:  # others are of another release
            _do(hub, name, token)
    return int(name is not None)


def _claim(hub: Hub, token: str) -> str | None:
    db = hub.db
    return db.write(lambda c: store.claim(c, token, now := db.now(c), now + _LEASE), synced=False)


def _do(hub: Hub, name: str, token: str) -> None:
    chore, error, more = CHORES[name], None, False
    try:
        more = chore.work(hub)
    except DatabaseBusy:
        raise
    except Exception as failed:  # noqa: BLE001 - the others go on; this one is tried again
        _log.exception("chore.failed", chore=name)
        error = f"{type(failed).__name__}: {failed}"
    pause = timedelta(seconds=0 if more else chore.every)
    hub.db.write(
        lambda c: store.done(
            c, name, token, now=(now := hub.db.now(c)), due_at=now + pause, error=error
        ),
        synced=False,
    )
