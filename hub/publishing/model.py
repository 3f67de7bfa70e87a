"""What checking and publishing a mapping says."""

from dataclasses import dataclass

from hub.mapping_versions.model import Laws

__all__ = ["Checked", "Remark"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing wrong in a mapping document: where (1-based), at which path, what to do."""

    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        """Place, path and message in one line."""
        where = f"line {self.line}, column {self.column}"
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker says of a text, and what trying its laws said, if they were tried."""

    remarks: tuple[Remark, ...]
    laws: Laws | None = None

    @property
    def is_sound(self) -> bool:
        """Say whether the checker finds nothing."""
        return not self.remarks
