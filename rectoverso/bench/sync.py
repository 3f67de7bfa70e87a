"""`bench sync`: one change from the CRM to the ERP, its rate, its latency, its cost.

Everything runs on this machine, the load too, so all figures are together what it can do. The
floor is measured in the same run: its relay and its target share the machine in the same way.
"""

import asyncio
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import uvloop

from rectoverso.bench.edits import Editor
from rectoverso.bench.installation import (
    HOST,
    Installation,
    free_port,
    fresh_installation,
    listens,
    started,
    until,
)
from rectoverso.bench.notices import accepted_per_s, post
from rectoverso.bench.wire import Line, closed_loop, open_line, request

_SETTLE = 3.0  # seconds of quiet before memory is read
_FLOOR_BODY = 900  # bytes, about as much as a notice of one change


@dataclass(frozen=True, kw_only=True)  # without slots: its defaults are those of the options
class Size:
    """How much is done; the defaults take about a minute."""

    customers: int = 2000
    notices: int = 10_000
    accept_concurrency: int = 32
    edit_concurrency: int = 16
    rate: float = 20.0
    seconds: float = 15.0


Tell = Callable[[str], None]


def bench_sync(size: Size, tell: Tell) -> dict[str, Any]:
    """Measure; return the figures with machine, settings and durability."""
    with fresh_installation() as installation:
        figures = uvloop.run(_measure(installation, size, tell))
        tell("The floor…")
        floor = floor_per_s(installation.folder, size)
    return {
        **figures,
        "floor_per_s": round(floor, 1),
        "ratio_to_floor": round(figures["end_to_end_per_s"] / floor, 3),
        "settings": {**asdict(size), **machine()},
    }


async def _measure(installation: Installation, size: Size, tell: Tell) -> dict[str, Any]:
    await asyncio.sleep(_SETTLE)
    idle = installation.usage()
    peak = _Peak(installation)
    editor = Editor(installation)
    tell(f"Seeding {size.customers} customers…")
    await editor.seed(size.customers)
    tell("Edits in the CRM, until the ERP has them…")
    before = installation.usage()
    seconds = await editor.burst("Burst", size.edit_concurrency)
    after = installation.usage()
    tell("A steady rate…")
    latencies = sorted(await editor.steady("Steady", size.rate, size.seconds))
    tell("Signed notices…")
    records = await editor.records()
    editor.close()
    accepted = await accepted_per_s(installation, records, size.notices, size.accept_concurrency)
    return {
        "accepted_per_s": round(accepted, 1),
        "end_to_end_per_s": round(size.customers / seconds, 1),
        "latency_p50_ms": quantile_ms(latencies, 0.50),
        "latency_p95_ms": quantile_ms(latencies, 0.95),
        "cpu_ms_per_change": round(1000 * (after.cpu_s - before.cpu_s) / size.customers, 2),
        "idle_rss_mb": round(idle.rss_mb, 1),
        "loaded_rss_mb": round(peak.stop(), 1),
    }


class _Peak:
    """Remembers the largest memory from now until it is stopped."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._highest = 0.0
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while True:
            self._highest = max(self._highest, self._installation.usage().rss_mb)
            await asyncio.sleep(0.5)

    def stop(self) -> float:
        """Return the largest memory in megabytes."""
        self._task.cancel()
        return max(self._highest, self._installation.usage().rss_mb)


def quantile_ms(sorted_seconds: list[float], share: float) -> float:
    """Return a quantile in milliseconds."""
    place = min(len(sorted_seconds) - 1, int(share * len(sorted_seconds)))
    return round(1000 * sorted_seconds[place], 1)


def floor_per_s(folder: Path, size: Size) -> float:
    """Return how many requests a second the relay of floor.py brings to its target."""
    relay, sink = free_port(), free_port()
    program = [sys.executable, "-m", "rectoverso.bench.floor"]
    relay_command = [*program, str(relay), str(folder / "floor.db"), str(sink)]
    with (
        started([*program, str(sink)], folder / "sink.log"),
        started(relay_command, folder / "relay.log"),
    ):
        until(lambda: listens(sink), "The target of the floor")
        until(lambda: listens(relay), "The relay of the floor")
        return uvloop.run(_relayed_per_s(relay, sink, size))


async def _relayed_per_s(relay: int, sink: int, size: Size) -> float:
    body = b'{"record": "' + b"x" * _FLOOR_BODY + b'"}'
    one = request("POST", HOST, "/", {"Content-Type": "application/json"}, body)
    begin = perf_counter()
    jobs = [one] * size.notices
    await closed_loop((HOST, relay), jobs, size.accept_concurrency, post)
    line = await open_line(HOST, sink)
    while await _arrived(line) < size.notices:  # noqa: ASYNC110  another process counts
        await asyncio.sleep(0.01)
    line.close()
    return size.notices / (perf_counter() - begin)


async def _arrived(line: Line) -> int:
    _, answer = await line.ask(request("GET", HOST, "/"))
    return int(answer)


def machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    return {
        "cpus": os.cpu_count(),
        "cpu": _cpu_name(),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "durability": "SQLite WAL, synchronous=FULL, group commit",
        "processes": "parent, web, worker; load on the same machine",
    }


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
