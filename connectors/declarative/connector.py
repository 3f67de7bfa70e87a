"""A connector made of a manifest alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import (
    Absent,
    BrokenItem,
    Capabilities,
    Change,
    ChangePage,
    ConnectionConfig,
    Delete,
    Health,
    Json,
    ManagedField,
    Record,
    SourceState,
    Write,
    WriteResult,
)
from connectors.declarative import notices, reading
from connectors.declarative.bulk import write_bulk
from connectors.declarative.client import Call, Client
from connectors.declarative.paths import text_at
from connectors.declarative.signature import verify_standard
from connectors.declarative.single import delete_single, write_single
from connectors.errors import NotSupported, NotUnderstood
from connectors.manifest import Manifest, fill
from ground.door import SafeHttp
from ground.env import Clock

__all__ = ["DeclarativeConnector", "capabilities_of"]


def capabilities_of(manifest: Manifest) -> Capabilities:
    """Return what a system with this manifest can do."""
    bulk, single = manifest.bulk, manifest.single
    return Capabilities(
        object_types=tuple(manifest.objects),
        comparable_version=manifest.record.comparable_version,
        client_key=(bulk is not None and bulk.upsert) or (single is not None and single.upsert),
        bulk_write=bulk.most if bulk is not None else 1,
        bulk_read=manifest.read.most,
        read_lag=manifest.timing.read_lag,
        settles_within=manifest.timing.settles_within,
        notices=manifest.notices is not None,
        managed_fields=manifest.managed_fields is not None,
        deletes=manifest.deletes,
        guarded_write=(bulk is not None and bulk.item_version is not None)
        or (single is not None and bool(single.update_headers)),
        can_delete=manifest.delete is not None,
    )


class DeclarativeConnector:
    """Speaks to one connection as its manifest says; `schemas` by object type."""

    def __init__(
        self,
        manifest: Manifest,
        schemas: Mapping[str, Record],
        config: ConnectionConfig,
        http: SafeHttp,
        clock: Clock,
    ) -> None:
        manifest = _as_configured(manifest, config.settings)
        self.manifest = manifest
        self.capabilities = capabilities_of(manifest)
        self._schemas = schemas
        self._clock = clock
        self._client = Client(manifest, config, http, clock)

    def check(self) -> Health:
        """Return who answers and how far its clock is from ours."""
        return reading.check(self._client, self._clock)

    def discover(self) -> dict[str, Record]:
        """Return the schemas that came with the manifest."""
        return dict(self._schemas)

    def changes(self, object_type: str, cursor: str | None, limit: int) -> ChangePage:
        """Return what changed since the cursor."""
        return reading.changes(self._client, self._clock, object_type, cursor, limit)

    def read(
        self, object_type: str, external_ids: Sequence[str]
    ) -> dict[str, SourceState | Absent]:
        """Return the present state of each id."""
        return reading.read(self._client, object_type, external_ids)

    def write(
        self, object_type: str, writes: Sequence[Write], not_after: datetime
    ) -> list[WriteResult]:
        """Write records by the bulk endpoint if there is one."""
        if not writes:
            return []
        if self.manifest.bulk is not None:
            return write_bulk(self._client, self.manifest.bulk, object_type, writes, not_after)
        if self.manifest.single is not None:
            return write_single(self._client, self.manifest.single, object_type, writes, not_after)
        raise NotSupported("write")

    def delete(
        self, object_type: str, deletes: Sequence[Delete], not_after: datetime
    ) -> list[WriteResult]:
        """Delete records one by one."""
        if self.manifest.delete is None:
            raise NotSupported("delete")
        return delete_single(self._client, self.manifest.delete, object_type, deletes, not_after)

    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
    ) -> str:
        """Return the notice's id if it is signed."""
        if self.manifest.notices is None:
            raise NotSupported("notices")
        return verify_standard(headers, body, secrets, now)

    def parse_notice(self, document: Json) -> list[Change | BrokenItem]:
        """Return the changes of a notice."""
        if self.manifest.notices is None:
            raise NotSupported("notices")
        return notices.parse_notice(self.manifest.notices, self.manifest.objects, document)

    def keep_fields(self, object_type: str, fields: Sequence[ManagedField]) -> None:
        """Replace the list of fields only we may write."""
        rule = self.manifest.managed_fields
        if rule is None:
            raise NotSupported("managed fields")
        kept: list[Json] = [
            {rule.field: one.field, rule.kept_by: one.kept_by, rule.text: one.text}
            for one in fields
        ]
        path = fill(rule.path, object=object_type)
        self._client.ask(Call(method=rule.method, path=path, document={rule.fields: kept}))

    def subscribe(self, url: str) -> str:
        """Ask for notices to `url` and return their secret."""
        rule = self.manifest.subscribe
        if rule is None:
            raise NotSupported("subscription")
        body: Record = {name: _json(value) for name, value in rule.body.items()} | {rule.url: url}
        answer = self._client.ask(Call(method=rule.method, path=rule.path, document=body))
        secret = text_at(answer.document, rule.secret)
        if secret is None:
            raise NotUnderstood(f"there is no secret at {rule.secret!r}")
        return secret


def _json(value: str | bool | list[str]) -> Json:  # noqa: FBT001  a value, no switch
    return [*value] if isinstance(value, list) else value


def _as_configured(manifest: Manifest, settings: Mapping[str, Any]) -> Manifest:
    """Return the manifest with what an integrator knows better of this one system."""
    limits, bulk = manifest.limits, manifest.bulk
    if calls := settings.get("calls_per_second"):
        limits = limits.model_copy(update={"per_second": float(calls), "burst": int(calls)})
    if bulk is not None and (most := settings.get("records_per_write")):
        bulk = bulk.model_copy(update={"most": max(1, min(int(most), bulk.most))})
    return manifest.model_copy(update={"limits": limits, "bulk": bulk})
