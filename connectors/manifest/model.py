"""The whole manifest."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from connectors.contract import Deletes
from connectors.manifest.connecting import (
    AuthRule,
    CheckRule,
    Limits,
    ManagedFieldsRule,
    NoticeRule,
    Secret,
    SubscribeRule,
    Timing,
)
from connectors.manifest.kinds import NAME, Rule, Word
from connectors.manifest.reading import ChangesRule, ObjectType, ReadRule, RecordRule
from connectors.manifest.writing import BulkRule, DeleteRule, ErrorRule, ProblemRule, SingleRule

__all__ = ["Manifest"]


class Manifest(Rule):
    """One kind of system."""

    name: Word
    title: str
    dialect: Literal["rest", "code"] = "rest"
    """`code`: the folder's connector.py builds the connector from this manifest."""
    deletes: Deletes = Deletes.NONE
    secrets: tuple[Secret, ...] = ()
    auth: AuthRule = AuthRule()
    limits: Limits = Limits()
    timing: Timing = Timing()
    record: RecordRule = RecordRule()
    objects: dict[Word, ObjectType] = Field(min_length=1)
    check: CheckRule
    read: ReadRule = ReadRule()
    changes: ChangesRule = ChangesRule()
    bulk: BulkRule | None = None
    single: SingleRule | None = None
    delete: DeleteRule | None = None
    errors: tuple[ErrorRule, ...] = ()
    problem: ProblemRule = ProblemRule()
    notices: NoticeRule | None = None
    subscribe: SubscribeRule | None = None
    managed_fields: ManagedFieldsRule | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.bulk is None) == (self.single is None) and self.dialect == "rest":
            raise ValueError("a system is written by either bulk or single")
        if self.deletes is Deletes.TOMBSTONES and self.changes.tombstone is None:
            raise ValueError("tombstones need changes.tombstone")
        self._check_templates()
        return self

    def _check_templates(self) -> None:
        _only({secret.name for secret in self.secrets}, self.auth.headers.values())
        _only({"limit"}, self.changes.query.values())
        _only({"count"}, self.read.query.values())
        if self.bulk is not None:
            _only({"path"}, [self.bulk.path])
        if self.single is not None:
            _only({"path"}, [self.single.create_path])
            _only({"path", "id"}, [self.single.update_path])
            _only({"key"}, self.single.create_headers.values())
            _only({"version"}, self.single.update_headers.values())
        if self.delete is not None:
            _only({"path", "id"}, [self.delete.path])
            _only({"version"}, self.delete.headers.values())
        if self.managed_fields is not None:
            _only({"object"}, [self.managed_fields.path])


def _only(allowed: set[str], templates: Iterable[str]) -> None:
    for template in templates:
        unknown = set(NAME.findall(template)) - allowed
        if unknown:
            raise ValueError(f"{template!r} may not use {', '.join(sorted(unknown))}")
