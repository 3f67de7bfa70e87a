"""`/events` and `/balance`: what came in and what became of it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from hub.errors import UnknownEvent
from hub.events import store
from hub.events.rules import Balance
from hub.lists import store as lists
from hub.lists.store import Listed
from hub.rest.api import After, Limit, ListOf, filter_of
from hub.wiring import Hub
from portal import require

__all__ = ["router"]

Only = Annotated[str | None, filter_of("connection", "Events of this connection.")]
OnlyOutcome = Annotated[str | None, filter_of("outcome", "An outcome, or `undecided`.")]
OnlyGolden = Annotated[str | None, filter_of("golden_id", "Events of this golden record.")]


class EventOut(BaseModel):
    """One change as it came in; `outcome` null: not decided yet."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    connection: str
    object_type: str
    external_id: str | None
    kind: str
    version: str | None
    changed_at: datetime | None
    received_at: datetime
    notice_id: str | None
    outcome: str | None
    decided_at: datetime | None
    golden_id: str | None
    detail: dict[str, Any] | None


class BalanceOut(BaseModel):
    """received = closed + open + undecided, or `even` is false."""

    received: int
    closed: int
    open: int
    undecided: int
    even: bool
    by_outcome: dict[str, int]

    @staticmethod
    def of(sheet: Balance) -> "BalanceOut":
        """Return the sheet as it is answered."""
        return BalanceOut(
            received=sheet.received,
            closed=sheet.closed,
            open=sheet.open,
            undecided=sheet.undecided,
            even=sheet.is_even,
            by_outcome={outcome.value: many for outcome, many in sheet.by_outcome.items()},
        )


class SheetsOut(BaseModel):
    """The balance sheet over all and per connection; since when the oldest undecided waits."""

    total: BalanceOut
    connections: dict[str, BalanceOut]
    oldest_undecided_at: datetime | None


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["events"], dependencies=[Depends(require("hub.events.read"))])

    @routes.get("/events")
    def list_events(
        connection: Only = None,
        outcome: OnlyOutcome = None,
        golden_id: OnlyGolden = None,
        after: After = None,
        limit: Limit = 50,
    ) -> ListOf[EventOut]:
        """Return events, the newest first."""
        filters = {"connection": connection, "outcome": outcome, "golden_id": golden_id}
        page = hub.db.read(lambda c: lists.events(c, Listed(filters, after, limit)))
        items = [EventOut.model_validate(each) for each in page.items]
        return ListOf(items=items, next=page.next)

    @routes.get("/events/{event_id}")
    def read_event(event_id: str) -> EventOut:
        """Return one event."""
        found = hub.db.read(lambda c: store.event_by_id(c, event_id))
        if found is None:
            raise UnknownEvent(event_id)
        return EventOut.model_validate(found)

    @routes.get("/balance")
    def read_balance() -> SheetsOut:
        """Return the balance sheet, added up from rows now."""
        known = list(hub.directory.connections())
        return hub.db.read(
            lambda c: SheetsOut(
                total=BalanceOut.of(store.balance_sheet(c)),
                connections={each: BalanceOut.of(store.balance_sheet(c, each)) for each in known},
                oldest_undecided_at=store.oldest_undecided(c),
            )
        )

    return routes
