"""Proposes thresholds from what stewards decided, and publishes them when a person says so."""

from dataclasses import replace

from ground.database import Connection
from hub.calibration import store
from hub.calibration.model import Pair, Proposal
from hub.calibration.rules import asked_of, propose
from hub.errors import NothingToCalibrate, ThresholdsMoved
from hub.sealing.audit import Deed, note
from hub.wiring import Hub
from master_data.index import store as index
from master_data.likeness.model import Thresholds, shipped_model

__all__ = ["KINDS", "proposals", "publish_thresholds", "ship_again"]

_DEED = "matching.calibrated"
KINDS = ("person", "company", "product")


def proposals(
    hub: Hub, precision: float | None = None, missed: float | None = None
) -> list[Proposal]:
    """Return what the answers speak for, for every kind of record."""
    return hub.db.read(lambda c: _proposals(c, precision, missed))


def _proposals(
    connection: Connection, precision: float | None, missed: float | None
) -> list[Proposal]:
    by_kind: dict[str, list[Pair]] = {kind: [] for kind in KINDS}
    for pair in store.pairs(connection):
        by_kind.setdefault(pair.kind, []).append(pair)
    _, thresholds = index.weighing(connection)
    return [
        propose(
            kind, found, asked_of(kind, precision, missed), shipped, thresholds.get(kind, shipped)
        )
        for kind, found in by_kind.items()
        for shipped in (_shipped(kind),)
    ]


def publish_thresholds(  # noqa: PLR0913 - what was seen, and what was asked
    hub: Hub,
    kind: str,
    *,
    seen: int,
    by: str,
    precision: float | None = None,
    missed: float | None = None,
) -> Proposal:
    """Decide records of a kind by the proposed thresholds from now on; return what was proposed.

    `seen`: the version that was in force on screen. Raises ThresholdsMoved, NothingToCalibrate.
    """

    def unit(connection: Connection) -> Proposal:
        found = next(
            (each for each in _proposals(connection, precision, missed) if each.kind == kind), None
        )
        if found is None or not found.changes:
            raise NothingToCalibrate(kind)
        _check(kind, found.current, seen)
        _put(hub, connection, kind, found.proposed, Deed(by, _DEED, kind, _told(found)))
        return found

    return hub.db.write(unit)


def ship_again(hub: Hub, kind: str, *, seen: int, by: str) -> Thresholds:
    """Go back to the thresholds that come with the product.

    Raises ThresholdsMoved; NothingToCalibrate when they are in force.
    """

    def unit(connection: Connection) -> Thresholds:
        _, thresholds = index.weighing(connection)
        current, shipped = thresholds.get(kind), _shipped(kind)
        if current is None or (current.link, current.review) == (shipped.link, shipped.review):
            raise NothingToCalibrate(kind)
        _check(kind, current, seen)
        back = Thresholds(shipped.link, shipped.review, current.version + 1)
        _put(hub, connection, kind, back, Deed(by, _DEED, kind, {"shipped": True}))
        return back

    return hub.db.write(unit)


def _shipped(kind: str) -> Thresholds:
    model = shipped_model(kind)
    return Thresholds(model.link, model.review)


def _check(kind: str, current: Thresholds, seen: int) -> None:
    if current.version != seen:
        raise ThresholdsMoved(kind)


def _put(hub: Hub, connection: Connection, kind: str, new: Thresholds, deed: Deed) -> None:
    index.save_thresholds(connection, kind, new, deed.actor, hub.db.now(connection))
    told = {"link": new.link, "review": new.review, "version": new.version}
    note(hub, connection, replace(deed, detail={**told, **deed.detail}))


def _told(found: Proposal) -> dict[str, object]:
    return {
        "model": shipped_model(found.kind).digest,
        "precision": found.asked.precision,
        "missed": found.asked.missed,
        "same": found.same,
        "different": found.different,
    }
