"""Splink and recordlinkage on the same sets, set up as their own guides do, at their own threshold.

Both get the columns in folded spelling and, for titles, the words as a list. What a peer cannot do
(one partner per record) is added after it, so that it is not beaten by that alone.
"""

import logging
import resource
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

from master_data.forms.contacts import email_address
from master_data.forms.products import price
from master_data.forms.records import birth_date
from master_data.forms.text import fold
from rectoverso.bench.matching.folders import Pair, RecordSet, read_set
from rectoverso.bench.matching.sets import quality

_LEAST_WEIGHT = 0.0
_NEARLY = 0.85
_TITLE_LIKENESS = (("cosine", 0.5), ("jarowinkler", 0.8), ("lcs", 0.6))
_NEAR_PRICE = 20
_PAIRS_PER_RECORD = 5
"""A column is blocked on if it makes no more pairs than this."""
_WORD_SHARED = 20
"""A word of a title is blocked on if no more records have it."""
_SPELLED: dict[str, Callable[[str], str]] = {
    "birth_date": birth_date,
    "email": email_address,
    "price": price,
}
_TITLED = ("product", "other")
_NAMES = ("given_name", "family_name", "first_name", "last_name", "surname")
_TITLES = ("name", "title")
_CODES = ("national_id", "tax_id", "phone", "gtin", "postal_code")


def measure(folder: Path, peer: str) -> dict[str, Any]:
    """Return the figures of a peer on one set; `one_to_one`: its best partner for each."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    begin = process_time()
    records = read_set(folder)
    find = _splink if peer == "splink" else _recordlinkage
    weights = find(records)
    cpu = process_time() - begin
    figures: dict[str, Any] = {"linked": len(weights), **quality(set(weights), records.truth)}
    if records.partners:
        figures["one_to_one"] = quality(_partners(weights), records.truth)
    return figures | {
        "cpu_s": round(cpu, 2),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _partners(weights: dict[Pair, float]) -> set[Pair]:
    used: set[int] = set()
    taken = set()
    for pair in sorted(weights, key=lambda each: (-weights[each], each)):
        if used.isdisjoint(pair):
            used.update(pair)
            taken.add(pair)
    return taken


def _frames(records: RecordSet) -> list[Any]:
    """Return one frame per file; `unique_id` is the place of a record."""
    import pandas as pd  # type: ignore[import-untyped]  # noqa: PLC0415  comes with the peers

    words = sorted({word for _, said in records.everyone for word in said})
    rows = []
    for place, (_, said) in enumerate(records.everyone):
        row: dict[str, Any] = {"unique_id": place}
        for word in words:
            spelled = _SPELLED.get(word, fold)
            row[_column(word)] = spelled(" ".join(said[word])) or None if word in said else None
        row["tokens"] = sorted({t for word in ("name", "title") for t in _tokens(row, word)})
        rows.append(row)
    cut = len(records.a)
    return [pd.DataFrame(side) for side in (rows[:cut], rows[cut:]) if side]


def _tokens(row: dict[str, Any], word: str) -> list[str]:
    return [token for token in (row.get(word) or "").split() if len(token) > 1]


def _column(word: str) -> str:
    return word.removeprefix("address.")


def _rare_words(frames: Sequence[Any]) -> None:
    """Leave only the words of titles that few records have: for blocking."""
    counted = Counter(token for frame in frames for tokens in frame.tokens for token in tokens)
    for frame in frames:
        frame["rare"] = [
            [t for t in tokens if counted[t] <= _WORD_SHARED] for tokens in frame.tokens
        ]


def _blocks(frames: Sequence[Any]) -> list[str]:
    """Return the columns whose equal values make few enough pairs, the fewest first."""
    records = sum(len(frame) for frame in frames)
    made = {}
    for column in _compared(frames):
        counts = [frame[column].value_counts() for frame in frames]
        pairs = counts[0].mul(counts[-1], fill_value=0).sum()
        if pairs and pairs <= _PAIRS_PER_RECORD * records:
            made[column] = pairs
    return sorted(made, key=lambda column: made[column])


def _compared(frames: Sequence[Any]) -> list[str]:
    aside = ("unique_id", "tokens", "rare", "description")
    return [column for column in frames[0].columns if column not in aside]


def _splink(records: RecordSet) -> dict[Pair, float]:
    import splink.comparison_library as cl  # type: ignore[import-not-found]  # noqa: PLC0415
    from splink import (  # noqa: PLC0415
        DuckDBAPI,
        Linker,
        SettingsCreator,
        block_on,
    )

    frames = _frames(records)
    _rare_words(frames)
    blocks = _blocks(frames)
    rules = [block_on(column) for column in blocks]
    if records.entity in _TITLED:
        rules.append(block_on("rare", arrays_to_explode=["rare"]))
    comparisons = [_splink_comparison(column, records.entity) for column in _compared(frames)]
    training_rules = [block_on(column) for column in blocks[:3]]
    if records.entity in _TITLED:
        comparisons.append(cl.ArrayIntersectAtSizes("tokens", [5, 3, 2, 1]))
        training_rules.append(block_on("substr(name, 1, 8)"))
    settings = SettingsCreator(
        link_type="link_only" if len(frames) > 1 else "dedupe_only",
        comparisons=comparisons,
        probability_two_random_records_match=1 / max(len(frame) for frame in frames),
        blocking_rules_to_generate_predictions=rules,
    )
    database = DuckDBAPI()
    tables = [database.register(frame) for frame in frames]
    linker = Linker(tables if len(tables) > 1 else tables[0], settings)
    training = linker.training
    if records.entity not in _TITLED and blocks:
        sure = [block_on(*blocks[:2])]
        training.estimate_probability_two_random_records_match(sure, recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
    for rule in training_rules:
        training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_weight=_LEAST_WEIGHT)
    pairs = predicted.as_duckdbpyrelation().df()
    found = zip(pairs.unique_id_l, pairs.unique_id_r, pairs.match_weight, strict=True)
    return {_pair(x, y): float(weight) for x, y, weight in found}


def _splink_comparison(column: str, entity: str) -> Any:  # noqa: ANN401, PLR0911  one each
    import splink.comparison_library as cl  # noqa: PLC0415

    if column in _TITLES and entity != "person":
        return cl.JaroWinklerAtThresholds(column, [0.95, 0.88, 0.8])
    if column in _NAMES:
        return cl.NameComparison(column)
    if column == "birth_date":
        return cl.DateOfBirthComparison(
            column, input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        )
    if column == "email":
        return cl.EmailComparison(column)
    if column in _CODES:
        return cl.DamerauLevenshteinAtThresholds(column, [1, 2])
    if column in ("building_number", "subdivision", "country", "price", "year"):
        return cl.ExactMatch(column).configure(term_frequency_adjustments=True)
    return cl.JaroWinklerAtThresholds(column, [0.9, 0.8])


def _recordlinkage(records: RecordSet) -> dict[Pair, float]:
    import recordlinkage  # type: ignore[import-not-found]  # noqa: PLC0415

    frames = [frame.set_index("unique_id") for frame in _frames(records)]
    _rare_words(frames)
    indexer, compare = recordlinkage.Index(), recordlinkage.Compare()
    for column in _blocks(frames):
        indexer.block(column)
    for column in _compared(frames):
        if column == "price":
            for frame in frames:
                frame[column] = frame[column].astype(float)
            compare.numeric(column, column, method="step", offset=_NEAR_PRICE)
        elif column in _TITLES and records.entity != "person":
            for method, least in _TITLE_LIKENESS:
                compare.string(column, column, method=method, threshold=least)
        else:
            compare.string(column, column, method="jarowinkler", threshold=_NEARLY)
    pairs = indexer.index(*frames)
    if records.entity in _TITLED:
        pairs = pairs.union(_sharing_rare_words(frames))
    classifier = recordlinkage.ECMClassifier()
    vectors = compare.compute(pairs, *frames)
    predicted = classifier.fit_predict(vectors)
    chances = classifier.prob(vectors)
    return {_pair(*pair): float(chances[pair]) for pair in predicted}


def _sharing_rare_words(frames: Sequence[Any]) -> Any:  # noqa: ANN401  a MultiIndex
    import pandas as pd  # noqa: PLC0415

    having: list[dict[str, list[int]]] = [{}, {}]
    for side, frame in zip(having, (frames[0], frames[-1]), strict=True):
        for place, tokens in frame.rare.items():
            for token in tokens:
                side.setdefault(token, []).append(place)
    found = {
        (x, y)
        for token in having[0].keys() & having[1].keys()
        for x, y in product(having[0][token], having[1][token])
        if len(frames) > 1 or x > y
    }
    return pd.MultiIndex.from_tuples(sorted(found), names=[frames[0].index.name] * 2)


def _pair(one: Any, two: Any) -> Pair:  # noqa: ANN401  numbers of numpy
    return (min(int(one), int(two)), max(int(one), int(two)))
