"""The one scorer: weighs a pair of forms online, in bulk and for `explain` alike."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from master_data.forms.records import Form
from master_data.likeness.model import Comparison, ComparisonModel, Group, Level, Zone
from master_data.likeness.plans import Ready, plan
from master_data.likeness.predicates import Compiler
from master_data.likeness.statistics import Statistics
from master_data.likeness.values import Test

BLANK = -1
"""The level of a comparison that says nothing, because a side is blank."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one comparison said. `level`: place in the model, or BLANK."""

    comparison: str
    level: int
    label: str
    bits: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """A pair, weighed. `cut`: bits taken off a group that said one thing several times."""

    weight: float
    zone: Zone
    prior: float
    findings: tuple[Finding, ...]
    cuts: tuple[tuple[str, float], ...]
    vetoes: tuple[tuple[str, str], ...]


class Scorer:
    """One model with one snapshot of statistics."""

    def __init__(self, model: ComparisonModel, statistics: Statistics) -> None:
        self.model = model
        self.digest = model.digest
        self.statistics = statistics
        compiler = Compiler(statistics, model.frequencies)
        self._comparisons = [_Compiled(each, self, compiler) for each in model.comparisons]
        self._levels = plan(
            [Ready(each.comparison, each.level) for each in self._comparisons], compiler
        )
        self._weights = [each.weights for each in self._comparisons]
        vetoes = [(veto, compiler.test(veto.when)) for veto in model.vetoes]
        self._vetoes = [each for each in vetoes if each[0].zone is Zone.NEW]
        self._doubts = [each for each in vetoes if each[0].zone is not Zone.NEW]
        population = max(statistics.records, model.population)
        self.prior = model.prior if model.prior is not None else -math.log2(population)
        place = {each.name: number for number, each in enumerate(model.comparisons)}
        self._groups = [
            (group.name, tuple(place[name] for name in group.comparisons), self._most(group))
            for group in model.groups
        ]

    def _most(self, group: Group) -> float:
        if group.most is not None:
            return group.most
        rate = self.statistics.rate(group.rate) if group.rate else 1.0
        population = max(self.statistics.records, self.model.population)
        return math.log2(population) + group.over - math.log2(rate)

    def weight(self, a: Form, b: Form) -> float:
        """Return the evidence in bits that two records are one thing; 0 is even odds."""
        bits = []
        for level, weights in zip(self._levels(a, b), self._weights, strict=True):
            weight = 0.0 if level == BLANK else weights[level]
            bits.append(weight if isinstance(weight, float) else weight(a, b))
        return self._sum(bits)

    def vetoed(self, a: Form, b: Form) -> bool:
        """Say whether something keeps the two apart whatever they weigh."""
        return any(test(a, b) for _, test in self._vetoes)

    def doubted(self, a: Form, b: Form) -> bool:
        """Say whether only a person may say that two records are one thing."""
        return any(test(a, b) for _, test in self._doubts)

    def zone(self, a: Form, b: Form, weight: float) -> Zone:
        """Return what becomes of a pair of this weight; a veto makes it two things."""
        zone = self.model.zone(weight)
        if zone is Zone.NEW or self.vetoed(a, b):
            return Zone.NEW
        return Zone.REVIEW if zone is Zone.LINK and self.doubted(a, b) else zone

    def levels(self, a: Form, b: Form) -> tuple[int, ...]:
        """Return the level of each comparison."""
        return tuple(self._levels(a, b))

    def pattern_weight(self, levels: Sequence[int]) -> float:
        """Return what a pattern of levels weighs before the frequency of values is looked at."""
        return self._sum(
            [
                0.0 if level == BLANK else _bits(compiled.levels[level], self)
                for compiled, level in zip(self._comparisons, levels, strict=True)
            ]
        )

    def explain(self, a: Form, b: Form) -> Weighed:
        """Weigh a pair and say from what."""
        findings = []
        for level, compiled in zip(self._levels(a, b), self._comparisons, strict=True):
            label = compiled.levels[level].label if level != BLANK else "not known on both sides"
            findings.append(
                Finding(compiled.comparison.name, level, label, compiled.bits_at(level, a, b))
            )
        bits = [finding.bits for finding in findings]
        weight = self._sum(bits)
        spoken = [veto for veto, test in (*self._vetoes, *self._doubts) if test(a, b)]
        vetoes = tuple((veto.name, veto.why) for veto in spoken)
        zone = self.zone(a, b, weight)
        return Weighed(weight, zone, self.prior, tuple(findings), tuple(self._cuts(bits)), vetoes)

    def _sum(self, bits: list[float]) -> float:
        weight = self.prior
        for each in bits:
            weight += each
        for _, cut in self._cuts(bits):
            weight -= cut
        return weight

    def _cuts(self, bits: list[float]) -> list[tuple[str, float]]:
        """Return what is taken off each group; a group inside a later one is cut first."""
        found: list[tuple[str, float]] = []
        inner: list[tuple[frozenset[int], float]] = []
        for name, places, most in self._groups:
            over = -most
            for place in places:
                over += bits[place]
            for members, cut in inner:
                if members.issubset(places):
                    over -= cut
            if over > 0:
                found.append((name, over))
                inner.append((frozenset(places), over))
        return found


class _Compiled:
    """One comparison, ready to weigh."""

    def __init__(self, comparison: Comparison, scorer: Scorer, compiler: Compiler) -> None:
        self.comparison = comparison
        self.levels = comparison.levels
        self._needs = comparison.needs
        self._tests: list[Test | None] = [
            None if level.when is None else compiler.test(level.when) for level in comparison.levels
        ]
        self.weights: list[Callable[[Form, Form], float] | float] = [
            _frequency_bits(level, scorer) if level.tf else _bits(level, scorer)
            for level in comparison.levels
        ]

    def level(self, a: Form, b: Form) -> int:
        for name in self._needs:
            if name not in a or name not in b:
                return BLANK
        for number, test in enumerate(self._tests):
            if test is None or test(a, b):
                return number
        return BLANK

    def bits_at(self, level: int, a: Form, b: Form) -> float:
        if level == BLANK:
            return 0.0
        weight = self.weights[level]
        return weight if isinstance(weight, float) else weight(a, b)


def _bits(level: Level, scorer: Scorer) -> float:
    if level.rate is None:
        return level.bits
    return level.bits - math.log2(scorer.statistics.rate(level.rate))


def _frequency_bits(level: Level, scorer: Scorer) -> Callable[[Form, Form], float]:
    """Weigh a shared value by how frequent it is; of several shared ones the rarest counts."""
    name = level.tf or ""
    how, statistics = scorer.model.frequencies[name], scorer.statistics
    base = level.bits
    cache: dict[str, float] = {}

    def share(value: str) -> float:
        found = cache.get(value)
        if found is None:
            if len(cache) > 8192:  # noqa: PLR2004  bounded memory
                cache.clear()
            found = cache[value] = statistics.share(name, value, how)
        return found

    def weigh(a: Form, b: Form) -> float:
        ours, theirs = a.get(name, ()), b.get(name, ())
        if not ours or not theirs:
            return base
        if ours == theirs and len(ours) == 1:
            return base + math.log2(level.u / share(ours[0]))
        shared = [value for value in ours if value in theirs]
        if shared:
            return base + math.log2(level.u / min(map(share, shared)))
        frequent = min(max(share(x), share(y)) for x in ours for y in theirs)
        return base + math.log2(level.u / frequent)

    return weigh
