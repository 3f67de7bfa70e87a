"""One record against many golden records: how long, how much memory, how it grows."""

import gc
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from ground.database import Connection, Database, open_database
from master_data.forms.records import form_of
from master_data.index import store
from master_data.index.online import Found, find
from master_data.index.store import Entry
from master_data.index.tables import METADATA
from master_data.likeness.model import shipped_model
from master_data.likeness.scoring import Scorer
from master_data.likeness.statistics import Counting
from rectoverso.bench.matching.people import Words, people, respelt

_BATCH = 20_000
_SEED = 1


def measure_online(records: int, queries: int, postgresql: str | None) -> dict[str, Any]:
    """Return p50, p95 and memory of a search; SQLite always, PostgreSQL if its URL is given."""
    name = "1m" if records == 1_000_000 else f"{records // 1000}k"
    with TemporaryDirectory(prefix="rectoverso-bench-") as folder:
        small = _measure(f"sqlite:///{folder}/small.db", min(10_000, records), queries)
        figures = {f"sqlite_{name}": _measure(f"sqlite:///{folder}/large.db", records, queries)}
        size = Path(folder, "large.db").stat().st_size
    figures[f"sqlite_{name}"]["database_mb"] = round(size / 1e6, 1)
    if postgresql:
        figures[f"postgresql_{name}"] = _measure(postgresql, records, queries)
    ratio = figures[f"sqlite_{name}"]["p50_ms"] / small["p50_ms"]
    return figures | {"sqlite_10k": small, f"ratio_10k_to_{name}": round(ratio, 2)}


def _measure(url: str, records: int, queries: int) -> dict[str, Any]:
    database = open_database(url, schema="rectoverso_bench")
    try:
        database.create_all(METADATA)
        begin = perf_counter()
        scorer = _fill(database, records)
        built = perf_counter() - begin
        return _search(database, scorer, records, queries) | {"build_s": round(built, 1)}
    finally:
        if database.dialect != "sqlite":
            database.write(_drop)
        database.close()


def _fill(database: Database, records: int) -> Scorer:
    model = shipped_model("person")
    counting = Counting(model)
    for batch in _batches(records):
        entries = [
            Entry(f"gr_{number}", "person", form_of("person", words)) for number, words in batch
        ]
        for entry in entries:
            counting.add(entry.form)
        database.write(partial(_add, entries), synced=False)
    return Scorer(model, counting.done())


def _batches(records: int) -> Iterator[list[tuple[int, Words]]]:
    batch: list[tuple[int, Words]] = []
    for number, words in enumerate(people(records, _SEED)):
        batch.append((number, words))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _asked(records: int, queries: int) -> list[tuple[str, Words]]:
    """Return respelt records of known people, and as many that nobody knows."""
    rng = Random(5)
    chosen = set(rng.sample(range(records), min(queries, records)))
    known = [
        (f"gr_{number}", respelt(words, rng))
        for number, words in enumerate(people(records, _SEED))
        if number in chosen
    ]
    unknown = [("", words) for words in people(queries, 4242)]
    rng.shuffle(known)
    return known + unknown


def _search(database: Database, scorer: Scorer, records: int, queries: int) -> dict[str, Any]:
    asked = _asked(records, queries)
    for _, words in asked[:200]:
        database.read(partial(_find, scorer, words))
    gc.freeze()
    times, right, wrong = [], 0, 0
    for golden_id, words in asked:
        begin = perf_counter()
        found = database.read(partial(_find, scorer, words))
        times.append(perf_counter() - begin)
        linked = found.matches[0].golden_id if found.zone.value == "link" else ""
        right += bool(linked) and linked == golden_id
        wrong += bool(linked) and linked != golden_id
    times.sort()
    return {
        "p50_ms": round(1000 * times[len(times) // 2], 3),
        "p95_ms": round(1000 * times[int(len(times) * 0.95)], 3),
        "rss_mb": _private_mb(),
        "recall": round(right / max(1, min(queries, records)), 4),
        "precision": round(right / max(1, right + wrong), 4),
    }


def _add(entries: list[Entry], connection: Connection) -> None:
    store.add(connection, entries)


def _find(scorer: Scorer, words: Words, connection: Connection) -> Found:
    return find(connection, scorer, words)


def _private_mb() -> float:
    """Return the memory of this process without mapped pages of files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    anonymous = next(line for line in lines if line.startswith("RssAnon"))
    return round(int(anonymous.split()[1]) / 1024, 1)


def _drop(connection: Connection) -> None:
    METADATA.drop_all(connection)
