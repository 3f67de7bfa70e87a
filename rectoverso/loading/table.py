"""Reads a CSV or XLSX file into rows of texts; guesses encoding and delimiter.

Refuses a file that has no header, an open quote or NUL bytes.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from zipfile import BadZipFile

from rectoverso.loading.model import BadFile, Row, Table

_DELIMITERS = ",;\t|"
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DIGEST = 16
_LONGEST_CELL = 1_000_000


def read_table(path: Path, *, encoding: str | None = None) -> Table:
    """Read the file; raises BadFile."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from None
    is_workbook = body.startswith(b"PK")
    records = _workbook(body, path) if is_workbook else _csv(body, path, encoding)
    header, *rows = [row for row in records if any(row.cells)] or [Row(1, ())]
    if not any(header.cells):
        raise BadFile(f"{path} is empty: the first row must name the columns.")
    names = tuple(_trim(header.cells))
    shaped = [Row(row.line, _fit(row.cells, len(names))) for row in rows]
    return Table(hashlib.sha256(body).hexdigest()[:_DIGEST], names, shaped)


def _csv(body: bytes, path: Path, encoding: str | None) -> Iterator[Row]:
    text = _decode(body, path, encoding)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield Row(line, tuple(cell.strip() for cell in cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(f"{path}, line {line}: {error}; correct the quotes there.") from None


def _decode(body: bytes, path: Path, encoding: str | None) -> str:
    if encoding is not None:
        return _decode_as(body, path, encoding)
    for bom, found in _BOMS.items():
        if body.startswith(bom):
            return _decode_as(body, path, found)
    if b"\0" in body:
        raise BadFile(f"{path} is neither CSV nor XLSX.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _decode_as(body: bytes, path: Path, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except LookupError:
        raise BadFile(f"There is no encoding {encoding}; try utf-8, cp1252 or cp1251.") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path} is not {encoding}; name its encoding with --encoding.") from None


def _delimiter(text: str) -> str:
    """Return the delimiter that the header uses most, outside quotes."""
    bare = "".join(text.lstrip("\r\n").split('"')[::2]).splitlines() or [""]
    return max(_DELIMITERS, key=bare[0].count)


def _workbook(body: bytes, path: Path) -> Iterator[Row]:
    import openpyxl  # noqa: PLC0415  heavy, and most files are CSV

    try:
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError):
        raise BadFile(f"{path} is not an XLSX workbook; save it again as XLSX or CSV.") from None
    try:
        for line, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield Row(line, tuple(_text(cell) for cell in cells))
    finally:
        book.close()


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return str(cell).strip()


def _trim(cells: Iterable[str]) -> list[str]:
    """Leave out empty cells at the end."""
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _fit(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Cut idle cells at the end; a row that is still too long or too short keeps its length."""
    return (tuple(_trim(cells[width:])) and cells) or cells[:width]
