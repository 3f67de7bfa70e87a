"""All figures of the road, in one run with the floor.

The systems are bare peers (peers.py), so the figures are the hub's: web process and workers; the
processor time of load, peers and database server is not counted, but they share the machine. The
floor relays the same bytes in the same run.
"""

from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvloop

from rectoverso.bench.figures import floor_per_s, machine
from rectoverso.bench.road.drive import Drive, RoadSize
from rectoverso.bench.road.running import running
from rectoverso.bench.servers import postgresql
from rectoverso.bench.sync import Tell

__all__ = ["RoadSize", "bench_road"]


def bench_road(
    size: RoadSize, tell: Tell, *, on_postgresql: bool = False, url: str | None = None
) -> dict[str, Any]:
    """Measure; return the figures with settings.

    `url`: an empty PostgreSQL database; none: a server of its own. Raises NotPossible.
    """
    workers = 2 if on_postgresql else 1
    own = postgresql() if on_postgresql and url is None else nullcontext(url)
    with TemporaryDirectory(prefix="rectoverso-road-") as name, own as found:
        folder = Path(name)
        with running(folder, url=found, workers=workers, backlog=size.backlog) as road:
            figures = uvloop.run(Drive(road, size, tell).all())
        tell("The floor…")
        relayed = floor_per_s(folder, count=size.notices, concurrency=size.concurrency)
    settings = {**asdict(size), **machine(), "processes": f"web, {workers} worker"}
    if on_postgresql:
        settings["durability"] = "PostgreSQL, fsync and synchronous_commit on, group commit"
    return {
        **figures,
        "floor_per_s": round(relayed, 1),
        "ratio_to_floor": round(figures["changes_per_s"] / relayed, 3),
        "batched_ratio_to_floor": round(figures["batched_per_s"] / relayed, 3),
        "settings": settings,
    }
