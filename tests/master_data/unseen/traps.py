"""How a thing is written down a second time. Shared by the made-up sets."""

from dataclasses import dataclass, field
from itertools import combinations


@dataclass
class World:
    """Records of a made-up set: (thing, words); records of one thing are true pairs."""

    records: list = field(default_factory=list)

    def put(self, thing, words):
        self.records.append((thing, {name: value for name, value in words.items() if value}))

    def shuffled(self, rng):
        rng.shuffle(self.records)
        return self.records

    @property
    def truth(self):
        places = {}
        for place, (thing, _) in enumerate(self.records):
            places.setdefault(thing, []).append(place)
        return {pair for each in places.values() for pair in combinations(each, 2)}


def frequent(rng, pool):
    """Return one of a pool whose first are frequent and whose last are rare."""
    return pool[int(len(pool) * rng.random() ** 2)]


def mistyped(rng, text):
    """Return a text with one sign left out, doubled, exchanged with the next or another one."""
    if len(text) < 4:
        return text
    at = rng.randrange(1, len(text) - 1)
    return rng.choice([
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        text[:at] + rng.choice("aeionrst") + text[at + 1 :],
    ])  # fmt: skip


def maybe(rng, chance, value, other=None):
    return value if rng.random() < chance else other
