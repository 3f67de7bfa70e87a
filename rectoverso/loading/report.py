"""What a person sees of a load: the preview, the file of bad rows, the sum."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rectoverso.loading.columns import Columns
from rectoverso.loading.model import BadRow, Finding, Prepared, Sent, Table


def write_bad_rows(path: Path, table: Table, bad: Sequence[BadRow]) -> None:
    """Write line, column, reason and the original cells; correct the cells and load the file."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "column", "reason", *table.header])
        for each in sorted(bad, key=lambda bad_row: bad_row.row.line):
            columns = "; ".join(finding.column or "" for finding in each.findings)
            reasons = " ".join(finding.reason for finding in each.findings)
            writer.writerow([each.row.line, columns, reasons, *each.row.cells])


def bad_rows_path(path: Path) -> Path:
    """Return where bad rows go when nothing is said: beside the working folder's other files."""
    return Path(f"{path.stem}.bad.csv")


def summary(
    good: Sequence[Prepared], bad: Sequence[BadRow], sent: Sent, columns: Columns
) -> dict[str, Any]:
    """Return the sum of a load, for machines."""
    all_bad = [*bad, *sent.refused]
    return {
        "rows": len(good) + len(bad),
        "written": sent.written,
        "already_there": sent.already,
        "bad": [_finding(each.row.line, finding) for each in all_bad for finding in each.findings],
        "remarks": [_finding(each.row.line, finding) for each in good for finding in each.findings],
        "columns_not_used": list(columns.unused),
    }


def _finding(line: int, finding: Finding) -> dict[str, Any]:
    return {"line": line, "column": finding.column, "reason": finding.reason}


def preview_rows(good: Sequence[Prepared], limit: int = 5) -> list[dict[str, str]]:
    """Return the first rows as they would be written, one short text per field."""
    return [
        {"line": str(each.row.line)}
        | {name: _short(value) for name, value in each.values.items() if value}
        for each in good[:limit]
    ]


def _short(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_short(member) for member in value)
    if isinstance(value, dict):
        return " ".join(member for member in value.values() if isinstance(member, str))
    return str(value)
