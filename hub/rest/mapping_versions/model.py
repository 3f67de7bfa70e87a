"""What goes in and out over HTTP about versions of mappings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from hub.mapping_versions.model import StoredVersion
from hub.publishing.model import Checked, Preview, Remark

__all__ = [
    "CheckIn",
    "CheckOut",
    "DraftIn",
    "DraftOut",
    "HeldOut",
    "PreviewIn",
    "PreviewOut",
    "PublishIn",
    "RollbackIn",
    "RowIn",
    "RowOut",
    "VersionOut",
    "VersionWithText",
]

Text = Annotated[str, Field(max_length=262_144, description="The mapping document (YAML).")]


class VersionOut(BaseModel):
    """One version of a mapping. `laws`: due, green or broken (with the counter-example)."""

    connection: str
    object_type: str
    number: int
    state: str
    digest: str
    author: str
    author_name: str = ""
    note: str
    revision: int
    laws: str | None
    law_broken: str | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    published_by: str | None

    @classmethod
    def shown(cls, version: StoredVersion) -> dict[str, Any]:
        """Return what is shown of a version."""
        names = VersionOut.model_fields.keys() - {"laws", "law_broken", "state", "author_name"}
        laws = version.laws
        return {name: getattr(version, name) for name in names} | {
            "state": version.state.value,
            "laws": laws.state.value if laws else None,
            "law_broken": (laws.why or None) if laws else None,
        }

    @staticmethod
    def of(version: StoredVersion, who: Mapping[str, str] | None = None) -> "VersionOut":
        """Return a version without its text; `who`: id -> name of those who write versions."""
        name = (who or {}).get(version.author, "")
        return VersionOut(**VersionOut.shown(version), author_name=name)


class VersionWithText(VersionOut):
    """One version with its document."""

    text: str

    @staticmethod
    def whole(version: StoredVersion) -> "VersionWithText":
        """Return a version with its text."""
        return VersionWithText(**VersionOut.shown(version), text=version.text)


class RemarkOut(BaseModel):
    """One thing wrong in a document: where (1-based), at which path, what to do."""

    line: int
    column: int
    path: str
    message: str

    @staticmethod
    def of(remark: Remark) -> "RemarkOut":
        """Return a remark."""
        return RemarkOut(
            line=remark.line, column=remark.column, path=remark.path, message=remark.message
        )


class CheckIn(BaseModel):
    """A text to check; with `laws`, its laws are tried too (seconds)."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    laws: bool = False


class CheckOut(BaseModel):
    """What the checker says; `sound` when it finds nothing."""

    sound: bool
    remarks: list[RemarkOut]
    laws: str | None = None
    law_broken: str | None = None

    @staticmethod
    def of(checked: Checked) -> "CheckOut":
        """Return what was said of a text."""
        laws = checked.laws
        return CheckOut(
            sound=checked.is_sound,
            remarks=[RemarkOut.of(each) for each in checked.remarks],
            laws=laws.state.value if laws else None,
            law_broken=(laws.why or None) if laws else None,
        )


class DraftIn(BaseModel):
    """The text of a draft."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    note: Annotated[str, Field(default="", max_length=500)]


class DraftOut(BaseModel):
    """A saved draft and what the checker says of it."""

    draft: VersionWithText
    check: CheckOut


class PreviewIn(BaseModel):
    """What to preview: a text, else a version, else the draft; over the `last` records, or all."""

    model_config = ConfigDict(extra="forbid")

    text: Text | None = None
    version: Annotated[int | None, Field(default=None, ge=1)]
    last: Annotated[int | None, Field(default=None, ge=1)]
    show: Annotated[int, Field(default=100, ge=0, le=1000, description="Records in the answer.")]


class PreviewOut(BaseModel):
    """What publishing would do; `records` are the first of `affected`: something happens there."""

    counts: dict[str, int]
    affected: int
    writes: dict[str, dict[str, int]]
    calls: dict[str, int]
    records: list[dict[str, Any]]

    @staticmethod
    def of(found: Preview, show: int) -> "PreviewOut":
        """Return a preview with at most `show` records."""
        return PreviewOut(
            counts=found.counts,
            affected=len(found.records),
            writes=found.write_counts,
            calls=found.calls,
            records=[each.to_json() for each in found.records[:show]],
        )


class PublishIn(BaseModel):
    """Publish the draft as it was at revision `seen`."""

    model_config = ConfigDict(extra="forbid")

    seen: int


class RollbackIn(BaseModel):
    """Go back from `seen`, the version in force, to an earlier one; no `to`: the one before."""

    model_config = ConfigDict(extra="forbid")

    seen: int
    to: int | None = None


class RowIn(BaseModel):
    """A row app <-> golden; `canonical`: written for the golden value; `preview`: only say."""

    model_config = ConfigDict(extra="forbid")

    app: str | int | bool
    golden: Annotated[str, Field(max_length=200)]
    canonical: bool = False
    preview: bool = False


class RowOut(BaseModel):
    """What a row releases; `version`: the one published with it, null after a preview."""

    released: int
    fields: int
    version: int | None
    preview: PreviewOut


class HeldOut(BaseModel):
    """One reason why a field is held, and of how many records."""

    path: str
    reason: str
    records: int
