"""Splink and recordlinkage on the same sets, each as its own guide says, at its own threshold."""

import resource
import warnings
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from rectoverso.bench.matching.sets import Pair, RecordSet, quality, read_set

_MATCH_WEIGHT = 0.0
_NEARLY = 0.85


def measure(folder: Path, peer: str) -> dict[str, Any]:
    """Return the figures of a peer on one set."""
    warnings.simplefilter("ignore")
    begin = process_time()
    records = read_set(folder)
    find: Callable[[RecordSet], set[Pair]] = _splink if peer == "splink" else _recordlinkage
    found = find(records)
    figures: dict[str, Any] = {"linked": len(found)}
    if records.truth is not None:
        figures |= quality(found, records.truth)
    return figures | {
        "cpu_s": round(process_time() - begin, 2),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _frames(records: RecordSet) -> list[Any]:
    import pandas as pd  # type: ignore[import-untyped]  # noqa: PLC0415  comes with the peers

    fields = sorted({word for _, words in records.a for word in words})
    names = {word: word.replace(".", "_") for word in fields}

    def frame(side: list[tuple[str, dict[str, list[str]]]]) -> Any:  # noqa: ANN401  a DataFrame
        rows: list[dict[str, str | None]] = [
            {"unique_id": key, **{names[w]: _text(words.get(w)) for w in fields}}
            for key, words in side
        ]
        return pd.DataFrame(rows)

    return [frame(side) for side in (records.a, records.b) if side]


def _text(values: list[str] | None) -> str | None:
    return " ".join(values).lower() if values else None


def _splink(records: RecordSet) -> set[Pair]:
    import splink.comparison_library as cl  # type: ignore[import-not-found]  # noqa: PLC0415
    from splink import (  # noqa: PLC0415
        DuckDBAPI,
        Linker,
        SettingsCreator,
        block_on,
    )

    frames = _frames(records)
    columns = [column for column in frames[0].columns if column != "unique_id"]
    settings = SettingsCreator(
        link_type="link_only" if len(frames) > 1 else "dedupe_only",
        comparisons=[cl.JaroWinklerAtThresholds(column, [0.9, 0.8]) for column in columns],
        blocking_rules_to_generate_predictions=[block_on(column) for column in columns],
    )
    database = DuckDBAPI()
    tables = [database.register(frame) for frame in frames]
    linker = Linker(tables if len(tables) > 1 else tables[0], settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000)
    for column in columns[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
    predicted = linker.inference.predict(threshold_match_weight=_MATCH_WEIGHT)
    pairs = predicted.as_duckdbpyrelation().df()
    return {_pair(x, y) for x, y in zip(pairs.unique_id_l, pairs.unique_id_r, strict=True)}


def _recordlinkage(records: RecordSet) -> set[Pair]:
    import recordlinkage  # type: ignore[import-not-found]  # noqa: PLC0415

    frames = [frame.set_index("unique_id") for frame in _frames(records)]
    indexer = recordlinkage.Index()
    compare = recordlinkage.Compare()
    for column in frames[0].columns:
        indexer.block(column)
        compare.string(column, column, method="jarowinkler", threshold=_NEARLY)
    pairs = indexer.index(*frames)
    classifier = recordlinkage.ECMClassifier()
    predicted = classifier.fit_predict(compare.compute(pairs, *frames))
    return {_pair(x, y) for x, y in predicted}


def _pair(one: str, two: str) -> Pair:
    return (one, two) if one < two else (two, one)
