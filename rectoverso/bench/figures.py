"""What every measurement needs: quantiles, the machine, and the floor taken in the same run."""

import asyncio
import os
import platform
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import uvloop

from rectoverso.bench.installation import HOST, free_port, listens, started, until
from rectoverso.bench.notices import post
from rectoverso.bench.wire import Line, closed_loop, open_line, request

_FLOOR_BODY = 900  # bytes, about as much as a notice of one change


def quantile_ms(sorted_seconds: list[float], share: float) -> float:
    """Return a quantile in milliseconds."""
    place = min(len(sorted_seconds) - 1, int(share * len(sorted_seconds)))
    return round(1000 * sorted_seconds[place], 1)


def floor_per_s(folder: Path, *, count: int, concurrency: int) -> float:
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
        return uvloop.run(_relayed_per_s(relay, sink, count, concurrency))


async def _relayed_per_s(relay: int, sink: int, count: int, concurrency: int) -> float:
    body = b'{"record": "' + b"x" * _FLOOR_BODY + b'"}'
    one = request("POST", HOST, "/", {"Content-Type": "application/json"}, body)
    begin = perf_counter()
    jobs = [one] * count
    await closed_loop((HOST, relay), jobs, concurrency, post)
    line = await open_line(HOST, sink)
    while await _arrived(line) < count:  # noqa: ASYNC110  another process counts
        await asyncio.sleep(0.01)
    line.close()
    return count / (perf_counter() - begin)


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
