"""What is asked and answered over HTTP about the life of a golden record."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hub.clusters.model import Preview, Reshaped
from hub.golden.model import VersionRow
from master_data.clusters.model import Edge


class Reasoned(BaseModel):
    """A person's wish, with the reason that history keeps."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=2000)


class MergeIn(Reasoned):
    """`other` becomes part of the record in the address; `overrule`: despite a "different"."""

    other: str = Field(max_length=40)
    overrule: bool = False


class UnmergeIn(Reasoned):
    """The decision to take back; `apart`: they are told apart from now on."""

    decision: str = Field(max_length=40)
    apart: bool = True


class SplitIn(Reasoned):
    """The crossrefs that make a golden record of their own."""

    crossrefs: list[str] = Field(min_length=1, max_length=100)


class PinIn(BaseModel):
    """A value to fix, why, and until when (null: until it is lifted)."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(max_length=200)
    value: Any
    reason: str = Field(max_length=2000)
    until: AwareDatetime | None = None


class UnpinIn(Reasoned):
    """The field whose pin is lifted."""

    field: str = Field(max_length=200)


class ChangeOut(BaseModel):
    """One field that moves, with its reason."""

    path: str
    new: Any
    old: Any
    rule: str
    why: str
    source: str | None

    @staticmethod
    def all_of(changes: dict[str, list[Any]]) -> "list[ChangeOut]":
        """Return stored changes as they are told."""
        return [
            ChangeOut(path=path, new=new, old=old, rule=rule, why=why, source=source)
            for path, (new, old, rule, why, source, *_) in changes.items()
        ]


class OutlookOut(BaseModel):
    """One golden record as it would be; `conflicts`: field -> why a person must decide."""

    id: str
    title: str
    version: int
    state: str
    fields: dict[str, Any]
    changes: list[ChangeOut]
    conflicts: dict[str, str]


class WriteOut(BaseModel):
    """One write that would follow; `paths`: what differs there."""

    connection: str
    object_type: str
    external_id: str | None
    operation: str
    paths: list[str]


class PreviewOut(BaseModel):
    """What would come of it; nothing was written."""

    records: list[OutlookOut]
    writes: list[WriteOut]
    merged_away: list[str]

    @staticmethod
    def of(preview: Preview) -> "PreviewOut":
        """Return a preview as it is told."""
        records = [
            OutlookOut(
                id=each.golden.id,
                title=each.title,
                version=each.golden.version,
                state=each.golden.state.value,
                fields=each.golden.body,
                changes=ChangeOut.all_of(each.changes),
                conflicts=each.conflicts,
            )
            for each in preview.outlooks
        ]
        writes = [
            WriteOut(
                connection=each.connection,
                object_type=each.object_type,
                external_id=each.external_id,
                operation=each.operation,
                paths=list(each.paths),
            )
            for each in preview.writes
        ]
        return PreviewOut(records=records, writes=writes, merged_away=list(preview.merged_away))


class DoneOut(BaseModel):
    """The golden records as they stand now, and the decisions that were noted."""

    records: list[str]
    merged_away: list[str]
    decisions: list[str]

    @staticmethod
    def of(done: Reshaped) -> "DoneOut":
        """Return what was done."""
        return DoneOut(
            records=[each.golden.id for each in done.formed],
            merged_away=[each.id for each in done.joined],
            decisions=[each.id for each in done.added],
        )


class DecisionOut(BaseModel):
    """A decision that stands: `other` joined `one`, or was told apart from it."""

    id: str
    kind: str
    one: str
    other: str
    at: int
    by: str
    why: str
    evidence: dict[str, Any]

    @staticmethod
    def of(edge: Edge) -> "DecisionOut":
        """Return a decision; `at` is in microseconds since 1970, UTC."""
        return DecisionOut(
            id=edge.id,
            kind=edge.kind.value,
            one=edge.one,
            other=edge.other,
            at=edge.at,
            by=edge.by,
            why=edge.why,
            evidence=dict(edge.evidence),
        )


class VersionOut(BaseModel):
    """One version: who made it, by which event, and what changed."""

    version: int
    at: datetime
    connection: str | None
    actor: str | None
    event_id: str | None
    changes: list[ChangeOut]

    @staticmethod
    def of(row: VersionRow) -> "VersionOut":
        """Return a stored version."""
        return VersionOut(
            version=row.version,
            at=row.at,
            connection=row.connection,
            actor=row.actor,
            event_id=row.event_id,
            changes=ChangeOut.all_of(row.changes),
        )


class AsOfOut(BaseModel):
    """A golden record as it was."""

    id: str
    entity: str
    version: int
    title: str
    fields: dict[str, Any]


class PinnedOut(BaseModel):
    """The golden record after a pin was set or lifted."""

    id: str
    version: int
    field: str
    value: Any
