"""Puts the demo into the apps over their REST API; what is there already is left alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rectoverso.demo.catalogue import DemoRecord
from rectoverso.demo.spread import Demo
from rectoverso.errors import NotPossible
from rectoverso.rest import BULK, Rest


@dataclass(slots=True)
class Feed:
    """One loading of the demo; `ids` are the records' by reference, per collection."""

    rest: Rest
    progress: Callable[[int], None] = lambda _records: None
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    def load(self, demo: Demo) -> None:
        """Load everything; what others point to goes first. Raises NotPossible."""
        branches = [record for record in demo.erp_categories if not record.links]
        leaves = [record for record in demo.erp_categories if record.links]
        self._load("/erp/api/v1/categories", branches)
        self._load("/erp/api/v1/categories", leaves, "/erp/api/v1/categories")
        self._load("/erp/api/v1/products", demo.erp_products, "/erp/api/v1/categories")
        self._load("/crm/api/v1/customers", demo.crm_customers)
        self._load("/crm/api/v1/contacts", demo.crm_contacts, "/crm/api/v1/customers")
        self._load("/erp/api/v1/customers", demo.erp_customers)

    def _load(self, path: str, records: Sequence[DemoRecord], links: str = "") -> None:
        known = self.ids.setdefault(path, {})
        targets = self.ids.get(links, {})
        for chunk in _chunks(records):
            there = self.rest.known(path, [record.ref for record in chunk])
            known |= there
            new = [record for record in chunk if record.ref not in there]
            items = [_item(record, targets) for record in new]
            results = self.rest.bulk(path, items) if items else []
            for record, result in zip(new, results, strict=True):
                if result.get("problem"):
                    raise NotPossible(f"{path} refused {record.ref}: {result['problem']}.")
                known[record.ref] = result["id"]
            self.progress(len(chunk))


def _item(record: DemoRecord, targets: dict[str, str]) -> dict[str, object]:
    links = {name: targets[ref] for name, ref in record.links.items()}
    return {"external_ref": record.ref, "values": record.values | links}


def _chunks(records: Sequence[DemoRecord]) -> Iterator[Sequence[DemoRecord]]:
    for start in range(0, len(records), BULK):
        yield records[start : start + BULK]
