"""The register of erasures: a file outside the databases, so that no old copy undoes one.

One line of JSON for each tombstone, only ever added to. It holds hashes and our own ids, no names
and no external ids; it belongs with the key, not with the copies of the databases.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ground import strict_json

__all__ = ["Tombstone", "add_to_register", "read_register"]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The hash of an erased external record, with the golden record it was part of."""

    mark: str
    golden_id: str
    at: datetime
    by: str


def read_register(path: Path) -> dict[str, Tombstone]:
    """Return mark -> tombstone; a line that was cut off by a crash is left out."""
    if not path.exists():
        return {}
    found = {}
    for line in path.read_bytes().splitlines():
        try:
            row = strict_json.loads(line)
        except strict_json.StrictJsonError:
            continue  # the tombstone is in the table, and is added again from there
        if isinstance(row, dict):
            at = datetime.fromisoformat(str(row["at"]))
            mark = str(row["mark"])
            found[mark] = Tombstone(mark, str(row["golden_id"]), at, str(row["by"]))
    return found


def add_to_register(path: Path, tombstones: Iterable[Tombstone]) -> None:
    """Append tombstones; they are on the disk when this returns."""
    lines = [
        strict_json.dumps(
            {
                "mark": each.mark,
                "golden_id": each.golden_id,
                "at": each.at.isoformat(),
                "by": each.by,
            }
        )
        for each in tombstones
    ]
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.write(b"\n" + b"\n".join(lines) + b"\n")
        file.flush()
        os.fsync(file.fileno())
