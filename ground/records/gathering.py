"""Reads in a few statements what a batch of writes has to know."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ground.database import Connection
from ground.records import store
from ground.records.batch import Cleaned, Stored
from ground.records.fields import Link
from ground.records.model import EXTERNAL_REF, Intent, Record, RecordKind
from ground.records.tables import RecordTables
from ground.strict_json import Json


@dataclass(frozen=True, slots=True)
class Gathering:
    """One kind's way to what is stored."""

    kind: RecordKind
    tables: RecordTables

    def stored(self, connection: Connection, batch: Sequence[Cleaned]) -> Stored:
        """Return what these writes may touch, locked until the transaction ends."""
        parents = self._parents(connection, batch)
        records = self._records(connection, batch)
        return Stored(
            records=records,
            by_ref={
                record.external_ref: record.id
                for record in records.values()
                if record.external_ref is not None
            },
            holders=self._holders(connection, batch),
            linked=self._linked(connection, batch, records.values()),
            managed=store.managed_fields(connection, self.tables.managed, self.kind.name),
            parents=parents,
        )

    def _records(self, connection: Connection, batch: Sequence[Cleaned]) -> dict[str, Record]:
        table = self.tables.records[self.kind.name]
        ids = [each.write.id for each in batch if each.write.id is not None]
        refs = [ref for each in batch if isinstance(ref := each.values.get(EXTERNAL_REF), str)]
        found = store.read_by(connection, table, "id", ids, lock=store.Lock.CHANGE) if ids else []
        if refs:
            found += store.read_by(connection, table, EXTERNAL_REF, refs, lock=store.Lock.CHANGE)
        return {record.id: record for record in found}

    def _holders(
        self, connection: Connection, batch: Sequence[Cleaned]
    ) -> dict[str, dict[str, str]]:
        table = self.tables.records[self.kind.name]
        holders = {}
        for field in self.kind.fields:
            if not field.unique or field.given:
                continue
            wanted = [
                value for each in batch if isinstance(value := each.values.get(field.name), str)
            ]
            if wanted:
                holders[field.name] = store.holders(connection, table, field.name, wanted)
        return holders

    def _linked(
        self,
        connection: Connection,
        batch: Sequence[Cleaned],
        records: Iterable[Record],
    ) -> Mapping[str, Mapping[str, Record]]:
        linked: dict[str, dict[str, Record]] = {}
        for field in self.kind.fields:
            if not isinstance(field.type, Link):
                continue
            wanted = [each.values.get(field.name) for each in batch]
            if self.kind.finish is not None:
                wanted += [record.values.get(field.name) for record in records]
            ids = [value for value in wanted if isinstance(value, str)]
            if ids:
                table = self.tables.records[field.type.to]
                found = store.read_by(connection, table, "id", ids, lock=store.Lock.DELETE)
                linked.setdefault(field.type.to, {}).update({each.id: each for each in found})
        return linked

    def _parents(self, connection: Connection, batch: Sequence[Cleaned]) -> dict[str, Json]:
        """Return what stands above the parents to be; before any row is locked, so none waits."""
        tree, table = self.kind.tree, self.tables.records[self.kind.name]
        lowest = [] if tree is None else [each.values.get(tree) for each in batch if _moves(each)]
        wanted = [each for each in lowest if isinstance(each, str)]
        if tree is None or not wanted:
            return {}
        store.hold_tree(connection, table)
        return store.parents(connection, table, tree, wanted)


def _moves(cleaned: Cleaned) -> bool:
    """Tell whether a write may change a record that is there: nobody stands below a new one."""
    return cleaned.write.intent is not Intent.CREATE


def possible_creates(batch: Sequence[Cleaned], stored: Stored) -> int:
    """Return how many new records the batch can make at most."""
    return sum(
        each.write.id is None
        and (
            each.write.intent is Intent.CREATE
            or str(each.values.get(EXTERNAL_REF)) not in stored.by_ref
        )
        for each in batch
    )
