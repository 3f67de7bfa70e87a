"""`/mappings/{connection}/{object type}/…`: draft, check, preview, publish, roll back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from ground.records.documents import expected_version
from hub.mapping_versions.model import MappingRef
from hub.publishing import rows, service
from hub.publishing.checking import app_schema, check_text, try_laws
from hub.publishing.model import Checked
from hub.publishing.preview import preview
from hub.rest.api import ListOf
from hub.rest.mapping_versions import model
from hub.wiring import Hub
from portal import Principal, require

__all__ = ["router"]

_PATH = "/mappings/{connection_id}/{object_type}"


def _ref(connection_id: str, object_type: str) -> MappingRef:
    return MappingRef(connection_id, object_type)


Ref = Annotated[MappingRef, Depends(_ref)]
Writer = Annotated[Principal, Depends(require("hub.mappings.write"))]
IfMatch = Annotated[str | None, Header(description='Revision of the draft, like "3".')]


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["mappings"])
    _reading(routes, hub)
    _drafting(routes, hub)
    _publishing(routes, hub)
    return routes


def _reading(routes: APIRouter, hub: Hub) -> None:
    reader = [Depends(require("hub.mappings.read"))]

    @routes.get(f"{_PATH}/versions", dependencies=reader)
    def list_versions(ref: Ref) -> ListOf[model.VersionOut]:
        """Return all versions of a mapping, the newest first."""
        found = service.list_versions(hub, ref)
        who = hub.who()
        return ListOf(items=[model.VersionOut.of(each, who) for each in found], next=None)

    @routes.get(f"{_PATH}/versions/{{number}}", dependencies=reader)
    def read_version(ref: Ref, number: int) -> model.VersionWithText:
        """Return one version with its document."""
        return model.VersionWithText.whole(service.find_version(hub, ref, number))

    @routes.get(f"{_PATH}/diff", dependencies=reader)
    def compare(ref: Ref, before: int, after: int) -> ListOf[str]:
        """Return the lines of a unified diff between two versions."""
        return ListOf(items=service.diff(hub, ref, before, after), next=None)

    @routes.get(f"{_PATH}/held", dependencies=reader)
    def list_held(ref: Ref) -> ListOf[model.HeldOut]:
        """Return why fields of records are held, the most frequent reason first."""
        found = rows.held_values(hub, ref)
        items = [model.HeldOut(path=e.path, reason=e.reason, records=e.records) for e in found]
        return ListOf(items=items, next=None)

    @routes.get(f"{_PATH}/draft", dependencies=reader)
    def read_draft(ref: Ref, response: Response) -> model.VersionWithText:
        """Return the draft; 404 if there is none."""
        draft = service.find_draft(hub, ref)
        response.headers["ETag"] = f'"{draft.revision}"'
        return model.VersionWithText.whole(draft)


def _drafting(routes: APIRouter, hub: Hub) -> None:
    @routes.put(f"{_PATH}/draft")
    def save_draft(
        ref: Ref, draft: model.DraftIn, person: Writer, response: Response, if_match: IfMatch = None
    ) -> model.DraftOut:
        """Save the draft, sound or not; with If-Match only over that revision of it."""
        seen = expected_version(if_match)
        saved, checked = service.save_draft(
            hub, ref, draft.text, author=person.id, note=draft.note, seen=seen
        )
        response.headers["ETag"] = f'"{saved.revision}"'
        whole = model.VersionWithText.whole(saved)
        return model.DraftOut(draft=whole, check=model.CheckOut.of(checked))

    @routes.delete(f"{_PATH}/draft", status_code=204)
    def discard_draft(ref: Ref, person: Writer, if_match: IfMatch = None) -> None:
        """Drop the draft; with If-Match only that revision of it."""
        del person
        seen = expected_version(if_match)
        service.discard(hub, ref, service.find_draft(hub, ref).revision if seen is None else seen)

    @routes.post(f"{_PATH}/check")
    def check(ref: Ref, asked: model.CheckIn, person: Writer) -> model.CheckOut:
        """Check a text; nothing is saved."""
        del person
        checked = check_text(hub, ref, asked.text)
        if asked.laws and checked.is_sound:
            schema = app_schema(hub.connection(ref.connection), ref.object_type)
            checked = Checked((), try_laws(asked.text, ref.object_type, schema))
        return model.CheckOut.of(checked)

    @routes.post(f"{_PATH}/preview")
    def preview_version(ref: Ref, asked: model.PreviewIn, person: Writer) -> model.PreviewOut:
        """Say what publishing would do to the stored records; nothing is written."""
        del person
        text, number = service.text_of(hub, ref, asked.text, asked.version)
        found = preview(hub, ref, text, number, last=asked.last)
        return model.PreviewOut.of(found, asked.show)


def _publishing(routes: APIRouter, hub: Hub) -> None:
    @routes.post(f"{_PATH}/publish")
    def publish(ref: Ref, asked: model.PublishIn, person: Writer) -> model.VersionOut:
        """Put the draft in force; 409 if it changed, or the checker or the laws say no."""
        version = service.publish(hub, ref, seen=asked.seen, by=person.id)
        return model.VersionOut.of(version, hub.who())

    @routes.post(f"{_PATH}/rollback")
    def roll_back(ref: Ref, asked: model.RollbackIn, person: Writer) -> model.VersionOut:
        """Put an earlier version in force again."""
        version = service.roll_back(hub, ref, seen=asked.seen, to=asked.to, by=person.id)
        return model.VersionOut.of(version, hub.who())

    @routes.post(f"{_PATH}/value-maps/{{table}}/rows")
    def add_row(ref: Ref, table: str, asked: model.RowIn, person: Writer) -> model.RowOut:
        """Add a row to a value map and let go on what waited for it; `preview` only counts."""
        row = rows.Row(table=table, app=asked.app, golden=asked.golden, canonical=asked.canonical)
        if asked.preview:
            found, number = rows.released_by(hub, ref, row), None
        else:
            version, found = rows.add_value(hub, ref, row, by=person.id)
            number = version.number
        return model.RowOut(
            released=found.counts["released"],
            fields=sum(len(each.released) for each in found.records),
            version=number,
            preview=model.PreviewOut.of(found, 0),
        )
