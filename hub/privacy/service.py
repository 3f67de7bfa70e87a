"""Exports all that is kept about a golden record, and erases it here and in the systems."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ground.database import Connection
from hub.effects.rules import DELETE
from hub.erasures import store
from hub.erasures.register import Tombstone, add_to_register
from hub.events import store as events
from hub.events.model import Decided
from hub.events.rules import Outcome
from hub.hierarchy import store as hierarchy
from hub.hierarchy.model import Kin
from hub.hierarchy.service import contacts_of
from hub.projection.planning import Plan
from hub.resolutions.service import write_again
from hub.sealing.audit import Deed, note
from hub.sealing.store import digests_of, forget_reasons
from hub.sync.store import write_plans
from hub.wiring import Hub
from master_data import store as goldens
from master_data.clusters import store as clusters
from master_data.errors import NoSuchGolden
from master_data.model import Crossref, CrossrefState

__all__ = ["Erased", "Wish", "erase", "export", "finish_due", "preview_erasure", "write_erasure"]

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: where deletes are planned, and where somebody must delete by hand."""

    golden_id: str
    deletes: tuple[str, ...]
    by_hand: tuple[str, ...]
    tombstones: tuple[Tombstone, ...] = ()
    contacts: tuple[Kin, ...] = ()
    """People who belong to it: erased with it, or still there, as was wished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who wants an erasure and why; `only`: marks of the records to delete, None: all."""

    by: str
    reason: str
    only: frozenset[str] | None = None

    def is_about(self, crossref: Crossref) -> bool:
        """Say whether a system's record is to go."""
        return self.only is None or store.mark_of(crossref.lane) in self.only


def export(hub: Hub, golden_id: str) -> dict[str, Any]:
    """Return everything that is kept about a golden record and those merged into it, by table.

    Raises NoSuchGolden.
    """

    def read(connection: Connection) -> dict[str, Any]:
        root, crossrefs = _family(connection, golden_id)
        ids = store.homes_of(connection, root)
        lanes = [each.lane for each in crossrefs if each.external_id]
        found: dict[str, Any] = {"golden_id": root, **store.rows_about(connection, ids, lanes)}
        return {str(name): _plain(rows) for name, rows in found.items()}

    return hub.db.read(read)


def _plain(value: Any) -> Any:  # noqa: ANN401 - a document of any shape
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def erase(hub: Hub, golden_id: str, *, by: str, reason: str, with_contacts: bool = False) -> Erased:
    """Erase a person: all words here at once, the records in the systems by deletes.

    What stays: ids, times, outcomes, who decided; a hashed tombstone for each source record, by
    which no poll and no notice brings it back. The contacts of a customer are people of their
    own: they stay unless they are to go `with_contacts`, before it. Raises NoSuchGolden.
    """
    contacts = hub.db.read(lambda c: contacts_of(c, golden_id))
    wish = Wish(by=by, reason=reason)
    deletes, by_hand = set(), set()
    for each in (*(kin.id for kin in contacts if with_contacts), golden_id):
        done = _erase(hub, each, wish)
        deletes |= set(done.deletes)
        by_hand |= set(done.by_hand)
    return replace(
        done, deletes=tuple(sorted(deletes)), by_hand=tuple(sorted(by_hand)), contacts=contacts
    )


def _erase(hub: Hub, golden_id: str, wish: Wish) -> Erased:
    done = write_again(hub, lambda c: write_erasure(hub, c, golden_id, wish))
    add_to_register(hub.settings.erased_file, done.tombstones)
    return done


def _family(connection: Connection, golden_id: str) -> tuple[str, list[Crossref]]:
    found = goldens.goldens_by_id(connection, [golden_id]).get(golden_id)
    if found is None:
        raise NoSuchGolden(golden_id)
    return found.id, goldens.crossrefs_of(connection, [found.id])


def preview_erasure(hub: Hub, golden_id: str) -> Erased:
    """Return what erasing would do in the systems; nothing is written. Raises NoSuchGolden."""
    root, crossrefs = hub.db.read(lambda c: _family(c, golden_id))
    doomed = [each for each in crossrefs if _can_delete(hub, each)]
    contacts = hub.db.read(lambda c: contacts_of(c, root))
    return replace(_outcome(root, crossrefs, doomed), contacts=contacts)


def _outcome(
    root: str,
    crossrefs: list[Crossref],
    doomed: list[Crossref],
    tombstones: tuple[Tombstone, ...] = (),
) -> Erased:
    kept = {each.id for each in doomed}
    live = [each for each in crossrefs if each.state is CrossrefState.LIVE]
    deletes = {each.connection for each in doomed}
    by_hand = {each.connection for each in live if each.id not in kept}
    return Erased(root, tuple(sorted(deletes)), tuple(sorted(by_hand)), tombstones)


def write_erasure(hub: Hub, connection: Connection, golden_id: str, wish: Wish) -> Erased:
    """Erase a golden record and those merged into it in this unit of work. Raises NoSuchGolden."""
    root, crossrefs = _family(connection, golden_id)
    at, ids = hub.db.now(connection), store.homes_of(connection, root)
    clusters.lock(connection, ids)
    mine = [each for each in crossrefs if wish.is_about(each)]
    doomed = [each for each in mine if _can_delete(hub, each)]
    kept = {each.id for each in doomed}
    marks = sorted({store.mark_of(each.lane) for each in mine if each.external_id})
    tombstones = tuple(Tombstone(each, root, at, wish.by) for each in marks)
    store.bury(connection, tombstones)
    _forget(connection, ids, crossrefs, at)
    hierarchy.forget(connection, ids)
    store.end_goldens(connection, ids, f"person:{wish.by}", at)
    gone = [each for each in crossrefs if each.id not in kept]
    store.forget_crossrefs(connection, sorted(kept), [each.id for each in gone])
    plans = [Plan(each, DELETE, "erased") for each in doomed]
    write_plans(hub, connection, [(each, None) for each in plans], at)
    store.forget_lanes(connection, [each.lane for each in gone if each.external_id])
    note(hub, connection, Deed(wish.by, "golden.erased", root, {"reason": wish.reason}))
    return _outcome(root, mine, doomed, tombstones)


def _forget(
    connection: Connection, ids: list[str], crossrefs: list[Crossref], at: datetime
) -> None:
    """Take every word about golden records out; the first is the one the others became."""
    lanes = [each.lane for each in crossrefs if each.external_id]
    closed, waited = store.forget_conflicts(connection, ids, at)
    forget_reasons(connection, [*ids, *closed])
    decided = [Decided(each, Outcome.SUPERSEDED, ids[0], {"reason": "erased"}) for each in waited]
    events.settle(connection, decided, at)
    about = [row["id"] for row in store.rows_about(connection, ids, lanes)["event"]]
    store.forget_events(connection, about, lanes)
    store.forget_effects(connection, [each.id for each in crossrefs], at)
    store.forget_goldens(connection, ids, digests_of(connection, ids))


def _can_delete(hub: Hub, crossref: Crossref) -> bool:
    opened = hub.directory.connections().get(crossref.connection)
    return (
        crossref.state is CrossrefState.LIVE
        and opened is not None
        and opened.state == "live"
        and opened.connector.capabilities.can_delete
    )


def finish_due(hub: Hub) -> bool:
    """Forget the ids of records that are deleted in their systems by now; say whether more wait."""
    if not hub.db.read(lambda c: store.gone_crossrefs(c, 1)):
        return False

    def work(connection: Connection) -> bool:
        gone = store.gone_crossrefs(connection, _AT_ONCE)
        ids = [crossref_id for crossref_id, *_ in gone]
        lanes = [lane for _, lane, _ in gone]
        at = hub.db.now(connection)
        store.forget_effects(connection, ids, at)
        store.forget_events(connection, (), lanes)
        store.forget_lanes(connection, lanes)
        store.forget_crossrefs(connection, [], ids)
        _end_questions(connection, sorted({golden_id for *_, golden_id in gone}), at)
        return len(gone) == _AT_ONCE

    return hub.db.write(work)


def _end_questions(connection: Connection, golden_ids: list[str], at: datetime) -> None:
    """Empty what was asked about deletes that were refused, once no record is left anywhere."""
    left = {each.golden_id for each in goldens.crossrefs_of(connection, golden_ids)}
    done = [each for each in golden_ids if each not in left]
    _, waited = store.forget_conflicts(connection, done, at)
    decided = [Decided(each, Outcome.SUPERSEDED, None, {"reason": "erased"}) for each in waited]
    events.settle(connection, decided, at)
