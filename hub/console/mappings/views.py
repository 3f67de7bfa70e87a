"""What the pages of mappings show."""

from collections.abc import Mapping
from typing import Any

from hub.console.rules import readable
from hub.mapping_versions.model import Laws, LawsState, MappingRef, StoredVersion, VersionState
from hub.publishing import rows, service
from hub.publishing.checking import check_text
from hub.publishing.model import Preview, Remark
from hub.wiring import Hub
from master_data.fields import entity_schema

__all__ = ["list_view", "mapping_view", "preview_view"]

_SHOWN = 50
_TONES = {"active": "ok", "draft": "accent", "retired": "", "withdrawn": "warn"}


def list_view(hub: Hub) -> list[dict[str, Any]]:
    """Return one row per mapping of every connection."""
    found = []
    for opened in hub.directory.connections().values():
        for object_type, mapping in sorted(opened.mappings.items()):
            ref = MappingRef(opened.id, object_type)
            draft = service.draft_of(hub, ref)
            held = sum(each.records for each in rows.held_values(hub, ref))
            found.append(
                {
                    "id": str(ref),
                    "title": f"{opened.title}: {object_type}",
                    "entity": mapping.entity,
                    "version": mapping.version,
                    "draft": f"draft {draft.number}" if draft else "",
                    "held": held or None,
                }
            )
    return found


def mapping_view(hub: Hub, ref: MappingRef, text: str | None = None) -> dict[str, Any]:
    """Return the page of one mapping; `text`: what was typed, instead of the draft."""
    versions = service.list_versions(hub, ref)
    draft = service.in_state(versions, VersionState.DRAFT)
    active = service.in_state(versions, VersionState.ACTIVE)
    if text is None:
        text = (draft or active or versions[0]).text
    remarks = check_text(hub, ref, text).remarks
    mapping = hub.mapping(ref.connection, ref.object_type)
    return {
        "ref": ref,
        "title": f"{hub.connection(ref.connection).title}: {ref.object_type}",
        "entity": entity_schema(mapping.entity).title,
        "versions": [_version(each, hub.who()) for each in versions],
        "active": active,
        "draft": draft,
        "text": text,
        "lines": text.count("\n") + 1,
        "remarks": [_remark(each) for each in remarks],
        "laws": _laws(draft.laws if draft else None),
        "tables": [(name, name) for name in _tables(text)],
        "held": rows.held_values(hub, ref),
        "can_go_back": any(each.state is VersionState.RETIRED for each in versions),
    } | dict.fromkeys(("refusal", "counted", "preview", "row"))


def _version(each: StoredVersion, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": each.number,
        "state": each.state.value,
        "tone": _TONES[each.state.value],
        "note": each.note,
        "author": who.get(each.author, each.author),
        "digest": each.digest[:12],
        "at": each.published_at or each.updated_at,
    }


def _remark(each: Remark) -> dict[str, Any]:
    return {"line": each.line, "column": each.column, "path": each.path, "message": each.message}


def _laws(laws: Laws | None) -> dict[str, str] | None:
    if laws is None:
        return None
    match laws.state:
        case LawsState.DUE:
            return {"tone": "", "text": "A worker tries its laws on made-up records; look again."}
        case LawsState.GREEN:
            return {"tone": "ok", "text": "The laws hold: nothing changed, nothing written."}
        case LawsState.BROKEN:
            return {"tone": "bad", "text": f"A law is broken: {laws.why}"}


def _tables(text: str) -> list[str]:
    from mappings import DocumentRefused, parse  # noqa: PLC0415 - only a sound text has tables

    try:
        return sorted(parse(text, name="draft").value_maps)
    except DocumentRefused:
        return []


def preview_view(found: Preview) -> dict[str, Any]:
    """Return a preview as the page shows it: sums, and the first records."""
    return {
        "counts": found.counts,
        "systems": [
            (system, many.get("create", 0), many.get("update", 0), found.calls[system])
            for system, many in sorted(found.write_counts.items())
        ],
        "records": [
            {
                "title": each.title,
                "fields": [(p, readable(o), readable(n)) for p, (o, n) in each.fields.items()],
                "writes": [
                    (w.connection, w.operation, _words(w.before), _words(w.values))
                    for w in each.writes
                ],
                "failures": list(each.failures.items()),
                "released": ", ".join(each.released),
                "begins": each.begins,
                "ceases": each.ceases,
            }
            for each in found.records[:_SHOWN]
        ],
        "more": max(0, len(found.records) - _SHOWN),
    }


def _words(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {readable(value) or '—'}" for name, value in values.items())
