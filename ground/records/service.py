"""The use cases of one collection: gather what is stored, decide, apply, announce."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ground import idempotency, strict_json
from ground.database import Connection, Database, DatabaseBusy, Work
from ground.env import Env
from ground.idempotency import FirstAnswer, Keyed
from ground.ids import is_id
from ground.records import rules, store
from ground.records.batch import Cleaned
from ground.records.errors import Gone, NotFound, Overtaken, RecordError, Refused
from ground.records.fields import Link
from ground.records.findings import FieldProblem, Findings
from ground.records.lists import Asked, Page
from ground.records.model import (
    Author,
    Intent,
    ManagedField,
    Record,
    RecordKind,
    Write,
    Written,
)
from ground.records.tables import RecordTables, grammar
from ground.records.telling import Announce
from ground.records.writing import Writing
from ground.strict_json import Json

T = TypeVar("T")

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Registry:
    """The collections of one app and what they share."""

    env: Env
    kinds: Mapping[str, RecordKind]
    tables: RecordTables
    announce: Announce

    def collection(self, name: str) -> "Collection":
        """Return a collection by its name."""
        return Collection(self.kinds[name], self)

    def is_ready(self) -> bool:
        """Tell whether the database answers and has the tables."""
        tables = self.tables.records.values()
        try:
            return self.env.db.read(lambda connection: store.has_tables(connection, tables))
        except DatabaseBusy:
            return False

    def links_to(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield (collection, field) of every link to a collection."""
        for kind in self.kinds.values():
            for field in kind.fields:
                if isinstance(field.type, Link) and field.type.to == name:
                    yield kind.name, field.name


class Collection:
    """All records of one kind."""

    def __init__(self, kind: RecordKind, registry: Registry) -> None:
        self.kind = kind
        self._registry = registry
        self.table = registry.tables.records[kind.name]
        self._writing = Writing(
            kind,
            registry.env,
            registry.tables,
            registry.announce,
            tuple(registry.links_to(kind.name)),
        )
        self._grammar = grammar(kind, self.table)

    @property
    def db(self) -> Database:
        """The database the records are in."""
        return self._registry.env.db

    # Reading

    def get(self, record_id: str) -> Record:
        """Return a living record. Errors: NotFound, Gone."""
        record = next(iter(self.read([record_id])), None)
        if record is None:
            raise NotFound
        if record.deleted_at is not None:
            raise Gone(record.id, record.version)
        return record

    def find(self, words: Iterable[tuple[str, str]]) -> Page:
        """Return a page of records by the query words of a list. Errors: ListingRefused.

        Besides filter, q, sort, after and limit: `updated_since` (inclusive; the order is then
        updated_at, id), `include_deleted=true` and `ids=a,b`.
        """
        asked = Asked.of(words)
        wanted = self._grammar.read(asked.words)
        found = self.db.read(lambda connection: store.find(connection, self.table, asked, wanted))
        items, following = wanted.page(found, _value_of)
        return Page(tuple(items), following)

    def count(self, words: Iterable[tuple[str, str]] = ()) -> int:
        """Return how many living records fit filter and q. Errors: ListingRefused."""
        wanted = self._grammar.read(Asked.of(words).words)
        return self.db.read(lambda connection: store.count(connection, self.table, wanted))

    def used(self, field: str, most: int = 100) -> list[str]:
        """Return the values that living records have in a field with a column, in order."""
        return self.db.read(lambda connection: store.used(connection, self.table, field, most))

    def read(self, ids: Iterable[str]) -> list[Record]:
        """Return the records with these ids, tombstones too, in the order of ids."""
        known = [each for each in ids if is_id(each, self.kind.prefix)]
        if not known:
            return []
        return self.db.read(lambda connection: store.read_by(connection, self.table, "id", known))

    # Writing

    def create(self, given: Mapping[str, Json], author: Author) -> Record:
        """Make a record. Errors: Refused, Duplicate, Kept."""
        return self._write_one(Write(Intent.CREATE, given), author).record

    def create_once(
        self,
        given: Mapping[str, Json],
        author: Author,
        request: Keyed,
        answer: Callable[[Record], FirstAnswer],
    ) -> FirstAnswer:
        """Make a record, or answer as the first time. Errors: KeyReused, KeyInFlight, as create."""
        cleaned = self._clean(Write(Intent.CREATE, given))
        table = self._registry.tables.answers

        def unit(connection: Connection) -> FirstAnswer:
            def create() -> FirstAnswer:
                return answer(
                    _written(self._writing.apply(connection, [cleaned], author)[0]).record
                )

            now = self.db.now(connection)
            idempotency.prune(connection, table, now)
            return idempotency.once(connection, table, request, now, create)

        return self.decided(unit)

    def update(
        self,
        record_id: str,
        given: Mapping[str, Json],
        author: Author,
        *,
        expected: int | None = None,
    ) -> Written:
        """Replace the given fields. Errors: NotFound, Gone, Stale, Refused, Duplicate, Kept."""
        return self._write_one(Write(Intent.UPDATE, given, record_id, expected), author)

    def bulk(
        self, writes: Sequence[Write], author: Author, *, lenient: bool = False
    ) -> list[Written | RecordError]:
        """Carry out each write by itself; one that fails does not disturb the others."""
        return self._write(writes, author, lenient=lenient)

    def delete(self, record_id: str, author: Author, *, expected: int | None = None) -> Record:
        """Leave a tombstone, also as answer to its create, should that be repeated.

        Errors: NotFound, Gone, Stale, InUse.
        """

        def unit(connection: Connection) -> Record:
            tombstone = self._writing.delete(connection, record_id, author, expected)
            beginning = strict_json.dumps({"id": record_id}).removesuffix(b"}")
            answers, instead = (
                self._registry.tables.answers,
                strict_json.dumps(tombstone.document()),
            )
            idempotency.forget(connection, answers, beginning, instead)
            return tombstone

        return self.decided(unit)

    # Managed fields

    def managed(self) -> dict[str, ManagedField]:
        """Return the fields that another system keeps up."""
        table = self._registry.tables.managed
        return self.db.read(
            lambda connection: store.managed_fields(connection, table, self.kind.name)
        )

    def keep(self, fields: Sequence[ManagedField]) -> None:
        """Make these the managed fields of the collection. Errors: Refused."""
        problems = [
            FieldProblem(each.field, "There is no such field; leave it out.")
            for each in fields
            if each.field not in self.kind.by_name
        ]
        if problems:
            raise Refused(problems)
        table = self._registry.tables.managed
        self.db.write(
            lambda connection: store.replace_managed_fields(
                connection, table, self.kind.name, fields
            )
        )

    # How a write is carried out

    def _write_one(self, write: Write, author: Author) -> Written:
        return _written(self._write([write], author, lenient=False)[0])

    def _write(
        self, writes: Sequence[Write], author: Author, *, lenient: bool
    ) -> list[Written | RecordError]:
        batch = [self._clean(write, lenient=lenient) for write in writes]
        try:
            return self.decided(lambda connection: self._writing.apply(connection, batch, author))
        except Overtaken:
            if len(batch) == 1:
                raise
        # Something in this batch collides again and again: let only that item fail.
        return [self._write_alone(each, author) for each in batch]

    def _write_alone(self, cleaned: Cleaned, author: Author) -> Written | RecordError:
        try:
            return self.decided(
                lambda connection: self._writing.apply(connection, [cleaned], author)[0]
            )
        except Overtaken as error:
            return error

    def decided(self, work: Work[T]) -> T:
        """Return what a unit of work returns, begun again while others overtake it."""
        for _ in range(_ATTEMPTS):
            try:
                return self.db.write(work)
            except (Overtaken, store.IntegrityError):
                continue
        raise Overtaken

    def _clean(self, write: Write, *, lenient: bool = False) -> Cleaned:
        findings = Findings(lenient=lenient)
        return Cleaned(write, rules.clean(self.kind, write.given, findings), findings)


def _value_of(record: Record, name: str) -> object:
    return record.values[name] if name in record.values else getattr(record, name, None)


def _written(outcome: Written | RecordError) -> Written:
    if isinstance(outcome, RecordError):
        raise outcome
    return outcome
