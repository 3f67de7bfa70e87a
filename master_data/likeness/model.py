"""A comparison model: one per entity type, as data. Its weights are bits, log2(m / u)."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from master_data.errors import ModelUnreadable

Predicate: TypeAlias = Mapping[str, Any]


class Zone(StrEnum):
    """What becomes of a pair: `link` by itself, `review` by a person, `new` are two things."""

    LINK = "link"
    REVIEW = "review"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement. `when` None: whatever no earlier level took.

    m, u: share of the pairs at this level among the same and among different things.
    `tf`: the field whose shared value's frequency takes the place of u. `rate`: what is counted in
    the records at hand and multiplies u, as how many share their house with somebody else.
    """

    label: str
    when: Predicate | None
    m: float
    u: float
    tf: str | None = None
    rate: str | None = None

    @property
    def bits(self) -> float:
        """Return the weight of the level."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Levels from the strongest down. Blank in one of `needs` on a side says nothing."""

    name: str
    needs: tuple[str, ...]
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Frequency:
    """How the share of a value is reckoned: `free` occurrences tell nothing, `weight` steadies.

    `u`: the share of a value that is too rare to be counted; `uncounted`: of every value as long
    as nobody counted, which has to be taken for a common one.
    """

    u: float
    free: int = 2
    weight: int = 200
    uncounted: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Comparisons that say one thing several times, so that they weigh at most so much together.

    `most`: bits; `over`: bits beyond what makes the odds even, and beyond the rarity of `rate`.
    """

    name: str
    comparisons: tuple[str, ...]
    most: float | None = None
    over: float = 0.0
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class Veto:
    """What keeps two records apart whatever else agrees; `zone` review: unless a person says so."""

    name: str
    why: str
    when: Predicate
    zone: Zone = Zone.NEW


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a pair is linked, and where a person is asked, in bits. `version` 0: as shipped."""

    link: float
    review: float
    version: int = 0


@dataclass(frozen=True, slots=True)
class ComparisonModel:
    """All that decides for one entity type. `population`: the fewest records to reckon with."""

    entity: str
    link: float
    review: float
    population: int
    comparisons: tuple[Comparison, ...]
    groups: tuple[Group, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    frequencies: Mapping[str, Frequency] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    prior: float | None = None

    def decided_by(self, thresholds: Thresholds | None) -> "ComparisonModel":
        """Return the model with other thresholds; None leaves its own."""
        if thresholds is None:
            return self
        return replace(self, link=thresholds.link, review=thresholds.review)

    def zone(self, weight: float) -> Zone:
        """Return what a weight means when no veto speaks."""
        if weight >= self.link:
            return Zone.LINK
        return Zone.REVIEW if weight >= self.review else Zone.NEW

    @property
    def digest(self) -> str:
        """Return what identifies this model in a log of decisions."""
        canonical = json.dumps(to_json(self), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(canonical.encode(), digest_size=8).hexdigest()


def from_json(stored: Mapping[str, Any]) -> ComparisonModel:
    """Read a model. Raises ModelUnreadable."""
    try:
        return ComparisonModel(
            entity=stored["entity"],
            link=float(stored["link"]),
            review=float(stored["review"]),
            population=int(stored["population"]),
            comparisons=tuple(_comparison(each) for each in stored["comparisons"]),
            groups=tuple(
                Group(**{**each, "comparisons": tuple(each["comparisons"])})
                for each in stored.get("groups", ())
            ),
            vetoes=tuple(
                Veto(each["name"], each["why"], each["when"], Zone(each.get("zone", Zone.NEW)))
                for each in stored.get("vetoes", ())
            ),
            frequencies={
                name: Frequency(**each) for name, each in stored.get("frequencies", {}).items()
            },
            words=dict(stored.get("words", {})),
            prior=stored.get("prior"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnreadable(repr(error)) from error


def _comparison(stored: Mapping[str, Any]) -> Comparison:
    levels = tuple(
        Level(
            each["label"],
            each.get("when"),
            float(each["m"]),
            float(each["u"]),
            each.get("tf"),
            each.get("rate"),
        )
        for each in stored["levels"]
    )
    if any(not (0 < level.m <= 1 and 0 < level.u <= 1) for level in levels):
        raise ValueError(f"m and u of {stored['name']} must lie in (0, 1]")
    return Comparison(stored["name"], tuple(stored["needs"]), levels)


def to_json(model: ComparisonModel) -> dict[str, Any]:
    """Return the stored form; reading it back gives the same model."""
    return {
        "entity": model.entity,
        "link": model.link,
        "review": model.review,
        "population": model.population,
        "prior": model.prior,
        "words": dict(model.words),
        "frequencies": {
            name: {
                "u": each.u,
                "free": each.free,
                "weight": each.weight,
                "uncounted": each.uncounted,
            }
            for name, each in model.frequencies.items()
        },
        "comparisons": [
            {
                "name": each.name,
                "needs": list(each.needs),
                "levels": [_level_to_json(level) for level in each.levels],
            }
            for each in model.comparisons
        ],
        "groups": [
            {
                "name": each.name,
                "comparisons": list(each.comparisons),
                "most": each.most,
                "over": each.over,
                "rate": each.rate,
            }
            for each in model.groups
        ],
        "vetoes": [
            {"name": each.name, "why": each.why, "when": each.when}
            | ({} if each.zone is Zone.NEW else {"zone": each.zone.value})
            for each in model.vetoes
        ],
    }


def _level_to_json(level: Level) -> dict[str, Any]:
    stored: dict[str, Any] = {"label": level.label, "m": level.m, "u": level.u}
    if level.when is not None:
        stored["when"] = level.when
    named = {"tf": level.tf, "rate": level.rate}
    return stored | {name: value for name, value in named.items() if value}


@cache
def shipped_model(entity: str) -> ComparisonModel:
    """Return the model that comes with the product; unknown entities are compared by words."""
    folder = files("master_data.likeness") / "models"
    document = folder / f"{entity}.json"
    if not document.is_file():
        document = folder / "other.json"
    return from_json(json.loads(document.read_text()))
