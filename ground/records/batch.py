"""Decides a batch of writes, one after the other, against what is stored. Pure.

`Stored` is everything the decision needs, read in a few statements; each decided write changes it
in memory, so that the next write of the batch sees it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ground.records.errors import Duplicate, Gone, NotFound, RecordError, Refused, Stale
from ground.records.fields import Link
from ground.records.findings import Findings
from ground.records.model import (
    EXTERNAL_REF,
    Intent,
    ManagedField,
    Record,
    RecordKind,
    Values,
    Write,
    Written,
)
from ground.records.rules import changed_fields, makes_a_circle, merge, refuse_kept
from ground.strict_json import Json


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A write with its given fields in normal form."""

    write: Write
    values: Values
    findings: Findings


@dataclass(slots=True)
class Stored:
    """What the database holds that a batch must know. Keys of `linked`: collection, then id."""

    records: dict[str, Record]
    by_ref: dict[str, str]
    holders: dict[str, dict[str, str]]
    linked: Mapping[str, Mapping[str, Record]]
    managed: Mapping[str, ManagedField]
    parents: dict[str, Json]
    read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember which versions were read."""
        self.read = {record.id: record.version for record in self.records.values()}


@dataclass(slots=True)
class Batch:
    """The writes of one request in the making. `number` gives the next number of the series."""

    kind: RecordKind
    stored: Stored
    author_id: str
    now: datetime
    new_id: Callable[[str], str]
    number: Callable[[], str]
    touched: dict[str, Record] = field(default_factory=dict)

    def decide(self, cleaned: Cleaned) -> Written | RecordError:
        """Return how this write ends."""
        try:
            return self._decide(cleaned)
        except RecordError as error:
            return error

    def _decide(self, cleaned: Cleaned) -> Written:
        before = self._find(cleaned)
        findings = Findings(cleaned.findings.lenient, [*cleaned.findings.problems])
        values = merge(
            self.kind,
            None if before is None else before.values,
            cleaned.values,
            linked=self._linked_values,
            new_id=lambda: self.new_id("el"),
            findings=findings,
        )
        self._check_links(cleaned.values, before, findings)
        if findings.problems:
            raise Refused(findings.problems)
        return self._settle(before, values, cleaned.values)

    def _find(self, cleaned: Cleaned) -> Record | None:
        write = cleaned.write
        ref = cleaned.values.get(EXTERNAL_REF)
        found_id = write.id
        if write.intent is Intent.UPSERT and found_id is None and isinstance(ref, str):
            found_id = self.stored.by_ref.get(ref)
        if found_id is None:
            return None
        found = self.stored.records.get(found_id)
        if found is None:
            raise NotFound
        if found.deleted_at is not None:
            raise Gone(found.id, found.version)
        if write.expected is not None and write.expected != found.version:
            raise Stale(found.id, found.version)
        return found

    def _linked_values(self, record_id: Json) -> Values | None:
        for records in self.stored.linked.values():
            if isinstance(record_id, str) and record_id in records:
                return records[record_id].values
        return None

    def _check_links(self, cleaned: Values, before: Record | None, findings: Findings) -> None:
        for name, value in cleaned.items():
            link = self.kind.by_name[name].type if name != EXTERNAL_REF else None
            if not isinstance(link, Link) or value is None:
                continue
            target = self._living(link.to, str(value))
            if target is None:
                findings.refuse(name, f"There is no such record in {link.to}; choose another.")
            elif name == self.kind.tree and before is not None:
                parents = {**self.stored.parents, before.id: value}
                if makes_a_circle(before.id, value, parents):
                    findings.refuse(name, "A record cannot stand below itself; choose another.")

    def _living(self, collection: str, record_id: str) -> Record | None:
        record = self.stored.linked.get(collection, {}).get(record_id)
        if collection == self.kind.name:
            record = self.stored.records.get(record_id, record)
        return record if record is not None and record.deleted_at is None else None

    def _settle(self, before: Record | None, values: Values, cleaned: Values) -> Written:
        changed = changed_fields(self.kind, None if before is None else before.values, values)
        ref = None if before is None else before.external_ref
        if EXTERNAL_REF in cleaned:
            given = cleaned[EXTERNAL_REF]
            ref = given if isinstance(given, str) else None
        if before is not None and not changed and ref == before.external_ref:
            return Written(before, created=False, changed=False)
        ref_changed = {EXTERNAL_REF} if before is not None and ref != before.external_ref else set()
        refuse_kept(changed | ref_changed, self.stored.managed, self.author_id)
        record = self._next_version(before, values, ref)
        self._refuse_duplicates(record, changed)
        if before is None and self.kind.series is not None:
            record.values[self.kind.series.field] = self.number()
        self._remember(before, record)
        return Written(record, created=before is None, changed=True)

    def _next_version(self, before: Record | None, values: Values, ref: str | None) -> Record:
        if before is None:
            return Record(
                id=self.new_id(self.kind.prefix),
                version=1,
                created_at=self.now,
                updated_at=self.now,
                updated_by=self.author_id,
                external_ref=ref,
                deleted_at=None,
                values=values,
            )
        return replace(
            before,
            version=before.version + 1,
            updated_at=max(self.now, before.updated_at),
            updated_by=self.author_id,
            external_ref=ref,
            values=values,
        )

    def _refuse_duplicates(self, record: Record, changed: frozenset[str]) -> None:
        if record.external_ref is not None:
            holder = self.stored.by_ref.get(record.external_ref, record.id)
            if holder != record.id:
                raise Duplicate(EXTERNAL_REF, holder)
        for name, held in self.stored.holders.items():
            value = record.values[name]
            if name in changed and isinstance(value, str):
                holder = held.get(value, record.id)
                if holder != record.id:
                    raise Duplicate(name, holder)

    def _remember(self, before: Record | None, record: Record) -> None:
        self.touched[record.id] = record
        self.stored.records[record.id] = record
        if before is not None and before.external_ref is not None:
            self.stored.by_ref.pop(before.external_ref, None)
        if record.external_ref is not None:
            self.stored.by_ref[record.external_ref] = record.id
        for name, held in self.stored.holders.items():
            old = None if before is None else before.values[name]
            if isinstance(old, str) and held.get(old) == record.id:
                del held[old]
            value = record.values[name]
            if isinstance(value, str):
                held[value] = record.id
        if self.kind.tree is not None:
            self.stored.parents[record.id] = record.values[self.kind.tree]
