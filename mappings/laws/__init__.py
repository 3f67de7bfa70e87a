"""The laws every two-way mapping keeps, tried on made-up records.

1. Nothing changed, nothing written, both ways. 2. What golden allows can be written, and the app
takes it. 3. What was written comes back: exactly where the golden record is known, and up to the
declared normal form where it is not. 4. Written once is written: a second write has nothing left to
say. A field marked `lossy` is excused from the normal form, never from the rest. Hypothesis is
needed here and nowhere else; no files are written.
"""

from collections.abc import Callable, Mapping
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings import ops
from mappings.laws.examples import CounterExample, Law
from mappings.laws.samples import records, views
from mappings.laws.trial import Broken, Trial
from mappings.shapes import shape_of
from mappings.view import Json

__all__ = ["DOCUMENTS", "CounterExample", "Law", "counter_example"]

DOCUMENTS: Final = 100
"""Made-up documents per law, as a rule: 100 records read, 100 golden records written."""
MOST_DOCUMENTS: Final = 150
"""So that both laws together never take more than 300, whoever asks."""


def counter_example(
    mapping: ops.Mapping,
    app: Mapping[str, Json],
    golden: Mapping[str, Json],
    *,
    documents: int = DOCUMENTS,
) -> CounterExample | None:
    """Try the laws on made-up records of both sides; None if all hold. Always the same records.

    A field for which nothing can be made up, as its schema contradicts itself, stays blank.
    """
    app_shape, golden_shape = shape_of(app), shape_of(golden)
    trial = Trial(mapping, app_shape, golden_shape)
    some_records, some_views = records(mapping, app_shape), views(mapping, golden_shape)
    count = min(documents, MOST_DOCUMENTS)
    try:
        _run(trial.nothing_changed, count, record=some_records)
        _run(trial.comes_back, count, golden=some_views, record=st.none() | some_records)
    except Broken as broken:
        return broken.example
    return None


def _run(law: Callable[..., None], documents: int, **strategies: st.SearchStrategy[Json]) -> None:
    @settings(
        max_examples=documents,
        database=None,
        derandomize=True,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(**strategies)
    def run(**drawn: Json) -> None:
        law(**drawn)

    run()
