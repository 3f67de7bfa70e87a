"""How frequent values and words are among the records, the same snapshot for every path."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from master_data.forms.records import Form
from master_data.likeness.households import Houses
from master_data.likeness.model import ComparisonModel, Frequency


@dataclass(slots=True)
class Statistics:
    """Counts of values per field and of words per text field, over `records` records."""

    records: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, int]] = field(default_factory=dict)
    words: dict[str, dict[str, int]] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)

    def share(self, name: str, value: str, how: Frequency) -> float:
        """Return the share of records with this value, steadied by what is usual."""
        if not self.records:
            return how.uncounted or how.u
        count = self.values.get(name, {}).get(value, 0)
        if not count and not how.weight:
            return how.u  # nothing steadies a plain share, and no share is nought
        total = self.totals.get(name, 0)
        return (max(count - how.free, 0) + how.weight * how.u) / (total + how.weight)

    def rarity(self, name: str, word: str) -> float:
        """Return the information of a word in bits; a word never seen is as rare as can be."""
        count = self.words.get(name, {}).get(word, 1)
        return math.log2(1 + max(self.records, 1000) / count)

    def rate(self, name: str) -> float:
        """Return how usual something is among the records; what was never counted is usual."""
        return self.rates.get(name, 1.0)

    @property
    def digest(self) -> str:
        """Return what identifies this snapshot in a log of decisions."""
        canonical = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(canonical.encode(), digest_size=8).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {
            "records": self.records,
            "totals": self.totals,
            "values": self.values,
            "words": self.words,
            "rates": self.rates,
        }

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "Statistics":
        """Read the stored form back."""
        return Statistics(
            stored["records"],
            dict(stored["totals"]),
            dict(stored["values"]),
            dict(stored["words"]),
            dict(stored.get("rates", {})),
        )


class Counting:
    """Counts records one by one; `done` gives the statistics so far."""

    def __init__(self, model: ComparisonModel) -> None:
        self._model = model
        self._values: dict[str, Counter[str]] = {name: Counter() for name in model.frequencies}
        self._words: dict[str, Counter[str]] = {name: Counter() for name in model.words}
        self._totals: Counter[str] = Counter()
        self._records = 0
        self._houses = Houses()

    def add(self, form: Form) -> None:
        """Count one record."""
        self._records += 1
        for name, counted in self._values.items():
            found = form.get(name)
            if found:
                self._totals[name] += 1
                for value in found:
                    counted[value] = counted.get(value, 0) + 1
        for name, words in self._words.items():
            for text in form.get(name, ()):
                words.update(text.split())
        self._houses.add(form)

    def forget_rare(self) -> None:
        """Forget what was seen no more often than `free`, to keep the memory of a count small."""
        for name, counted in self._values.items():
            free = self._model.frequencies[name].free
            self._values[name] = Counter({v: n for v, n in counted.items() if n > free})
        for name, counted in self._words.items():
            least = self._model.words[name]
            self._words[name] = Counter({w: n for w, n in counted.items() if n > least})

    def done(self) -> Statistics:
        """Return the counts; what is no more frequent than `free` is as good as never seen."""
        frequencies, least = self._model.frequencies, self._model.words
        return Statistics(
            records=self._records,
            totals=dict(self._totals),
            values={
                name: {v: n for v, n in counted.items() if n > frequencies[name].free}
                for name, counted in self._values.items()
            },
            words={
                name: {w: n for w, n in counted.items() if n > least[name]}
                for name, counted in self._words.items()
            },
            rates={"household": self._houses.rate()},
        )


def count(model: ComparisonModel, forms: Iterable[Form]) -> Statistics:
    """Count what a model asks for in all these records."""
    counting = Counting(model)
    for form in forms:
        counting.add(form)
    return counting.done()
