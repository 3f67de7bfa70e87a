"""Small changes to the text of a mapping leave the rest of it as it is."""

import pytest

from mappings import DocumentRefused, parse
from mappings.edit import NoSuchTable, add_row, with_version

FLOW = """\
# a comment
object: things
entity: thing
version: 1  # why
value maps:
  size: {pairs: {S: small, L: large}}
fields:
  - {app: a, golden: g, values: size}
"""
BLOCK = """\
object: things
entity: thing
version: 12
value maps:
  size:
    pairs:
      S: small   # as they say
      "no": none
    canonical:
      small: S
fields:
  - {app: a, golden: g, values: size}
"""


@pytest.mark.parametrize("text", [FLOW, BLOCK])
def test_the_version_alone_changes(text):
    changed = with_version(text, 7)
    assert parse(changed, name="x").version == 7
    before, after = text.splitlines(), changed.splitlines()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_a_text_without_version_gets_one():
    assert parse(with_version(FLOW.replace("version: 1  # why\n", ""), 3), name="x").version == 3


@pytest.mark.parametrize("text", [FLOW, BLOCK])
@pytest.mark.parametrize("code", ["XL", "no way", "NO", "ñ\"'{}", 7, True])
def test_a_row_is_added_in_the_style_of_the_text(text, code):
    changed = add_row(text, "size", code, "huge")
    pairs = dict(parse(changed, name="x").value_maps["size"].pairs)
    assert pairs[code] == "huge"
    assert len(pairs) == 3
    kept = [line for line in text.splitlines() if "pairs: {" not in line]
    assert [line for line in changed.splitlines() if line in kept] == kept


@pytest.mark.parametrize("text", [FLOW, BLOCK])
def test_a_second_code_for_a_value_says_which_is_written(text):
    with pytest.raises(DocumentRefused, match="canonical"):
        parse(add_row(text, "size", "s", "small" if text is FLOW else "none"), name="x")
    changed = add_row(text, "size", "XS", "none" if text is BLOCK else "small", canonical=True)
    canonical = dict(parse(changed, name="x").value_maps["size"].canonical)
    assert "XS" in canonical.values()


def test_a_row_that_is_there_stays_and_a_canonical_one_too():
    assert add_row(BLOCK, "size", "S", "tiny") == BLOCK
    assert add_row(BLOCK, "size", "S", "small", canonical=True) == BLOCK


@pytest.mark.parametrize("text", ["object: x\n", "- a\n", FLOW.replace("size:", "sizes:")])
def test_a_table_that_is_not_there_is_named(text):
    with pytest.raises(NoSuchTable, match="'size'"):
        add_row(text, "size", "S", "small")


def test_what_is_no_mapping_keeps_its_text():
    assert with_version("- a\n", 3) == "- a\n"
