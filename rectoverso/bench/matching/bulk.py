"""Many records at once: matched among themselves alone, and read in bulk by the product itself."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from ground import strict_json
from ground.database import Connection, Database, open_database
from hub.connections.rules import State
from hub.start import open_hub
from master_data.forms.records import form_of
from master_data.index import store
from master_data.index.bulk import RunKeys, lay_out, weigh_stretch
from master_data.index.tables import METADATA
from master_data.likeness.keys import hashed, is_identifier, keys_of
from master_data.likeness.model import Zone, shipped_model
from master_data.likeness.scoring import Scorer
from rectoverso.bench.matching.filling import SEED, count
from rectoverso.bench.matching.people import Words, exported, people, respelt
from rectoverso.bench.matching.through_hub import connect_shop
from rectoverso.bench.processes import usage
from rectoverso.errors import CommandError
from rectoverso.preparation import prepare
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

_TWICE = 0.3
"""Share of the records that are one of the others, written down by somebody else."""
_BATCH = 5_000
_SCHEMA = "rectoverso_bench"
_Page = tuple[list[tuple[int, str, str, int, str]], bytes, bytes, bytes, bytes]
_opened: list[tuple[Database, Scorer]] = []


def measure_bulk(records: int, folder: Path | None = None) -> dict[str, Any]:
    """Return records a second, by the clock and by the processor time of one core."""
    with TemporaryDirectory(prefix="rectoverso-bench-", dir=folder) as place:
        return {
            "records": records,
            **_matched(f"sqlite:///{place}/index.db", records),
            **_persisted(Path(place), records),
        }


def everyone(records: int) -> Iterator[Words]:
    """Yield people, every so often one of the last hundred once more, respelt."""
    rng = Random(SEED)
    lately: list[Words] = []
    for words in people(records, SEED):
        if lately and rng.random() < _TWICE:
            yield respelt(rng.choice(lately), rng)
            continue
        lately = [*lately[-99:], words]
        yield words


def _matched(url: str, records: int) -> dict[str, Any]:
    """Normalise, index by keys, find candidates, weigh; no golden records."""
    database = open_database(url, schema=_SCHEMA)
    database.create_all(METADATA)
    keys, linked, spawned = RunKeys(), 0, get_context("spawn")
    began, cpu = perf_counter(), _cpu()
    with ProcessPoolExecutor(2, spawned) as pool:
        for rows, *page in pool.map(_form_page, _batches(records)):
            database.write(partial(_append, rows), synced=False)
            keys.add(*page)
    keys.close()
    count(database)
    with (
        TemporaryDirectory(prefix="rectoverso-bench-") as folder,
        ProcessPoolExecutor(2, spawned, _open, (url,)) as pool,
    ):
        lay_out(keys, folder)
        stretches = [(folder, at, min(at + _BATCH, records)) for at in range(0, records, _BATCH)]
        linked = sum(pool.map(_weigh, stretches))
    took, cpu = perf_counter() - began, _cpu() - cpu
    database.close()
    return {
        "matched_per_s": round(records / took),
        "matched_cpu_us": round(1e6 * cpu / records),
        "linked": linked,
    }


def _batches(records: int) -> Iterator[tuple[int, list[Words]]]:
    source = everyone(records)
    for start in range(0, records, _BATCH):
        yield start, list(islice(source, _BATCH))


def _form_page(batch: tuple[int, list[Words]]) -> _Page:
    start, chosen = batch
    forms = [form_of("person", words) for words in chosen]
    entries = [store.Entry(f"gr_{start + n}", "person", form) for n, form in enumerate(forms)]
    rows = [store.form_row(entry) for entry in entries]
    shown = [keys_of("person", form) for form in forms]
    flat = [key for each in shown for key in each]
    return (
        rows,
        np.array([row[0] for row in rows], np.int64).tobytes(),
        np.array([len(each) for each in shown], np.int64).tobytes(),
        np.array([hashed(f"person:{key}") for key in flat], np.int64).tobytes(),
        np.array([is_identifier(key) for key in flat], np.bool_).tobytes(),
    )


def _append(rows: list[tuple[int, str, str, int, str]], connection: Connection) -> None:
    store.append_forms(connection, sorted(rows))


def _open(url: str) -> None:
    database = open_database(url, schema=_SCHEMA)
    statistics = database.read(lambda c: store.statistics_of(c, "person"))
    _opened.append((database, Scorer(shipped_model("person"), statistics)))


def _weigh(stretch: tuple[str, int, int]) -> int:
    """Return how many pairs of a stretch are links."""
    database, scorer = _opened[0]

    def read(connection: Connection) -> int:
        records = scorer.statistics.records
        pairs = weigh_stretch(connection, lambda _kind: scorer, *stretch, records)
        return sum(pair.zone is Zone.LINK for pair in pairs)

    return database.read(read)


def _persisted(folder: Path, records: int) -> dict[str, Any]:
    """Have the product read them in bulk, as one would."""
    settings = Settings.load(data=folder)
    prepare(settings)
    houses = Houses(settings)
    try:
        hub = open_hub(houses.hub_settings, houses.env("hub"))
        connect_shop(hub, State.ONBOARDING)
    finally:
        houses.close()
    export = folder / "shop.jsonl"
    with export.open("wb") as file:
        for number, words in enumerate(everyone(records)):
            file.write(strict_json.dumps(exported(number, words)) + b"\n")
    return _timed(export, settings, records)


def _timed(export: Path, settings: Settings, records: int) -> dict[str, Any]:
    program = [sys.executable, "-m", "rectoverso", "match", "bulk", "shop", "customers"]
    program += ["--file", str(export), "--data", str(settings.data), "--json"]
    began, cpu, most = perf_counter(), _cpu(), 0.0
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603  ours
        while running.poll() is None:
            most = max(most, usage(running.pid).rss_mb)
            try:
                running.wait(1.0)
            except subprocess.TimeoutExpired:
                continue
        said = running.stdout.read() if running.stdout else ""
    if running.returncode:
        raise CommandError("the reading in bulk ended with an error")
    took, cpu = perf_counter() - began, _cpu() - cpu
    files = sum(each.stat().st_size for each in settings.data.glob("hub.db*"))
    return {
        "persisted_per_s": round(records / took),
        "persisted_cpu_us": round(1e6 * cpu / records),
        "peak_rss_mb": round(most),
        "hub_db_mb": round(files / 1e6),
        **json.loads(said),
    }


def _cpu() -> float:
    """Return the processor time of this process and of those that it waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both)
