"""The generated functions say what the compiled fields say one by one."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import View, parse
from mappings.laws.samples import Mirror
from mappings.reading import Reading
from mappings.steps import bind_rules
from mappings.unrolled import unroll_reading
from mappings.writing import Writing

FILE = Path(__file__).parents[2] / "rectoverso" / "bench" / "mapping" / "customer.yaml"
BOUND = bind_rules(parse(FILE.read_text("utf-8"), name=FILE.name))
LINKS = Mirror()
WORDS = st.sampled_from(
    [None, "", " ", " Ana\u0303 ", "n\u0303", "A", "C", "organisation", "1.50", "31.03.2026",
     "2026-03-31", "Y", True, False, 0, 7, Decimal("1.5"), ["x"], {}, {"Currency": "eur"},
     "+34911234567"]
)  # fmt: skip
NAMES = sorted({bound.rule.app[0].partition(".")[0] for bound in BOUND.inbound})
PATHS = sorted(BOUND.outbound_paths)


@given(record=st.dictionaries(st.sampled_from(NAMES), WORDS))
@settings(max_examples=300)
def test_a_record_is_read_as_field_by_field(record):
    one, other = Reading(record, None, LINKS), Reading(record, None, LINKS)
    BOUND.read_first(record, one.scalars, one.absent, LINKS, one.refuse)
    other.read_scalars(BOUND.inbound)
    assert one.scalars == other.scalars
    assert list(one.scalars) == list(other.scalars)
    assert (one.absent, one.problems) == (other.absent, other.problems)


def nothing_read(record):
    """No condition asks for what the record says."""
    raise AssertionError(record)


@given(scalars=st.dictionaries(st.sampled_from(PATHS), WORDS))
@settings(max_examples=300)
def test_a_new_record_is_written_as_field_by_field(scalars):
    view = View(scalars, {})
    one, other = (Writing(view, None, LINKS, BOUND.sources, nothing_read) for _ in range(2))
    BOUND.write_new(scalars, one.values, LINKS, one.refuse)
    one.write_scalars(BOUND.filled)
    other.write_scalars(BOUND.outbound)
    assert json.dumps(one.values, default=str) == json.dumps(other.values, default=str)
    assert one.problems == other.problems


@pytest.mark.parametrize("name", ["x'); import os  #", 'a"b', "Контрагент", "__class__", "n1"])
def test_no_word_of_a_document_becomes_code(name, document):
    lines = f"fields:\n  - {{app: name, golden: g, default: {{golden: {name!r}}}}}\n"
    rules = bind_rules(parse(document(lines), name="x"))
    reading = Reading({"name": None}, None, LINKS)
    unroll_reading(rules.inbound)(reading.record, reading.scalars, [], LINKS, reading.refuse)
    assert reading.scalars["g"].value == name
