"""Fills an index with made-up people: forms spread over processes, keys sorted at the end."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from ground.database import Connection, Database
from master_data.forms.records import form_of
from master_data.index import store
from master_data.index.counting import Tally
from master_data.index.store import Entry
from rectoverso.bench.matching.people import Words, people

SEED = 1
_BATCH = 20_000
_KEYS_AT_ONCE = 100_000
_Row = tuple[int, str, str, int, str]
_Numbers = NDArray[np.int64]
_Batch = tuple[int, list[Words]]
_Prepared = tuple[list[_Row], _Numbers, _Numbers]
_Spread = Callable[[Callable[[_Batch], _Prepared], Iterable[_Batch]], Iterable[_Prepared]]


def golden_id(number: int) -> str:
    """Return the id of the golden record of a made-up person."""
    return f"gr_{number}"


def fill_by_two(database: Database, records: int) -> None:
    """Do as `fill`, with the work on forms spread over two processes."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        fill(database, records, pool.map)


def fill(database: Database, records: int, spread: _Spread = map) -> None:
    """Put so many people into an empty index, and count how frequent their values are."""
    keys: list[_Numbers] = []
    numbers: list[_Numbers] = []
    for rows, found, owners in spread(_prepare, _batches(records)):
        database.write(partial(_append_forms, rows), synced=False)
        keys.append(found)
        numbers.append(owners)
    flat, owners = np.concatenate(keys), np.concatenate(numbers)
    keys.clear()
    numbers.clear()
    order = np.argsort(flat, kind="stable")
    flat, owners = flat[order], owners[order]
    for start in range(0, len(flat), _KEYS_AT_ONCE):
        part = slice(start, start + _KEYS_AT_ONCE)
        database.write(partial(_append_keys, flat[part], owners[part]), synced=False)
    count(database)


def count(database: Database) -> None:
    """Count frequencies as the hub does."""
    tally = Tally()
    tally.begin()
    while database.read(tally.step):
        pass
    database.write(tally.save)


def _batches(records: int) -> Iterator[_Batch]:
    everyone = people(records, SEED)
    for start in range(0, records, _BATCH):
        yield start, list(islice(everyone, _BATCH))


def _prepare(batch: _Batch) -> _Prepared:
    """Return the rows of a batch's forms, their keys, and whose each key is."""
    start, everyone = batch
    entries = [
        Entry(golden_id(start + place), "person", form_of("person", words))
        for place, words in enumerate(everyone)
    ]
    rows = [store.form_row(each) for each in entries]
    keys = [store.hashed_keys(each) for each in entries]
    flat = np.array([key for each in keys for key in each], np.int64)
    owners = np.repeat(np.array([row[0] for row in rows], np.int64), [len(each) for each in keys])
    return sorted(rows), flat, owners


def _append_forms(rows: list[_Row], connection: Connection) -> None:
    store.append_forms(connection, rows)


def _append_keys(keys: _Numbers, numbers: _Numbers, connection: Connection) -> None:
    store.append_keys(connection, zip(keys.tolist(), numbers.tolist(), strict=True))
