"""Each operation has a word in the document, and is what the parser makes of that word."""

from typing import get_args

import pytest

from mappings import ops, parse
from mappings.document import FieldDocument, ItemDocument
from mappings.words import ITEM_WORDS, WHOLE_WORDS, word_of

FIELDS = {
    "copy": "app: a, golden: g",
    "text": "app: a, golden: g, text: [trim]",
    "cut": "app: a, golden: g, cut: 3, lossy: short",
    "integer": "app: a, golden: g, integer: {}",
    "decimal": "app: a, golden: g, decimal: {}",
    "boolean": "app: a, golden: g, boolean: {}",
    "date": "app: a, golden: g, date: {}",
    "instant": "app: a, golden: g, instant: {}",
    "local_time": "app: a, golden: g, local time: {}",
    "values": "app: a, golden: g, values: m",
    "reference": "app: a, golden: g, reference: {entity: thing}",
    "phone": "app: a, golden: g, phone: {region: ES}",
    "tax_id": "app: a, golden: g, tax id: {}",
    "country": "app: a, golden: g, country: {}",
    "money": "app: a, golden: g, money: {}",
    "quantity": "app: a, golden: g, quantity: {}",
    "join": "golden: g, join: {app: [a, b]}",
    "pieces": "golden: g, pieces: {app: [a, b], width: 9}",
    "set": "app: a, golden: g, set: {}",
}


@pytest.mark.parametrize("word", FIELDS)
def test_a_word_makes_the_operation_that_it_names(document, word):
    lines = f"value maps:\n  m: {{pairs: {{a: x}}}}\nfields: [{{{FIELDS[word]}}}]\n"
    (field,) = parse(document(lines), name="x").rules
    assert word_of(field.operation) == word


def test_every_word_and_every_operation_is_told():
    assert set(ITEM_WORDS) == set(ItemDocument.model_fields)
    assert set(WHOLE_WORDS) <= set(FieldDocument.model_fields)
    assert set(FIELDS) == {"copy", *ITEM_WORDS, *WHOLE_WORDS}
    # Each operation has one word, but for a text that is only cut.
    assert len(FIELDS) == len(get_args(ops.Operation)) + 1
