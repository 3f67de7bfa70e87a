"""`/effects`: intended writes and what became of them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from hub.effects.rules import EffectState
from hub.errors import UnknownEffect
from hub.lists import store as lists
from hub.lists.store import Listed
from hub.rest.api import After, Limit, ListOf, filter_of
from hub.wiring import Hub
from portal import require

__all__ = ["router"]

Only = Annotated[str | None, filter_of("connection", "Effects on this connection.")]
OnlyStates = Annotated[
    list[EffectState] | None, filter_of("state", "Effects in this state; give it again for more.")
]
OnlyGolden = Annotated[str | None, filter_of("golden_id", "Effects of this golden record.")]


class EffectOut(BaseModel):
    """One intended write; `frozen`: what was sent, null before the first sending."""

    id: str
    connection: str
    object_type: str
    golden_id: str
    crossref_id: str
    operation: str
    state: str
    reason: str
    waits_for: str | None
    event_id: str | None
    attempts: int
    due_at: datetime
    planned_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    frozen: dict[str, Any] | None
    answer: dict[str, Any] | None


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["effects"], dependencies=[Depends(require("hub.effects.read"))])

    @routes.get("/effects")
    def list_effects(
        connection: Only = None,
        state: OnlyStates = None,
        golden_id: OnlyGolden = None,
        after: After = None,
        limit: Limit = 50,
    ) -> ListOf[EffectOut]:
        """Return effects, the newest first."""
        states = tuple(each.value for each in state) if state else None
        filters = {"connection": connection, "state": states, "golden_id": golden_id}
        page = hub.db.read(lambda c: lists.effects(c, Listed(filters, after, limit)))
        items = [EffectOut.model_validate(dict(each)) for each in page.items]
        return ListOf(items=items, next=page.next)

    @routes.get("/effects/{effect_id}")
    def read_effect(effect_id: str) -> EffectOut:
        """Return one effect."""
        found = hub.db.read(lambda c: lists.effects(c, Listed({"id": effect_id}, None, 1))).items
        if not found:
            raise UnknownEffect(effect_id)
        return EffectOut.model_validate(dict(found[0]))

    return routes
