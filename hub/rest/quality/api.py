"""`/quality`: how good golden records are, what there is to mend, and the trend."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from hub.lists.rules import Collection, page_of
from hub.quality import store
from hub.quality.model import Scored
from hub.quality.rules import place_after
from hub.quality.service import assess_one
from hub.rest.api import After, Limit, ListOf
from hub.wiring import Hub
from master_data.errors import NoSuchGolden
from master_data.fields import entity_schema
from master_data.store import goldens_by_id
from portal import require

__all__ = ["router"]

Rule = Annotated[str | None, Query(max_length=40, description="missing, invalid, disputed …")]
Field = Annotated[str, Query(max_length=100, description="The field it is about; may be empty.")]
Days = Annotated[int, Query(ge=1, le=1000, description="Most days, the last ones.")]


class ToMendOut(BaseModel):
    """How many records one rule finds fault with at one field."""

    rule: str
    path: str
    title: str
    records: int


class SummaryOut(BaseModel):
    """One entity: mean score from 0 to 100, and what to mend, the most frequent first."""

    entity: str
    records: int
    score: float
    to_mend: list[ToMendOut]


class DayOut(BaseModel):
    """The figures of a day, UTC."""

    day: str
    records: int
    score: float


class FindingOut(BaseModel):
    """One thing to mend in a record; it holds no value."""

    rule: str
    path: str
    why: str


class ScoredOut(BaseModel):
    """A record with its score, its four parts (0 to 100 each) and what to mend."""

    id: str
    title: str
    score: int
    parts: dict[str, int]
    findings: list[FindingOut]


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["quality"], dependencies=[Depends(require("hub.golden.read"))])

    @routes.get("/quality")
    def summaries() -> ListOf[SummaryOut]:
        """Return the figures of every entity."""
        items = [
            SummaryOut(
                entity=each.entity,
                records=each.records,
                score=round(each.score, 2),
                to_mend=[
                    ToMendOut(
                        rule=one.rule,
                        path=one.path,
                        title=entity_schema(each.entity).title_of(one.path),
                        records=one.records,
                    )
                    for one in each.to_mend
                ],
            )
            for each in hub.db.read(store.summaries)
        ]
        return ListOf(items=items, next=None)

    @routes.get("/quality/{collection}/trend")
    def trend(collection: Collection, days: Days = 90) -> ListOf[DayOut]:
        """Return the figures by day, the oldest first."""
        found = hub.db.read(lambda c: store.days(c, collection.entity, days))
        items = [DayOut(day=each.day, records=each.records, score=each.score) for each in found]
        return ListOf(items=items, next=None)

    @routes.get("/quality/{collection}/records")
    def work_list(
        collection: Collection,
        rule: Rule = None,
        path: Field = "",
        after: After = None,
        limit: Limit = 50,
    ) -> ListOf[ScoredOut]:
        """Return records by score, the worst first; with `rule` and `path` those to mend so."""
        last = place_after(after)
        wanted = (rule, path) if rule else None
        found = hub.db.read(lambda c: store.worst(c, collection.entity, wanted, last, limit + 1))
        page = page_of(found, limit, lambda each: [str(each.score), each.golden_id])
        return ListOf(items=[_scored(each) for each in page.items], next=page.next)

    @routes.get("/golden/{collection}/{golden_id}/quality")
    def one(collection: Collection, golden_id: str) -> ScoredOut:
        """Return the score of a record as it is now."""
        golden = hub.db.read(lambda c: goldens_by_id(c, [golden_id])).get(golden_id)
        if golden is None or golden.entity != collection.entity:
            raise NoSuchGolden(golden_id)
        found = assess_one(hub, golden_id)
        lines = [[each.rule, each.path, each.why] for each in found.findings]
        return _scored(Scored(golden.id, "", found.score, found.parts, lines))

    return routes


def _scored(each: Scored) -> ScoredOut:
    return ScoredOut(
        id=each.golden_id,
        title=each.title,
        score=each.score,
        parts=each.parts,
        findings=[FindingOut(rule=rule, path=path, why=why) for rule, path, why in each.findings],
    )
