"""Sends prepared rows in bulk; a row that is there already under its reference is left alone.

So a run that was cut off anywhere, on either side, is finished by running it again, and a second
run of a finished file writes nothing, even when people have edited the records since.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rectoverso.loading.model import BadRow, Finding, Prepared, Sent, Table
from rectoverso.rest import BULK, Rest


@dataclass(frozen=True, slots=True)
class Sender:
    """Writes the rows of one table to one collection (`/erp/api/v1/customers`)."""

    rest: Rest
    table: Table
    path: str
    progress: Callable[[int], None] = lambda _rows: None

    def send(self, rows: Sequence[Prepared]) -> Sent:
        """Send all rows."""
        ready = self._with_categories(rows) if any(row.category for row in rows) else rows
        sent = Sent()
        for start in range(0, len(ready), BULK):
            chunk = ready[start : start + BULK]
            self._send_chunk(chunk, sent)
            self.progress(len(chunk))
        return sent

    def _send_chunk(self, rows: Sequence[Prepared], sent: Sent) -> None:
        references = {self.table.reference(row.row.line): row for row in rows}
        ids = self.rest.known(self.path, list(references))
        sent.already += len(ids)
        missing = {ref: row for ref, row in references.items() if ref not in ids}
        for (ref, row), result in zip(missing.items(), self._write(missing), strict=True):
            if result.get("problem"):
                sent.refused.append(BadRow(row.row, _reasons(result["problem"])))
            else:
                sent.written += 1
                ids[ref] = result["id"]
        self._send_contacts({ids[ref]: row for ref, row in references.items() if ref in ids})

    def _write(self, rows: Mapping[str, Prepared]) -> list[dict[str, Any]]:
        items = [{"external_ref": ref, "values": row.values} for ref, row in rows.items()]
        return self.rest.bulk(self.path, items) if items else []

    def _send_contacts(self, rows: Mapping[str, Prepared]) -> None:
        """Write the people to talk to; only the CRM keeps them."""
        if not self.path.startswith("/crm/"):
            return
        path = self.path.replace("customers", "contacts")
        items = {
            f"{self.table.reference(row.row.line)}:contact": {**row.contact, "customer_id": id_}
            for id_, row in rows.items()
            if row.contact
        }
        known = self.rest.known(path, list(items)) if items else {}
        new = [
            {"external_ref": ref, "values": values}
            for ref, values in items.items()
            if ref not in known
        ]
        if new:
            self.rest.bulk(path, new)

    def _with_categories(self, rows: Sequence[Prepared]) -> list[Prepared]:
        """Put the id of its category in every row; categories that are missing are made."""
        path = self.path.replace("products", "categories")
        known: dict[str, str] = {}
        for category in self.rest.every(path):
            known |= {_plain(category["code"]): category["id"]}
            known |= {_plain(category["name"]): category["id"]}
        names = {_plain(row.category): row.category for row in rows if row.category}
        missing = [name for plain, name in names.items() if plain not in known]
        for name, result in self._make_categories(path, missing):
            known[_plain(name)] = result["id"]
        return [
            replace(row, values=row.values | {"category_id": known[_plain(row.category)]})
            if row.category and _plain(row.category) in known
            else row
            for row in rows
        ]

    def _make_categories(
        self, path: str, names: Sequence[str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        for start in range(0, len(names), BULK):
            chunk = names[start : start + BULK]
            items = [
                {"external_ref": f"load:category:{_plain(name)}"[:120], "values": _category(name)}
                for name in chunk
            ]
            for name, result in zip(chunk, self.rest.bulk(path, items), strict=True):
                if not result.get("problem"):
                    yield name, result


def _category(name: str) -> dict[str, Any]:
    return {"code": "-".join(name.upper().replace("/", " ").split())[:40], "name": name}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _reasons(problem: Mapping[str, Any]) -> list[Finding]:
    errors = problem.get("errors") or [{"reason": problem.get("detail") or problem.get("title")}]
    return [Finding(error.get("field"), str(error.get("reason"))) for error in errors]
