"""Carries out writes within one unit of work: gather, decide, save, announce."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ground.database import Connection
from ground.env import Env
from ground.records import store
from ground.records.batch import Batch, Cleaned
from ground.records.errors import Gone, InUse, NotFound, Overtaken, RecordError, Stale
from ground.records.gathering import Gathering, possible_creates
from ground.records.model import Author, Record, RecordKind, Written
from ground.records.tables import RecordTables
from ground.records.telling import Announce


@dataclass(frozen=True, slots=True)
class Writing:
    """How records of one kind are written. `links`: (collection, field) that lead to them."""

    kind: RecordKind
    env: Env
    tables: RecordTables
    announce: Announce
    links: Sequence[tuple[str, str]]

    def apply(
        self, connection: Connection, cleaned: Sequence[Cleaned], author: Author
    ) -> list[Written | RecordError]:
        """Carry out a batch; return how each write ended. Errors: Overtaken."""
        stored = Gathering(self.kind, self.tables).stored(connection, cleaned)
        batch = Batch(
            kind=self.kind,
            stored=stored,
            author_id=author.id,
            now=self.env.db.now(connection),
            new_id=self.env.ids.new,
            number=self._numbers(connection, possible_creates(cleaned, stored)),
        )
        outcomes = [batch.decide(each) for each in cleaned]
        self._save(connection, list(batch.touched.values()), stored.read)
        return outcomes

    def _save(
        self, connection: Connection, touched: Sequence[Record], read: Mapping[str, int]
    ) -> None:
        if not touched:
            return
        new = [record for record in touched if record.id not in read]
        old = [record for record in touched if record.id in read]
        store.add_records(connection, self.kind, self.tables.records[self.kind.name], new)
        if not store.change_records(
            connection, self.kind, self.tables.records[self.kind.name], old, read
        ):
            raise Overtaken
        self.announce(connection, self.kind.name, touched)

    def _numbers(self, connection: Connection, most: int) -> Callable[[], str]:
        """Return a source of numbers that takes `most` of them at its first use."""
        series = self.kind.series
        taken: list[int] = []

        def number() -> str:
            if series is None:
                raise LookupError(self.kind.name)
            if not taken:
                table = self.tables.series
                first = store.take_numbers(connection, table, self.kind.name, most)
                taken.extend(range(first + most - 1, first - 1, -1))
            return series.form.format(taken.pop())

        return number

    def delete(
        self,
        connection: Connection,
        record_id: str,
        author: Author,
        expected: int | None,
    ) -> Record:
        """Leave a tombstone. Errors: NotFound, Gone, Stale, InUse, Overtaken."""
        found = store.read_by(
            connection,
            self.tables.records[self.kind.name],
            "id",
            [record_id],
            lock=store.Lock.CHANGE,
        )
        if not found:
            raise NotFound
        (before,) = found
        if before.deleted_at is not None:
            raise Gone(before.id, before.version)
        if expected is not None and expected != before.version:
            raise Stale(before.id, before.version)
        self._refuse_in_use(connection, record_id)
        now = max(self.env.db.now(connection), before.updated_at)
        tombstone = replace(
            before,
            version=before.version + 1,
            updated_at=now,
            updated_by=author.id,
            deleted_at=now,
            values={},
        )
        self._save(connection, [tombstone], {before.id: before.version})
        return tombstone

    def _refuse_in_use(self, connection: Connection, record_id: str) -> None:
        for collection, field in self.links:
            table = self.tables.records[collection]
            user = store.first_user_of(connection, table, field, record_id)
            if user is not None:
                raise InUse(collection, field, user)
