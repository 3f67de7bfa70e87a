"""`/golden/{collection}/{id}/…`: merge, unmerge, split, pin, decisions, history, as it was."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from hub.clusters import service
from hub.clusters.model import Intent
from hub.golden.service import as_of, history
from hub.lists.rules import Collection
from hub.pins.service import NewPin, pin_value, unpin
from hub.rest.api import ListOf
from hub.rest.clusters.model import (
    AsOfOut,
    DecisionOut,
    DoneOut,
    MergeIn,
    PinIn,
    PinnedOut,
    PreviewOut,
    SplitIn,
    UnmergeIn,
    UnpinIn,
    VersionOut,
)
from hub.wiring import Hub
from master_data import store
from master_data.errors import NoSuchGolden
from portal import Principal, require

__all__ = ["router"]

Steward = Annotated[Principal, Depends(require("hub.golden.write"))]
IsPreview = Annotated[bool, Query(alias="preview", description="Only tell what would come of it.")]
When = Annotated[AwareDatetime | None, Query(description="A time with zone.")]
AtVersion = Annotated[int | None, Query(ge=1)]
Before = Annotated[int | None, Query(ge=2, description="`next` of the page before.")]
_PLACE = "/golden/{collection}/{golden_id}"


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["golden"])
    _shape(routes, hub)
    _pin(routes, hub)
    _past(routes, hub)
    return routes


def _check(hub: Hub, collection: Collection, golden_id: str) -> None:
    """Raise NoSuchGolden unless the record is of that collection."""
    found = hub.db.read(lambda c: store.goldens_by_id(c, [golden_id])).get(golden_id)
    if found is None or found.entity != collection.entity:
        raise NoSuchGolden(golden_id)


def _shape(routes: APIRouter, hub: Hub) -> None:
    @routes.post(_PLACE + "/merge")
    def merge(
        collection: Collection,
        golden_id: str,
        wish: MergeIn,
        person: Steward,
        preview: IsPreview = False,  # noqa: FBT002 - a query parameter
    ) -> DoneOut | PreviewOut:
        """Make another golden record part of this one, or tell what would come of it."""
        _check(hub, collection, golden_id)
        intent = Intent(by=person.name, reason=wish.reason, overrule=wish.overrule)
        if preview:
            return PreviewOut.of(service.preview_merge(hub, golden_id, wish.other, intent))
        return DoneOut.of(service.merge_goldens(hub, golden_id, wish.other, intent))

    @routes.post(_PLACE + "/unmerge")
    def unmerge(
        collection: Collection,
        golden_id: str,
        wish: UnmergeIn,
        person: Steward,
        preview: IsPreview = False,  # noqa: FBT002 - a query parameter
    ) -> DoneOut | PreviewOut:
        """Take one merge back, or tell what would come of it."""
        _check(hub, collection, golden_id)
        intent = Intent(by=person.name, reason=wish.reason, apart=wish.apart)
        if preview:
            return PreviewOut.of(service.preview_unmerge(hub, wish.decision, intent))
        return DoneOut.of(service.unmerge(hub, wish.decision, intent))

    @routes.post(_PLACE + "/split")
    def split(
        collection: Collection,
        golden_id: str,
        wish: SplitIn,
        person: Steward,
        preview: IsPreview = False,  # noqa: FBT002 - a query parameter
    ) -> DoneOut | PreviewOut:
        """Let source records make a golden record of their own, or tell what would come of it."""
        _check(hub, collection, golden_id)
        intent = Intent(by=person.name, reason=wish.reason)
        if preview:
            return PreviewOut.of(service.preview_split(hub, golden_id, wish.crossrefs, intent))
        return DoneOut.of(service.split_golden(hub, golden_id, wish.crossrefs, intent))


def _pin(routes: APIRouter, hub: Hub) -> None:
    @routes.post(_PLACE + "/pin")
    def pin(collection: Collection, golden_id: str, wish: PinIn, person: Steward) -> PinnedOut:
        """Fix a value: no edit beats it until it ends."""
        _check(hub, collection, golden_id)
        new = NewPin(
            golden_id=golden_id,
            path=wish.field,
            value=wish.value,
            by=person.name,
            reason=wish.reason,
            until=wish.until,
        )
        golden = pin_value(hub, new)
        value = golden.body.get(wish.field)
        return PinnedOut(id=golden.id, version=golden.version, field=wish.field, value=value)

    @routes.post(_PLACE + "/unpin")
    def lift(collection: Collection, golden_id: str, wish: UnpinIn, person: Steward) -> PinnedOut:
        """Lift a pin: the value is again what the systems say."""
        _check(hub, collection, golden_id)
        golden = unpin(hub, golden_id, wish.field, by=person.name, reason=wish.reason)
        value = golden.body.get(wish.field)
        return PinnedOut(id=golden.id, version=golden.version, field=wish.field, value=value)


def _past(routes: APIRouter, hub: Hub) -> None:
    reader = Depends(require("hub.golden.read"))

    @routes.get(_PLACE + "/decisions", dependencies=[reader])
    def decisions(collection: Collection, golden_id: str) -> ListOf[DecisionOut]:
        """Return the decisions that stand about a record and those merged into it."""
        _check(hub, collection, golden_id)
        found = service.decisions_of(hub, golden_id)
        return ListOf(items=[DecisionOut.of(each) for each in found], next=None)

    @routes.get(_PLACE + "/history", dependencies=[reader])
    def versions(
        collection: Collection, golden_id: str, after: Before = None
    ) -> ListOf[VersionOut]:
        """Return the versions of a record, the newest first; an old id tells its own."""
        _check(hub, collection, golden_id)
        rows = history(hub, golden_id, before=after)
        more = str(rows[-1].version) if rows and rows[-1].version > 1 else None
        return ListOf(items=[VersionOut.of(each) for each in rows], next=more)

    @routes.get(_PLACE + "/as-of", dependencies=[reader])
    def past(
        collection: Collection, golden_id: str, at: When = None, version: AtVersion = None
    ) -> AsOfOut:
        """Return a record as it was at a time or version, rebuilt from its provenance."""
        _check(hub, collection, golden_id)
        found = as_of(hub, golden_id, at=at, version=version)
        return AsOfOut(
            id=found.golden_id,
            entity=found.entity,
            version=found.version,
            title=found.title,
            fields=found.body,
        )
