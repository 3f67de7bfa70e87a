"""Many records against those before them: the keys of all in arrays, the forms in the index.

For the first reading of a large system; nothing that a server runs imports this.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ground.database import Connection
from master_data.forms.records import Form
from master_data.index import store
from master_data.likeness.blocks import Blocks, block_keys, earlier_candidates
from master_data.likeness.keys import shared_identifiers
from master_data.likeness.model import Zone
from master_data.likeness.scoring import Scorer

__all__ = ["Pair", "RunKeys", "lay_out", "weigh_stretch"]

_PARTS = ("ends", "blocks", "starts", "owners", "identifying")


class Pair(NamedTuple):
    """A record and an earlier one that it may be; `identifiers`: kinds of numbers both have."""

    kind: str
    golden_id: str
    form: Form
    other_id: str
    other: Form
    weight: float
    zone: Zone
    identifiers: tuple[str, ...]


class RunKeys:
    """The keys of a run's records in the order they were read; whole once `close` was called."""

    def __init__(self) -> None:
        self._pages: list[tuple[bytes, bytes, bytes, bytes]] = []
        self.numbers = np.empty(0, np.int64)
        """The number of each record in the index."""
        self._counts = np.empty(0, np.int64)
        self._keys = np.empty(0, np.int64)
        self._identifying = np.empty(0, np.bool_)

    def add(self, numbers: bytes, counts: bytes, keys: bytes, identifying: bytes) -> None:
        """Take a page as it was stored."""
        self._pages.append((numbers, counts, keys, identifying))

    def close(self) -> None:
        """Make one of all pages."""
        numbers, counts, keys, identifying = (
            b"".join(page[part] for page in self._pages) for part in range(4)
        )
        self._pages.clear()
        self.numbers = np.frombuffer(numbers, np.int64)
        self._counts = np.frombuffer(counts, np.int64)
        self._keys = np.frombuffer(keys, np.int64)
        self._identifying = np.frombuffer(identifying, np.bool_)

    def blocks(self) -> Blocks:
        """Return which records share keys."""
        return block_keys(self._keys, self._counts, self._identifying)

    def ordered(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return every key with the number of its record, in the order of keys."""
        numbers = np.repeat(self.numbers, self._counts)
        order = np.lexsort((numbers, self._keys))
        return self._keys[order], numbers[order]


def lay_out(keys: RunKeys, folder: str) -> None:
    """Write the blocks of a run where every process can map them."""
    blocks = keys.blocks()
    for name in _PARTS:
        np.save(Path(folder, f"{name}.npy"), getattr(blocks, name))
    np.save(Path(folder, "numbers.npy"), keys.numbers)


@lru_cache(maxsize=1)
def _laid_out(folder: str) -> tuple[Blocks, NDArray[np.int64]]:
    parts = [np.load(Path(folder, f"{name}.npy"), mmap_mode="r") for name in _PARTS]
    return Blocks(*parts), np.load(Path(folder, "numbers.npy"), mmap_mode="r")


def weigh_stretch(  # noqa: PLR0913, PLR0917 - what is compared, and by whom
    connection: Connection,
    scorer_of: Callable[[str], Scorer],
    folder: str,
    first: int,
    last: int,
    records: int,
) -> Iterator[Pair]:
    """Yield the pairs of first..last with earlier ones that weigh something or share a number."""
    blocks, numbers = _laid_out(folder)
    mine, others = earlier_candidates(blocks, first, last, records)
    wanted = np.unique(np.r_[numbers[mine], numbers[others]]).tolist()
    stored = store.forms_of(connection, wanted)
    for one, other in zip(numbers[mine].tolist(), numbers[others].tolist(), strict=True):
        own_id, kind, form = stored[one]
        other_id, _, other_form = stored[other]  # of the same kind: keys are
        scorer = scorer_of(kind)
        weight = scorer.weight(form, other_form)
        zone = scorer.zone(form, other_form, weight)
        identifiers = shared_identifiers(form, other_form)
        if zone is not Zone.NEW or identifiers:
            yield Pair(kind, own_id, form, other_id, other_form, weight, zone, identifiers)
