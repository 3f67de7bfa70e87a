"""`/golden/customers` and the other entities: the agreed records, with their crossrefs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from hub.golden.model import Explained
from hub.golden.sentences import sentence_of
from hub.golden.service import explain
from hub.lists import store as lists
from hub.lists.rules import Collection
from hub.lists.store import Listed
from hub.matching.model import Matched
from hub.rest.api import After, Limit, ListOf, filter_of
from hub.wiring import Hub
from master_data import store
from master_data.errors import NoSuchGolden
from portal import require

__all__ = ["router"]

OnlyState = Annotated[str | None, filter_of("state", "active, unconfirmed, merged or gone.")]
Text = Annotated[str | None, Query(max_length=200, description="Part of the title.")]


class GoldenOut(BaseModel):
    """A golden record; `fields` maps a path to its value, list elements as `list[element id]`."""

    id: str
    version: int
    state: str
    title: str
    fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class CrossrefOut(BaseModel):
    """Where one system holds the record; only the primary one of a system is written."""

    id: str
    is_primary: bool
    connection: str
    object_type: str
    external_id: str | None
    state: str
    remote_version: str | None
    parked: str | None


class GoldenWithCrossrefs(BaseModel):
    """A golden record with the version that set each field, and where systems hold it."""

    id: str
    entity: str
    version: int
    state: str
    fields: dict[str, Any]
    provenance: dict[str, int]
    held: list[str]
    crossrefs: list[CrossrefOut]


class RivalOut(BaseModel):
    """A value that was weighed and did not survive."""

    source: str
    value: Any
    at: datetime


class FieldOut(BaseModel):
    """One golden value and why it is that; `sentence` says it for people."""

    path: str
    title: str
    value: Any
    source: str | None
    rule: str
    why: str
    sentence: str
    version: int | None
    at: datetime | None
    event_id: str | None
    in_conflict: bool
    rivals: list[RivalOut]


class HappeningOut(BaseModel):
    """One step in the life of the record."""

    at: datetime
    kind: str
    title: str
    detail: str
    connection: str | None
    ref: str | None


class FindingOut(BaseModel):
    """What one comparison said, in bits; `level` -1: a side says nothing."""

    model_config = ConfigDict(from_attributes=True)

    comparison: str
    level: int
    label: str
    bits: float


class MatchOut(BaseModel):
    """Why a source record was linked to a golden record, is perhaps the same, or is not.

    `came`: `link`, `review` (a person was asked) or `new`. `weight` as it was decided; `rebuilt`
    from `prior`, `findings` and `cuts` (bits taken off a group that says one thing several times).
    """

    id: str
    at: datetime
    golden_id: str
    golden: str
    other_id: str
    other: str
    crossref_id: str
    connection: str
    came: str
    zone: str
    weight: float
    rebuilt: float
    prior: float
    findings: list[FindingOut]
    cuts: dict[str, float]
    vetoes: dict[str, str]
    model: str
    statistics: str
    keys: list[str]
    sentences: list[str]

    @staticmethod
    def of(match: Matched, titles: Mapping[str, str]) -> "MatchOut":
        """Return a decision over HTTP; `titles`: golden id -> name."""
        same = ("id", "at", "golden_id", "other_id", "crossref_id", "connection", "weight")
        return MatchOut(
            **{name: getattr(match, name) for name in (*same, "model", "statistics")},
            golden=titles.get(match.golden_id, ""),
            other=titles.get(match.other_id, ""),
            came=match.came.value,
            zone=match.weighed.zone.value,
            rebuilt=match.weighed.weight,
            prior=match.weighed.prior,
            findings=[FindingOut.model_validate(each) for each in match.weighed.findings],
            cuts=dict(match.weighed.cuts),
            vetoes=dict(match.weighed.vetoes),
            keys=list(match.keys),
            sentences=list(match.sentences),
        )


class Explanation(BaseModel):
    """Every value with its reason, how it was matched, what happened; the newest first."""

    id: str
    title: str
    fields: list[FieldOut]
    matches: list[MatchOut]
    timeline: list[HappeningOut]

    @staticmethod
    def of(told: Explained, titles: Mapping[str, str]) -> "Explanation":
        """Return what is told over HTTP; `titles` of connections, for sentences."""
        return Explanation(
            id=told.golden.id,
            title=told.title,
            fields=[
                FieldOut(
                    path=each.path,
                    title=each.title,
                    value=each.value,
                    source=each.source,
                    rule=each.rule,
                    why=each.why,
                    sentence=sentence_of(each, titles),
                    version=each.version,
                    at=each.at,
                    event_id=each.event_id,
                    in_conflict=each.in_conflict,
                    rivals=[RivalOut(source=s, value=v, at=at) for s, v, at in each.rivals],
                )
                for each in told.fields
            ],
            matches=[MatchOut.of(each, told.titles) for each in told.matches],
            timeline=[
                HappeningOut(
                    at=each.at,
                    kind=each.kind,
                    title=each.title,
                    detail=each.detail,
                    connection=each.connection,
                    ref=each.ref,
                )
                for each in told.timeline
            ],
        )


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["golden"], dependencies=[Depends(require("hub.golden.read"))])

    @routes.get("/golden/{collection}")
    def list_goldens(
        collection: Collection,
        q: Text = None,
        state: OnlyState = None,
        after: After = None,
        limit: Limit = 50,
    ) -> ListOf[GoldenOut]:
        """Return golden records by title."""
        wanted = Listed({"state": state}, after, limit)
        page = hub.db.read(lambda c: lists.goldens(c, collection.entity, q, wanted))
        items = [
            GoldenOut.model_validate(dict(row) | {"fields": row["body"]}) for row in page.items
        ]
        return ListOf(items=items, next=page.next)

    @routes.get("/golden/{collection}/{golden_id}")
    def read_golden(collection: Collection, golden_id: str) -> GoldenWithCrossrefs:
        """Return one golden record; an id that was merged away leads to the record it became."""
        found = hub.db.read(lambda c: store.goldens_by_id(c, [golden_id])).get(golden_id)
        if found is None or found.entity != collection.entity:
            raise NoSuchGolden(golden_id)
        crossrefs = hub.db.read(lambda c: store.crossrefs_of(c, [found.id]))
        return GoldenWithCrossrefs(
            id=found.id,
            entity=found.entity,
            version=found.version,
            state=found.state.value,
            fields=found.body,
            provenance=found.provenance,
            held=sorted(found.held),
            crossrefs=[
                CrossrefOut(
                    id=each.id,
                    is_primary=each.is_primary,
                    connection=each.connection,
                    object_type=each.object_type,
                    external_id=each.external_id,
                    state=each.state.value,
                    remote_version=each.remote_version,
                    parked=each.parked,
                )
                for each in crossrefs
            ],
        )

    @routes.get("/golden/{collection}/{golden_id}/explanation")
    def explain_golden(collection: Collection, golden_id: str) -> Explanation:
        """Return where every value comes from, its rivals, and the record's timeline."""
        told = explain(hub, golden_id)
        if told.golden.entity != collection.entity:
            raise NoSuchGolden(golden_id)
        return Explanation.of(told, hub.titles)

    return routes
