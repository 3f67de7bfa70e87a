"""Between records and notices: announces what changed, loads what a notice carries."""

from collections.abc import Callable, Mapping, Sequence

from ground.database import Connection
from ground.notices import Change, LoadRecords, Outbox
from ground.records import store
from ground.records.model import EXTERNAL_REF, Record
from ground.records.tables import RecordTables

Announce = Callable[[Connection, str, Sequence[Record]], None]
"""Tells the listeners, in the same transaction, which records of a collection changed."""


def announcing(outbox: Outbox) -> Announce:
    """Return what notes changes in an outbox."""

    def announce(connection: Connection, collection: str, records: Sequence[Record]) -> None:
        outbox.announce(
            connection,
            [
                Change(collection, each.id, each.version, each.updated_at, each.updated_by)
                for each in records
            ],
        )

    return announce


def loading(tables: RecordTables) -> LoadRecords:
    """Return what loads records for a notice as the REST API shows them; tombstones say more."""

    def load(
        connection: Connection, collection: str, ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, object]]:
        table = tables.records.get(collection)
        if table is None:
            return {}
        found = store.read_by(connection, table, "id", ids)
        return {each.id: _document(each) for each in found}

    return load


def _document(record: Record) -> Mapping[str, object]:
    if record.deleted_at is None:
        return record.document()
    return record.document() | {
        "updated_at": record.updated_at,
        "updated_by": record.updated_by,
        EXTERNAL_REF: record.external_ref,
    }
