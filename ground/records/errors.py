"""Why a use case on a record failed.

RecordError
  NotFound       no such record, or not in this collection          look for another one
  Gone           it was deleted; its tombstone remains              stop
  Stale          it has another version than the caller expected    read again
  Refused        values that cannot be stored, field by field       correct them
  Duplicate      another record holds this unique value             use that one
  Kept           a field that another system keeps up               change it there
  InUse          other records still refer to it                    change those first
  Overtaken      others changed it each time it was read            try again in a moment
"""

from collections.abc import Sequence

from ground.records.findings import FieldProblem
from ground.strict_json import Json


class RecordError(Exception):
    """Base: `title` and `detail` in plain words; `extra` are further members of the problem."""

    status = 500
    title = "The record could not be changed"

    def __init__(self, detail: str, **extra: Json) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class NotFound(RecordError):
    """No such record."""

    status = 404
    title = "Not found"

    def __init__(self) -> None:
        super().__init__("There is no such record here.")


class Gone(RecordError):
    """The record was deleted."""

    status = 410
    title = "Deleted"

    def __init__(self, record_id: str, version: int) -> None:
        super().__init__(f"The record {record_id} was deleted.", id=record_id, version=version)


class Stale(RecordError):
    """The record has another version than expected."""

    status = 412
    title = "Changed in the meantime"

    def __init__(self, record_id: str, version: int) -> None:
        super().__init__(
            f"The record now has version {version}. Read it again and repeat your change.",
            id=record_id,
            version=version,
        )


class Refused(RecordError):
    """Values that cannot be stored."""

    status = 422
    title = "Some values cannot be stored"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        listed: list[Json] = [dict(problem.document()) for problem in problems]
        super().__init__("Correct the named fields and send it again.", errors=listed)


class Duplicate(RecordError):
    """Another record holds a value that must be unique."""

    status = 409
    title = "Already in use"

    def __init__(self, field: str, holder: str) -> None:
        self.field = field
        self.holder = holder
        super().__init__(
            f"Another record ({holder}) already has this {field}. Use that record.",
            field=field,
            other=holder,
        )


class Kept(RecordError):
    """A field that another system keeps up."""

    status = 409
    title = "Kept by another system"

    def __init__(self, field: str, kept_by: str, text: str) -> None:
        self.field = field
        super().__init__(
            text or f"This field is kept by {kept_by}. Change it there.",
            field=field,
            kept_by=kept_by,
            text=text,
        )


class InUse(RecordError):
    """Other records still refer to it."""

    status = 409
    title = "Still in use"

    def __init__(self, collection: str, field: str, example: str) -> None:
        super().__init__(
            f"Records in {collection} still refer to it, for example {example}. Change them first.",
            collection=collection,
            field=field,
            other=example,
        )


class Overtaken(RecordError):
    """Others changed the same records each time this one read them."""

    status = 503
    title = "Overtaken"

    def __init__(self) -> None:
        super().__init__("Others are changing the same records. Try again in a moment.")
