"""`/matching/thresholds`: what stewards decided, the thresholds it speaks for, and setting them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from hub.calibration import service
from hub.calibration.model import Proposal
from hub.calibration.rules import sentences
from hub.rest.api import ListOf
from hub.wiring import Hub
from master_data.likeness.model import Thresholds
from portal import Principal, require

__all__ = ["router"]

Steward = Annotated[Principal, Depends(require("hub.golden.write"))]
_PRECISION = "How right links have to be; usually 0.995, products 0.99."
_MISSED = "How many of the pairs that nobody is asked about may be the same; usually 0.02."
Precision = Annotated[float | None, Query(ge=0.5, lt=1, description=_PRECISION)]
Missed = Annotated[float | None, Query(gt=0, le=0.5, description=_MISSED)]


class ThresholdsOut(BaseModel):
    """Bits from which a pair is linked, and from which a person is asked."""

    link: float
    review: float
    version: int = Field(description="0: as shipped.")

    @classmethod
    def of(cls, thresholds: Thresholds) -> "ThresholdsOut":
        """Return thresholds as they are sent."""
        return cls(link=thresholds.link, review=thresholds.review, version=thresholds.version)


class ProposalOut(BaseModel):
    """Thresholds of one kind of record, and what stewards decided about its pairs."""

    kind: str
    precision: float
    missed: float
    shipped: ThresholdsOut
    current: ThresholdsOut
    proposed: ThresholdsOut
    changes: bool
    same: int
    different: int
    open: int
    linked: int = Field(description="Open questions that would have been linked.")
    parted: int = Field(description="Open questions that would have been kept apart.")
    sentences: list[str]

    @classmethod
    def of(cls, told: Proposal) -> "ProposalOut":
        """Return a proposal as it is sent."""
        return cls(
            kind=told.kind,
            precision=told.asked.precision,
            missed=told.asked.missed,
            shipped=ThresholdsOut.of(told.shipped),
            current=ThresholdsOut.of(told.current),
            proposed=ThresholdsOut.of(told.proposed),
            changes=told.changes,
            same=told.same,
            different=told.different,
            open=told.open,
            linked=told.linked,
            parted=told.parted,
            sentences=sentences(told),
        )


class PublishIn(BaseModel):
    """`seen`: the version in force when the proposal was read; `shipped`: go back to those."""

    model_config = ConfigDict(extra="forbid")

    seen: int = Field(ge=0)
    precision: float | None = Field(default=None, ge=0.5, lt=1)
    missed: float | None = Field(default=None, gt=0, le=0.5)
    shipped: bool = False


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(prefix="/matching/thresholds", tags=["matching"])

    @routes.get("", dependencies=[Depends(require("hub.golden.read"))])
    def proposed(precision: Precision = None, missed: Missed = None) -> ListOf[ProposalOut]:
        """Return for each kind of record the thresholds that stewards' answers speak for."""
        found = service.proposals(hub, precision, missed)
        return ListOf(items=[ProposalOut.of(each) for each in found], next=None)

    @routes.post("/{kind}")
    def publish(kind: str, wish: PublishIn, person: Steward) -> ThresholdsOut:
        """Decide by the proposed thresholds, or by the shipped ones again, from now on."""
        if wish.shipped:
            back = service.ship_again(hub, kind, seen=wish.seen, by=person.name)
            return ThresholdsOut.of(back)
        done = service.publish_thresholds(
            hub,
            kind,
            seen=wish.seen,
            by=person.name,
            precision=wish.precision,
            missed=wish.missed,
        )
        return ThresholdsOut.of(done.proposed)

    return routes
