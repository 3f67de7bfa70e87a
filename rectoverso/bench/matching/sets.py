"""How well matching finds the known pairs of a folder, and at what cost."""

import resource
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from master_data.forms.records import form_of
from master_data.likeness.batch import Batch, match_batch
from master_data.likeness.model import shipped_model
from rectoverso.bench.matching.folders import Pair, RecordSet, read_set


def match_set(records: RecordSet) -> Batch:
    """Match a set with the shipped model of its entity."""
    forms = [form_of(records.entity, words) for _, words in records.everyone]
    sources = None
    if records.b:
        sources = np.array([0] * len(records.a) + [1] * len(records.b), np.int8)
    return match_batch(shipped_model(records.entity), forms, sources, partners=records.partners)


def measure_set(folder: Path) -> dict[str, Any]:
    """Return the figures of one set; those of quality are None where nobody knows the pairs."""
    begin = process_time()
    records = read_set(folder)
    batch = match_set(records)
    cpu = process_time() - begin
    first, second = batch.candidates.first.tolist(), batch.candidates.second.tolist()
    candidates = set(zip(first, second, strict=True))
    size = len(records.a) + len(records.b)
    figures: dict[str, Any] = {
        "records": size,
        "entity": records.entity,
        "linked": len(batch.linked),
        **quality(batch.linked, records.truth),
        "candidate_recall": _share(candidates, records.truth),
        "candidates_per_record": round(len(candidates) / max(1, size), 2),
        "review": len(batch.review),
        "without_keys": batch.keyless,
        "stop_keys": batch.candidates.stopped,
        "cpu_s": round(cpu, 2),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    if records.ignored:
        figures["ignored_words"] = list(records.ignored)
    if records.unplaced:
        figures["matches_of_unknown_ids"] = records.unplaced
    return figures


def _share(found: set[Pair], truth: set[Pair] | None) -> float | None:
    return None if truth is None else round(len(found & truth) / max(1, len(truth)), 4)


def quality(found: set[Pair], truth: set[Pair] | None) -> dict[str, float | None]:
    """Return precision, recall and F1 of pairs; None where nobody knows the true ones."""
    if truth is None:
        return {"precision": None, "recall": None, "f1": None}
    hits = len(found & truth)
    precision, recall = hits / max(1, len(found)), hits / max(1, len(truth))
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5)}
