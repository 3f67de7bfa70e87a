"""Made-up sets full of traps: what is linked by itself is right, and most of what can be is."""

from random import Random

import numpy as np
import pytest

from master_data.forms.records import form_of
from master_data.likeness.batch import match_batch
from master_data.likeness.model import shipped_model
from tests.master_data.unseen.businesses import businesses
from tests.master_data.unseen.people import people
from tests.master_data.unseen.products import products


def measure(entity, world):
    """Return (right links, links, true pairs found as candidates, true pairs)."""
    sources = None
    truth = world.truth
    if entity == "product":
        sources = np.array([words.pop("shop", 0) for _, words in world.records], np.int8)
        truth = {pair for pair in truth if sources[pair[0]] != sources[pair[1]]}
    forms = [form_of(entity, words) for _, words in world.records]
    batch = match_batch(shipped_model(entity), forms, sources)
    found = set(zip(batch.candidates.first.tolist(), batch.candidates.second.tolist(), strict=True))
    return np.array([len(batch.linked & truth), len(batch.linked), len(found & truth), len(truth)])


@pytest.mark.parametrize(
    ("entity", "made", "precision", "recall"),
    [
        ("person", people, 0.995, 0.9),
        ("company", businesses, 0.995, 0.9),
        ("product", products, 0.99, 0.6),
    ],
)
def test_what_is_linked_by_itself_is_right(entity, made, precision, recall):
    right, linked, candidates, true = sum(measure(entity, made(Random(seed))) for seed in (6, 7))
    assert right / linked >= precision
    assert right / true >= recall
    assert candidates / true >= 0.98
