"""`bench sync`: one change from the CRM to the ERP, its rate, its latency, its cost.

Everything runs on this machine, the load too, so all figures are together what it can do. The
floor is measured in the same run: its relay and its target share the machine in the same way.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import uvloop

from rectoverso.bench.edits import Editor
from rectoverso.bench.figures import floor_per_s, machine, quantile_ms
from rectoverso.bench.installation import (
    Installation,
    fresh_installation,
)
from rectoverso.bench.notices import accepted_per_s

_SETTLE = 3.0  # seconds of quiet before memory is read


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
        floor = floor_per_s(
            installation.folder, count=size.notices, concurrency=size.accept_concurrency
        )
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
