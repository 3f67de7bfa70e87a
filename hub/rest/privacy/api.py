"""`/golden/{collection}/{id}/export` and `/erase`: a person's rights."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from hub.lists.rules import Collection
from hub.privacy.service import erase, export
from hub.wiring import Hub
from master_data import store
from master_data.errors import NoSuchGolden
from portal import Principal, require

__all__ = ["router"]

Keeper = Annotated[Principal, Depends(require("hub.privacy.write"))]


class EraseIn(BaseModel):
    """Why somebody is erased; no word of theirs belongs here, for it stays in the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=500)
    with_contacts: bool = Field(
        default=False, description="Of a customer: its contacts too, before it. Else they stay."
    )


class ErasedOut(BaseModel):
    """Connections where deletes are under way, and those where somebody must delete by hand.

    The contacts of a customer were erased with it, or are left.
    """

    id: str
    deletes: list[str]
    by_hand: list[str]
    contacts_erased: list[str]
    contacts_left: list[str]


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["privacy"])

    def check(collection: Collection, golden_id: str) -> None:
        found = hub.db.read(lambda c: store.goldens_by_id(c, [golden_id])).get(golden_id)
        if found is None or found.entity != collection.entity:
            raise NoSuchGolden(golden_id)

    @routes.get("/golden/{collection}/{golden_id}/export")
    def export_golden(collection: Collection, golden_id: str, person: Keeper) -> dict[str, Any]:
        """Return everything that is kept about a record, by table."""
        del person
        check(collection, golden_id)
        return export(hub, golden_id)

    @routes.post("/golden/{collection}/{golden_id}/erase")
    def erase_golden(
        collection: Collection, golden_id: str, wish: EraseIn, person: Keeper
    ) -> ErasedOut:
        """Erase a record here and, by deletes, in the systems; it is not brought back."""
        check(collection, golden_id)
        done = erase(
            hub, golden_id, by=person.id, reason=wish.reason, with_contacts=wish.with_contacts
        )
        contacts = [each.id for each in done.contacts]
        return ErasedOut(
            id=done.golden_id,
            deletes=[*done.deletes],
            by_hand=[*done.by_hand],
            contacts_erased=contacts if wish.with_contacts else [],
            contacts_left=[] if wish.with_contacts else contacts,
        )

    return routes
