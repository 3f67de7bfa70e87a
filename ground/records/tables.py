"""The tables behind records: one per kind, and what all kinds of an app share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from ground.columns import Id, Instant, Json
from ground.idempotency import answer_table
from ground.listing import FieldType, Grammar, ListField
from ground.records.fields import Flag
from ground.records.model import LONGEST_REF, Field, RecordKind


@dataclass(frozen=True, slots=True)
class RecordTables:
    """The tables of one app. `records`: by the kind's name."""

    records: Mapping[str, Table]
    managed: Table
    series: Table
    answers: Table


def record_tables(metadata: MetaData, kinds: Iterable[RecordKind]) -> RecordTables:
    """Define the tables in `metadata`."""
    return RecordTables(
        records={kind.name: _record_table(metadata, kind) for kind in kinds},
        managed=Table(
            "managed_fields",
            metadata,
            Column("collection", String(40), primary_key=True),
            Column("field", String(60), primary_key=True),
            Column("kept_by", String(120), nullable=False),
            Column("text", String(500), nullable=False),
            Column("set_by", Id, nullable=False),
        ),
        series=Table(
            "series",
            metadata,
            Column("name", String(40), primary_key=True),
            Column("next", BigInteger, nullable=False),
        ),
        answers=answer_table(metadata),
    )


def _record_table(metadata: MetaData, kind: RecordKind) -> Table:
    """Values are in `body`; what is searched, sorted or unique has a column besides."""
    own = [Column(field.name, _column_type(field)) for field in kind.fields if field.column]
    table = Table(
        kind.name,
        metadata,
        Column("id", Id, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("updated_at", Instant, nullable=False),
        Column("updated_by", Id, nullable=False),
        Column("external_ref", String(LONGEST_REF), unique=True),
        Column("deleted_at", Instant),
        *own,
        Column("search", Text, nullable=False),
        Column("body", Json, nullable=False),
    )
    Index(None, table.c.updated_at, table.c.id)
    for field in kind.fields:
        if field.unique:
            _unique_among_living(table, field.name)
        elif field.column:
            Index(None, table.c[field.name], table.c.id)
    return table


_HEAD = {
    "id": FieldType.TEXT,
    "version": FieldType.INTEGER,
    "created_at": FieldType.INSTANT,
    "updated_at": FieldType.INSTANT,
    "updated_by": FieldType.TEXT,
    "external_ref": FieldType.TEXT,
}
LIST_WORDS = frozenset({"updated_since", "include_deleted", "ids"})


def grammar(kind: RecordKind, table: Table) -> Grammar:
    """Return what a list of this kind may be asked for: its head and the fields with columns."""
    fields = {name: ListField(table.c[name], kind_of) for name, kind_of in _HEAD.items()}
    for field in kind.fields:
        if field.column:
            kind_of = FieldType.BOOLEAN if isinstance(field.type, Flag) else FieldType.TEXT
            fields[field.name] = ListField(table.c[field.name], kind_of)
    return Grammar(fields, table.c.id, (table.c.search,), other=LIST_WORDS)


def _column_type(field: Field) -> Boolean | String:
    return Boolean() if isinstance(field.type, Flag) else String(320)


def _unique_among_living(table: Table, name: str) -> None:
    living = table.c.deleted_at.is_(None)
    Index(
        f"uq_{table.name}_{name}",
        table.c[name],
        unique=True,
        sqlite_where=living,
        postgresql_where=living,
    )
