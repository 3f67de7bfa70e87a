"""Keeps the register of erasures beside the databases, and erases again what an old copy holds."""

from collections.abc import Collection
from functools import partial

import structlog

from ground.database import Connection
from hub.erasures import store
from hub.erasures.register import Tombstone, add_to_register, read_register
from hub.privacy.service import Wish, write_erasure
from hub.resolutions.service import write_again
from hub.wiring import Hub
from master_data import store as goldens

__all__ = ["remember"]

_BY = "register"
_WHY = "an old copy of the database was put back"
_log = structlog.get_logger(__name__)


def remember(hub: Hub) -> bool:
    """Add new tombstones to the register; erase again those that the database has forgotten."""
    path = hub.settings.erased_file
    known, told = hub.db.read(store.tombstones), read_register(path)
    add_to_register(path, [each for mark, each in known.items() if mark not in told])
    lost = [each for mark, each in told.items() if mark not in known]
    if lost:
        _erase_again(hub, lost)
    return False


def _erase_again(hub: Hub, lost: Collection[Tombstone]) -> None:
    marks = {each.mark for each in lost}
    lanes, ids = hub.db.read(lambda c: store.places_of(c, marks))
    ids |= {each.golden_id for each in lost}
    wish = Wish(by=_BY, reason=_WHY, only=frozenset(marks))
    roots = hub.db.read(lambda c: goldens.goldens_by_id(c, sorted(ids))).values()
    for root in sorted({each.id for each in roots}):
        write_again(hub, partial(_write, hub, root, wish))
    hub.db.write(lambda c: _finish(c, sorted(lanes), lost))
    _log.warning("erasures.repeated", marks=len(marks), records=len(ids))


def _write(hub: Hub, root: str, wish: Wish, connection: Connection) -> None:
    write_erasure(hub, connection, root, wish)


def _finish(connection: Connection, lanes: list[str], lost: Collection[Tombstone]) -> None:
    under_way = store.lanes_under_way(connection, lanes)
    store.forget_events(connection, (), lanes)
    store.forget_lanes(connection, [each for each in lanes if each not in under_way])
    store.bury(connection, lost)
