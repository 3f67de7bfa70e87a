"""Edits in the CRM over REST, and the watch for them in the ERP."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from ground import strict_json
from rectoverso.bench.installation import HOST, Installation
from rectoverso.bench.wire import Line, closed_loop, open_line, request
from rectoverso.errors import NotPossible

_BULK = 100
_PAGE = 500
_CRM = "/crm/api/v1/customers"
_ERP = "/erp/api/v1/customers"
_PATIENCE = 180.0
_STEADY_LINES = 16
_OK = 300  # below it an answer is a success


@dataclass(slots=True)
class Watch:
    """Follows the ERP's changes; `seen` is when each name was first read there."""

    line: Line
    headers: Mapping[str, str]
    since: str
    seen: dict[str, float] = field(default_factory=dict)

    async def look(self) -> None:
        """Read all changes since the last one read, which is read once more."""
        after: str | None = None
        while True:
            query = {"updated_since": self.since, "limit": str(_PAGE)}
            query |= {"after": after} if after else {}
            page = await _get(self.line, f"{_ERP}?{urlencode(query)}", self.headers)
            now = perf_counter()
            for record in page["items"]:
                self.seen.setdefault(record["name"], now)
                self.since = max(self.since, record["updated_at"])
            after = page["next"]
            if after is None:
                return

    async def until_seen(self, names: set[str], pause: float) -> None:
        """Look again and again until all names are there."""
        end = perf_counter() + _PATIENCE
        while not names <= self.seen.keys():
            if perf_counter() > end:
                missing = len(names - self.seen.keys())
                raise NotPossible(f"{missing} of {len(names)} changes never came to the ERP.")
            await self.look()
            await asyncio.sleep(pause)


@dataclass(slots=True)
class Editor:
    """Edits customers of one installation, each by giving it a name that says which edit it was."""

    installation: Installation
    customers: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    async def line(self) -> Line:
        """Return a new connection, closed with the editor."""
        self.lines.append(await open_line(*self.installation.address))
        return self.lines[-1]

    def close(self) -> None:
        """Close all connections."""
        for line in self.lines:
            line.close()

    @property
    def headers(self) -> dict[str, str]:
        """Return what every request carries."""
        key = self.installation.key
        return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    async def watch(self) -> Watch:
        """Return a watch that begins now."""
        line = await self.line()
        meta = await _get(line, "/erp/api/v1/meta", self.headers)
        return Watch(line, self.headers, meta["time"])

    async def seed(self, count: int) -> None:
        """Make customers in the CRM and wait until the ERP has them."""
        watch = await self.watch()
        line = await self.line()
        names = [f"Seed {number}" for number in range(count)]
        for start in range(0, count, _BULK):
            items = [_customer(name) for name in names[start : start + _BULK]]
            body = strict_json.dumps({"items": items})
            answer = await _ask(line, "POST", f"{_CRM}/bulk", self.headers, body)
            self.customers += [result["id"] for result in answer["results"]]
        await watch.until_seen(set(names), 0.1)

    async def burst(self, label: str, concurrency: int) -> float:
        """Edit every customer once, as fast as answers come; return the seconds to the ERP."""
        watch = await self.watch()
        names = {id_: f"{label} {number}" for number, id_ in enumerate(self.customers)}
        begin = perf_counter()
        editing = closed_loop(self.installation.address, names.items(), concurrency, self._edit)
        await asyncio.gather(editing, watch.until_seen(set(names.values()), 0.05))
        return max(watch.seen[name] for name in names.values()) - begin

    async def steady(self, label: str, rate: float, seconds: float) -> list[float]:
        """Edit at a steady rate; return seconds from the CRM's answer to the value in the ERP."""
        watch = await self.watch()
        count = min(int(rate * seconds), len(self.customers))
        names = {id_: f"{label} {number}" for number, id_ in enumerate(self.customers[:count])}
        lines = [await self.line() for _ in range(_STEADY_LINES)]
        answered: dict[str, float] = {}
        begin = perf_counter()

        async def edit(number: int, job: tuple[str, str]) -> None:
            await asyncio.sleep(max(0.0, begin + number / rate - perf_counter()))
            line = lines.pop() if lines else await self.line()
            await self._edit(line, job)
            answered[job[1]] = perf_counter()
            lines.append(line)

        jobs = [edit(number, job) for number, job in enumerate(names.items())]
        await asyncio.gather(*jobs, watch.until_seen(set(names.values()), 0.005))
        return [max(0.0, watch.seen[name] - answered[name]) for name in names.values()]

    async def _edit(self, line: Line, job: tuple[str, str]) -> None:
        id_, name = job
        body = strict_json.dumps({"name": name})
        await _ask(line, "PATCH", f"{_CRM}/{id_}", self.headers, body)

    async def records(self) -> list[dict[str, Any]]:
        """Return the customers as the CRM has them now."""
        line = await self.line()
        found: list[dict[str, Any]] = []
        for start in range(0, len(self.customers), _BULK):
            ids = ",".join(self.customers[start : start + _BULK])
            page = await _get(line, f"{_CRM}?ids={ids}&limit={_BULK}", self.headers)
            found += page["items"]
        return found


def _customer(name: str) -> dict[str, Any]:
    number = name.rpartition(" ")[2]
    address = {"uses": ["billing"], "street": f"Calle Mayor {number}", "city": "Madrid"}
    address |= {"postal_code": f"{int(number):05d}", "country": "ES"}
    point = {"kind": "email", "value": f"seed{number}@example.com", "preferred": True}
    values = {"kind": "organisation", "name": name, "lifecycle": "customer"}
    return {
        "external_ref": f"bench:{number}",
        "values": {**values, "addresses": [address], "contact_points": [point]},
    }


async def _get(line: Line, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return await _ask(line, "GET", path, headers, b"")


async def _ask(
    line: Line, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    status, answer = await line.ask(request(method, HOST, path, dict(headers), body))
    if status >= _OK:
        raise NotPossible(f"{method} {path.partition('?')[0]} was answered with {status}.")
    found: dict[str, Any] = strict_json.loads(answer, max_bytes=64 * 1024 * 1024)
    return found
