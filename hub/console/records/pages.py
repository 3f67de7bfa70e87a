"""Pages of golden records."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from ground.instants import from_microseconds
from hub.clusters.service import decisions_of
from hub.console import store
from hub.console.rules import SYSTEM_TONES, readable, words
from hub.golden.model import Explained, FieldTold, Happening
from hub.golden.sentences import name_systems, sentence_of, source_name
from hub.golden.service import explain
from hub.hierarchy.model import Kin
from hub.lists import store as lists
from hub.lists.rules import Collection
from hub.lists.store import Listed
from hub.matching.model import Matched
from hub.wiring import Hub
from master_data.clusters.model import Edge, EdgeKind
from master_data.fields import entity_schema
from master_data.likeness.model import Zone
from portal import Column, ColumnKind, Filter, Grid, Portal, Principal, can, require

Read = Annotated[Principal, Depends(require("hub.golden.read"))]

_PAGE = 50
_STATES = [("active", "Active"), ("unconfirmed", "Unconfirmed"), ("merged", "Merged")]
_TONES = {"active": "ok", "unconfirmed": "warn", "merged": "", "gone": "bad"}
_ICONS = {
    "version": "git-commit-horizontal",
    "event": "inbox",
    "effect": "send",
    "conflict": "git-compare-arrows",
}


def _grid(collection: Collection) -> Grid:
    return Grid(
        f"/hub/records/{collection.value}",
        columns=(
            Column(
                "title",
                "Name",
                ColumnKind.AVATAR,
                href=lambda record: f"/hub/records/{collection.value}/{record['id']}",
            ),
            *_EXTRA[collection],
            Column("systems", "Held by", ColumnKind.TAGS),
            Column("state", "State", ColumnKind.BADGE, tones=_TONES),
            Column("version", "Version", ColumnKind.NUMBER, extra=True),
            Column("updated_at", "Changed", ColumnKind.AGO),
        ),
        filters=(Filter("state", "State", _STATES),),
        search=f"Search {collection.value}",
        csv=False,
    )


_EXTRA: dict[Collection, tuple[Column, ...]] = {
    Collection.CUSTOMERS: (
        Column("number", "Number", ColumnKind.CODE),
        Column("lifecycle", "Lifecycle", ColumnKind.BADGE),
    ),
    Collection.PRODUCTS: (
        Column("sku", "SKU", ColumnKind.CODE),
        Column("lifecycle", "Lifecycle", ColumnKind.BADGE),
    ),
    Collection.CONTACTS: (),
    Collection.CATEGORIES: (Column("code", "Code", ColumnKind.CODE),),
}


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the routes of golden records."""
    routes = APIRouter(prefix="/records", include_in_schema=False)

    @routes.get("/{collection}")
    def records(request: Request, collection: Collection, principal: Read) -> HTMLResponse:
        """List golden records by name."""
        del principal
        query = request.query_params
        wanted = Listed({"state": query.get("filter[state]") or None}, query.get("after"), _PAGE)
        found = hub.db.read(
            lambda c: lists.goldens(c, collection.entity, query.get("q") or None, wanted)
        )
        systems = hub.db.read(lambda c: store.systems_of(c, [row["id"] for row in found.items]))
        rows = [
            {name: row["body"].get(name) for name in ("number", "lifecycle", "sku", "code")}
            | dict(row)
            | {"systems": systems.get(row["id"], [])}
            for row in found.items
        ]
        context = {
            "grid": _grid(collection).view(query, rows, found.next),
            "collection": collection.value,
            "heading": collection.value.capitalize(),
        }
        return portal.page(request, "hub/records.html", context, block="grid")

    @routes.get("/{collection}/{golden_id}")
    def record(
        request: Request, collection: Collection, golden_id: str, principal: Read
    ) -> HTMLResponse:
        """Show one golden record: values with their reasons, systems, timeline."""
        told = explain(hub, golden_id)
        context = _record_view(told, hub.titles) | {
            "collection": collection.value,
            "may_write": can(principal, "hub.golden.write"),
            "may_erase": can(principal, "hub.privacy.write"),
            "decisions": [_decision_view(each) for each in decisions_of(hub, told.golden.id)],
            "pins": _pins_view(told),
            "pinnable": _pinnable(told),
        }
        return portal.page(request, "hub/record.html", context)

    return routes


def _record_view(told: Explained, titles: Mapping[str, str]) -> dict[str, Any]:
    schema = entity_schema(told.golden.entity)
    return {
        "record": told.golden,
        "title": told.title,
        "entity": schema.title,
        "fields": [_field_view(each, told, titles) for each in told.fields],
        "systems": [
            {
                "connection": titles.get(c.connection, c.connection),
                "tone": SYSTEM_TONES.get(c.connection, ""),
                "object_type": c.object_type,
                "external_id": c.external_id,
                "state": c.state.value,
                "version": c.remote_version,
                "parked": c.parked,
                "id": c.id,
                "primary": c.is_primary,
                "held": [(schema.title_of(path), why) for path, why in c.held.items()],
                "seen_at": from_microseconds(c.seen_at) if c.seen_at else None,
                "href": _link(c.connection, c.object_type, c.external_id),
            }
            for c in told.crossrefs
        ],
        "timeline": [_happening_view(each, titles) for each in told.timeline],
        "above": [_kin_view(each) for each in told.hierarchy.above],
        "below": [_kin_view(each) for each in told.hierarchy.below],
        "more_below": told.hierarchy.more,
        "ring": told.hierarchy.ring,
        "matches": [_match_view(each, told, titles) for each in told.matches],
        "open_conflicts": [each for each in told.conflicts if each.closed_at is None],
    }


def _kin_view(kin: Kin) -> dict[str, str]:
    plural = next(each.value for each in Collection if each.entity == kin.entity)
    name = entity_schema(kin.entity).title
    return {"href": f"/hub/records/{plural}/{kin.id}", "title": kin.title, "entity": name}


_CAME = {
    Zone.LINK: ("linked", "ok"),
    Zone.REVIEW: ("asked", "warn"),
    Zone.NEW: ("kept apart", ""),
}


def _match_view(match: Matched, told: Explained, titles: Mapping[str, str]) -> dict[str, Any]:
    """Show a decision from the side of the record whose page it is."""
    came, tone = _CAME[match.came]
    mine = match.golden_id == told.golden.id
    other = match.other_id if mine else match.golden_id
    return {
        "came": came,
        "tone": tone,
        "connection": titles.get(match.connection, match.connection),
        "at": match.at,
        "other": other if other != told.golden.id else "",
        "title": told.titles.get(other, other),
        "sentences": [name_systems(each, titles) for each in match.sentences],
        "weight": f"{match.weight:+.2f}",
        "found_by": ", ".join(each.replace("_", " ") for each in match.keys),
        "model": match.model,
        "statistics": match.statistics,
    }


def _decision_view(edge: Edge) -> dict[str, Any]:
    return {
        "id": edge.id,
        "same": edge.kind is EdgeKind.SAME,
        "other": edge.other,
        "by": edge.by,
        "why": edge.why,
        "at": from_microseconds(edge.at),
    }


def _pinnable(told: Explained) -> list[tuple[str, str]]:
    """Return the fields that can be pinned: all single ones, also blank, and present elements."""
    specs = entity_schema(told.golden.entity).specs
    single = {path: spec.title for path, spec in specs.items() if spec.shape == "scalar"}
    present = {each.path: each.title for each in told.fields}
    return list((present | single).items())


def _pins_view(told: Explained) -> list[dict[str, Any]]:
    schema = entity_schema(told.golden.entity)
    return [
        {
            "path": path,
            "title": schema.title_of(path),
            "value": told.titles.get(str(pin["value"])) or readable(pin["value"]),
            "by": pin["by"],
            "why": pin["why"],
            "until": from_microseconds(pin["until"]) if "until" in pin else None,
        }
        for path, pin in sorted(told.golden.decisions.items())
        if pin.get("pin")
    ]


def _link(connection: str, object_type: str, external_id: str | None) -> str:
    """Return the page of a record in a built-in app; other systems have none here."""
    if connection not in SYSTEM_TONES or external_id is None:
        return ""
    return f"/{connection}/{object_type}/{external_id}"


def _field_view(told: FieldTold, record: Explained, titles: Mapping[str, str]) -> dict[str, Any]:
    is_name = isinstance(told.value, str) and told.value in record.titles
    return {
        "path": told.path,
        "title": told.title,
        "value": record.titles[told.value] if is_name else readable(told.value),
        "source": source_name(told.source, titles) if told.source else "",
        "tone": SYSTEM_TONES.get(told.source or "", ""),
        "rule": words(told.rule),
        "why": sentence_of(told, titles),
        "at": told.at,
        "version": told.version,
        "in_conflict": told.in_conflict,
        "rivals": [
            (source_name(source, titles), readable(value), at) for source, value, at in told.rivals
        ],
        "systems": [
            {
                "connection": titles.get(held.connection, held.connection),
                "words": readable(held.words),
                "agrees": held.agrees,
                "reason": held.reason,
            }
            for held in told.systems
        ],
    }


def _happening_view(told: Happening, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "at": told.at,
        "kind": told.kind,
        "icon": _ICONS[told.kind],
        "title": name_systems(told.title, titles),
        "tone": told.tone,
        "detail": name_systems(told.detail, titles),
        "changes": [
            (title, readable(new), readable(old), name_systems(why, titles))
            for title, new, old, why in told.changes
        ],
    }
