"""Which records of a batch are compared: those that share rare keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from master_data.likeness.keys import CANDIDATES, LEAST_RARE, STOP

Places = NDArray[np.int64]
Bits = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of places, first < second; `stopped`: keys that too many records have."""

    first: Places
    second: Places
    stopped: int


def candidate_pairs(
    keys: Sequence[Places], sources: NDArray[np.int8] | None = None, most: int = CANDIDATES
) -> Candidates:
    """Return each record's best candidates, by the rarity of the keys they share.

    `keys`: hashed keys per record. `sources`: pairs within one source are left out.
    """
    records = len(keys)
    owners = np.repeat(np.arange(records), [len(each) for each in keys])
    flat = np.concatenate(keys) if records else np.empty(0, np.int64)
    order = np.argsort(flat, kind="stable")
    flat, owners = flat[order], owners[order]
    starts = np.flatnonzero(np.r_[True, flat[1:] != flat[:-1]]) if len(flat) else order
    sizes = np.diff(np.r_[starts, len(flat)])
    codes: list[Places] = []
    bits: list[Bits] = []
    for size in range(2, STOP + 1):
        chosen = starts[sizes == size]
        if not len(chosen):
            continue
        rows = np.sort(owners[chosen[:, None] + np.arange(size)], axis=1)
        one, two = np.triu_indices(size, 1)
        first, second = rows[:, one].ravel(), rows[:, two].ravel()
        if sources is not None:
            across = sources[first] != sources[second]
            first, second = first[across], second[across]
        codes.append(first * records + second)
        bits.append(np.full(len(first), np.log2(max(2.0, records / size))))
    stopped = int((sizes > STOP).sum())
    if not codes:
        return Candidates(np.empty(0, np.int64), np.empty(0, np.int64), stopped)
    first, second = _best(np.concatenate(codes), np.concatenate(bits), records, most)
    return Candidates(first, second, stopped)


def _best(codes: Places, bits: Bits, records: int, most: int) -> tuple[Places, Places]:
    order = np.argsort(codes, kind="stable")
    codes, bits = codes[order], bits[order]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    pairs, rarity = codes[starts], np.add.reduceat(bits, starts)
    telling = rarity >= np.log2(max(2, records)) - LEAST_RARE
    pairs, rarity = pairs[telling], rarity[telling]
    first, second = pairs // records, pairs % records
    kept = _among_best(first, rarity, second, most) | _among_best(second, rarity, first, most)
    return first[kept], second[kept]


def _among_best(of: Places, rarity: Bits, other: Places, most: int) -> NDArray[np.bool_]:
    """Say which pairs are among the `most` rarest of their record."""
    order = np.lexsort((other, -rarity, of))
    sorted_of = of[order]
    starts = np.flatnonzero(np.r_[True, sorted_of[1:] != sorted_of[:-1]])
    ranks = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    kept = np.empty(len(order), np.bool_)
    kept[order] = ranks < most
    return kept


def split_evenly(total: int, parts: int) -> list[tuple[int, int]]:
    """Return the ends of so many stretches of 0..total."""
    marks = [total * part // parts for part in range(parts + 1)]
    return list(pairwise(marks))
