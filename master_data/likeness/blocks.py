"""Which records of a large run are compared: the rule of a single search, for all of them.

The keys of all records lie in arrays, sorted once; then any stretch of records is looked at by
itself, by whichever process. Each is compared with those before it, as if it came after them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from master_data.likeness.keys import CANDIDATES, LEAST_RARE, STOP

__all__ = ["Blocks", "block_keys", "earlier_candidates"]

_Numbers = NDArray[np.int64]
_Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Records by shared keys; keys of one record alone, and stop keys, are left out.

    A record's blocks are `blocks[ends[place]:ends[place + 1]]`; the records of a block are
    `owners[starts[block]:starts[block + 1]]`. `identifying`: blocks of a number that somebody gave
    to one thing alone.
    """

    ends: _Numbers
    blocks: _Places
    starts: _Numbers
    owners: _Places
    identifying: NDArray[np.bool_]

    @property
    def records(self) -> int:
        """Return how many records there are."""
        return len(self.ends) - 1


def block_keys(keys: _Numbers, counts: _Numbers, identifying: NDArray[np.bool_]) -> Blocks:
    """Sort the keys of all records. `keys`: of one record after the other, `counts` of each."""
    owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    order = np.argsort(keys, kind="stable")
    first = _first_of_each(keys[order])
    sizes = np.diff(np.r_[first, len(keys)])
    kept = (sizes > 1) & (sizes <= STOP + 1)
    block = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    blocks = np.repeat(block, sizes)
    grouped = owners[order[blocks >= 0]]
    known = identifying[order[first[kept]]]
    of_key = np.empty(len(keys), np.int32)
    of_key[order] = blocks
    del order, blocks  # arrays of so many keys are the memory of a run
    shared = of_key >= 0
    many = np.bincount(owners[shared], minlength=len(counts))
    return Blocks(
        ends=np.r_[0, np.cumsum(many)],
        blocks=of_key[shared],
        starts=np.r_[0, np.cumsum(sizes[kept])],
        owners=grouped,
        identifying=known,
    )


def _first_of_each(ordered: _Numbers) -> _Numbers:
    """Return where each value of an ordered array begins."""
    return np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])


def earlier_candidates(
    blocks: Blocks, first: int, last: int, records: int
) -> tuple[_Numbers, _Numbers]:
    """Return pairs (record, an earlier one) worth weighing for the records first..last.

    `records`: how many there are to be told apart, as in a single search.
    """
    begin, end = blocks.ends[first], blocks.ends[last]
    mine = np.repeat(np.arange(first, last), np.diff(blocks.ends[first : last + 1]))
    found = blocks.blocks[begin:end]
    sizes = blocks.starts[found + 1] - blocks.starts[found]
    least = np.log2(max(2, records)) - LEAST_RARE
    bits = np.log2(np.maximum(2.0, records / sizes))
    bits = np.where(blocks.identifying[found], np.maximum(bits, least), bits)
    total = int(sizes.sum())
    within = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    others = blocks.owners[np.repeat(blocks.starts[found], sizes) + within]
    records_of = np.repeat(mine, sizes)
    earlier = others < records_of
    codes = records_of[earlier] * blocks.records + others[earlier]
    return _rarest(codes, np.repeat(bits, sizes)[earlier], least, blocks.records)


def _rarest(
    codes: _Numbers, bits: NDArray[np.float64], least: float, records: int
) -> tuple[_Numbers, _Numbers]:
    """Return the pairs that share enough, the rarest few of each record."""
    order = np.argsort(codes, kind="stable")
    codes, bits = codes[order], bits[order]
    if not len(codes):
        return codes, codes
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    rarity = np.add.reduceat(bits, starts)
    telling = rarity >= least
    pairs, rarity = codes[starts][telling], rarity[telling]
    mine, others = pairs // records, pairs % records
    order = np.lexsort((others, -rarity, mine))
    mine, others = mine[order], others[order]
    runs = np.flatnonzero(np.r_[True, mine[1:] != mine[:-1]][: len(mine)])
    ranks = np.arange(len(mine)) - np.repeat(runs, np.diff(np.r_[runs, len(mine)]))
    return mine[ranks < CANDIDATES], others[ranks < CANDIDATES]
