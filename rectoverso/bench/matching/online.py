"""One record against many golden records: how long, how much memory, how it grows.

The index is built by one process and searched by another, so that memory is that of the search.
"""

import gc
import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from ground.database import Connection, Database, open_database
from master_data.index import store
from master_data.index.online import Found, find
from master_data.index.tables import METADATA
from master_data.likeness.model import shipped_model
from master_data.likeness.scoring import Scorer
from rectoverso.bench.matching.people import Words, people, respelt
from rectoverso.errors import CommandError
from rectoverso.preparation import prepare
from rectoverso.settings import Settings

_SCHEMA = "rectoverso_bench"
_SMALL = 10_000
_WARM_UP = 200


def measure_online(
    records: int, queries: int, postgresql: str | None, folder: Path | None = None
) -> dict[str, Any]:
    """Return p50, p95 and memory of a search; SQLite always, PostgreSQL if its URL is given.

    `folder`: where the files of SQLite lie meanwhile; None: where temporary files lie.
    """
    name = "1m" if records == 1_000_000 else f"{records // 1000}k"
    with TemporaryDirectory(prefix="rectoverso-bench-", dir=folder) as place:
        small = _apart(f"sqlite:///{place}/small.db", min(_SMALL, records), queries)
        prepare(Settings.load(data=Path(place)))
        figures = {f"sqlite_{name}": _apart(f"sqlite:///{place}/hub.db", records, queries)}
        size = Path(place, "hub.db").stat().st_size
        figures[f"sqlite_{name}"]["database_mb"] = round(size / 1e6, 1)
        through = "rectoverso.bench.matching.through_hub"
        figures[f"hub_{name}"] = json.loads(_module(through, place, str(queries // 2)))
    if postgresql:
        figures[f"postgresql_{name}"] = _apart(postgresql, records, queries)
    ratio = figures[f"sqlite_{name}"]["p50_ms"] / small["p50_ms"]
    return figures | {"sqlite_10k": small, f"ratio_10k_to_{name}": round(ratio, 2)}


def _apart(url: str, records: int, queries: int) -> dict[str, Any]:
    """Build and search, each in a process of its own; what was built on a server is dropped."""
    begin = perf_counter()
    _run("build", url, records, queries)
    built = perf_counter() - begin
    try:
        found: dict[str, Any] = json.loads(_run("search", url, records, queries))
    finally:
        if not url.startswith("sqlite"):
            _run("drop", url, records, queries)
    return found | {"build_s": round(built, 1)}


def _run(what: str, url: str, records: int, queries: int) -> str:
    return _module("rectoverso.bench.matching.online", what, url, str(records), str(queries))


def _module(module: str, *arguments: str) -> str:
    """Run a module as a process of its own; return what it prints."""
    program = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(program, capture_output=True, text=True, check=False)  # noqa: S603  ours
    if done.returncode:
        raise CommandError((done.stderr.strip().splitlines() or ["it ended without a word"])[-1])
    return done.stdout


def build(database: Database, records: int) -> None:
    """Make an index of so many people."""
    from rectoverso.bench.matching.filling import fill_by_two  # noqa: PLC0415  a search needs no numpy

    database.create_all(METADATA)
    fill_by_two(database, records)


def search(database: Database, records: int, queries: int) -> dict[str, Any]:
    """Look for known people, respelt, and for as many that nobody knows."""
    model = shipped_model("person")
    scorer = Scorer(model, database.read(lambda c: store.statistics_of(c, "person")))
    asked = _asked(records, queries)
    for _, words in asked[:_WARM_UP]:
        database.read(partial(_find, scorer, words))
    gc.freeze()
    times, right, wrong = [], 0, 0
    cpu = process_time()
    for golden_id, words in asked:
        begin = perf_counter()
        found = database.read(partial(_find, scorer, words))
        times.append(perf_counter() - begin)
        linked = found.matches[0].golden_id if found.zone.value == "link" else ""
        right += bool(linked) and linked == golden_id
        wrong += bool(linked) and linked != golden_id
    cpu = process_time() - cpu
    times.sort()
    return {
        "p50_ms": round(1000 * times[len(times) // 2], 3),
        "p95_ms": round(1000 * times[int(len(times) * 0.95)], 3),
        "p99_ms": round(1000 * times[int(len(times) * 0.99)], 3),
        "cpu_ms": round(1000 * cpu / len(times), 3),
        "rss_mb": _private_mb(),
        "recall": round(right / max(1, min(queries, records)), 4),
        "precision": round(right / max(1, right + wrong), 4),
    }


def _asked(records: int, queries: int) -> list[tuple[str, Words]]:
    """Return respelt records of known people, and as many that nobody knows."""
    rng = Random(5)
    chosen = set(rng.sample(range(records), min(queries, records)))
    known = [
        (f"gr_{number}", respelt(words, rng))
        for number, words in enumerate(people(records, 1))
        if number in chosen
    ]
    unknown = [("", words) for words in people(queries, 4242)]
    rng.shuffle(known)
    return known + unknown


def _find(scorer: Scorer, words: Words, connection: Connection) -> Found:
    return find(connection, scorer, words)


def _private_mb() -> float:
    """Return the memory of this process without mapped pages of files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    anonymous = next(line for line in lines if line.startswith("RssAnon"))
    return round(int(anonymous.split()[1]) / 1024, 1)


def _main(what: str, url: str, records: int, queries: int) -> None:
    database = open_database(url, schema=_SCHEMA)
    try:
        match what:
            case "build":
                build(database, records)
            case "search":
                sys.stdout.write(json.dumps(search(database, records, queries)))
            case _:
                database.write(METADATA.drop_all)
    finally:
        database.close()


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
