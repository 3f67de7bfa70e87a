"""Books that hold many customers and products from the beginning, and a shop that is empty.

Records that nobody wrote to are made up when they are asked for, so this process stays small.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.types import Receive, Scope, Send

from rectoverso.bench.peers import Peer, Peers

_Document = dict[str, Any]
_HOST = "127.0.0.1"
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)


class FullPeer(Peer):
    """The records of each collection, oldest change first: one a minute."""

    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        self._sizes = sizes

    def read(self, collection: str, query: str) -> _Document:
        """Return records by id, or a page of the feed."""
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        if "ids" in asked:
            numbers = [int(each[3:]) for each in asked["ids"].split(",")]
            return {"items": [_record(collection, each) for each in numbers], "next": None}
        first = int(asked.get("after", _first_since(asked.get("updated_since", ""))))
        size = self._sizes.get(collection, 0)
        end = min(size, first + int(asked["limit"]))
        items = [_record(collection, number) for number in range(first, end)]
        return {"items": items, "next": str(end) if end < size else None}


class EmptyPeer(Peer):
    """A system without records whose feed is empty; it counts what it is given."""

    def counts(self) -> dict[str, int]:
        """Return how many records there are, by collection."""
        return {name: len(records) for name, records in self._records.items()}


class LoadPeers(Peers):
    """Both, and under /counts how many records were brought to the shop.

    `latency`: seconds until a write is answered.
    """

    def __init__(self, customers: int, products: int, latency: float) -> None:
        super().__init__()
        self._latency = latency
        self._shop = EmptyPeer()
        books = FullPeer({"customers": customers, "products": products})
        self._peers = {"shop": self._shop, "books": books}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, a write only after a while."""
        if self._latency and scope["method"] == "POST":
            await asyncio.sleep(self._latency)
        await super().__call__(scope, receive, send)

    def _answer(self, scope: Scope, body: bytes) -> object:
        return self._shop.counts() if scope["path"] == "/counts" else super()._answer(scope, body)


def _first_since(instant: str) -> int:
    """Return the first number whose change is not older than this."""
    if not instant:
        return 0
    minutes = (datetime.fromisoformat(instant) - _BEGAN) / timedelta(minutes=1)
    return max(0, -int(-minutes // 1))


def _record(collection: str, number: int) -> _Document:
    stamp = (_BEGAN + timedelta(minutes=number)).isoformat()
    own_id = f"{collection[:2]}_{number}"
    head = {"id": own_id, "version": 1, "updated_at": stamp, "external_ref": None}
    return head | (_customer(number) if collection == "customers" else _product(number))


def _customer(number: int) -> _Document:
    street = {"uses": ["billing"], "street": f"Calle Mayor {number}", "city": "Madrid"}
    street |= {"postal_code": f"{number % 100_000:05d}", "country": "ES", "id": f"ad_{number}"}
    mail = {"kind": "email", "value": f"c{number}@example.com", "preferred": True}
    phone = {"kind": "phone", "value": f"+3491{number:07d}", "preferred": False}
    tax = {"scheme": "ES_NIF", "country": "ES", "value": f"B{number:08d}", "id": f"ta_{number}"}
    return {
        "number": f"C{number:07d}",
        "kind": "organisation",
        "name": f"{_word(number)} {_word(number // 400)} {number}",
        "legal_name": f"{_word(number)} {_word(number // 400)} {number} S.L.",
        "status": "active",
        "roles": ["customer"],
        "language": "es",
        "currency": "EUR",
        "payment_terms": "30 days",
        "addresses": [street],
        "contact_points": [mail | {"id": f"ma_{number}"}, phone | {"id": f"ph_{number}"}],
        "tax_ids": [tax],
        "other_ids": [],
    }


def _product(number: int) -> _Document:
    price = {"id": f"pr_{number}", "currency": "EUR", "price_list": "standard"}
    return {
        "sku": f"SKU-{number:07d}",
        "name": f"{_word(number)} {_word(number // 400)} {number}",
        "description": f"Item {number} of the list.",
        "type": "goods",
        "gtins": [],
        "category_id": None,
        "uom": "EA",
        "tax_class": "standard",
        "lifecycle": "active",
        "prices": [price | {"amount": f"{number % 1000}.50"}],
    }


_BEGINNINGS = [
    "Al",
    "Ber",
    "Cor",
    "Dal",
    "Est",
    "Fer",
    "Gar",
    "Hol",
    "Ind",
    "Jar",
    "Kal",
    "Lum",
    "Mar",
    "Nor",
    "Oro",
    "Pal",
    "Qui",
    "Ros",
    "Sol",
    "Tor",
]
_ENDINGS = [
    "ana",
    "era",
    "ino",
    "osa",
    "uco",
    "alba",
    "ento",
    "igo",
    "ora",
    "una",
    "aria",
    "elo",
    "iva",
    "ona",
    "ute",
    "axa",
    "esta",
    "izo",
    "omo",
    "uel",
]


def _word(number: int) -> str:
    """Return one of 400 words."""
    return _BEGINNINGS[number % 20] + _ENDINGS[number // 20 % 20]


if __name__ == "__main__":
    uvicorn.Server(
        uvicorn.Config(
            LoadPeers(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])),
            host=_HOST,
            port=int(sys.argv[1]),
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
        )
    ).run()
