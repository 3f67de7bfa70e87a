"""The guide says what the product does: every example in it runs, every reason and law is told."""

import json
import re
from pathlib import Path

import pytest

from mappings import check, compile_mapping, language_schema, parse
from mappings.check import Reason
from mappings.laws import Law, counter_example

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "mappings.md").read_text("utf-8")
BLOCK = re.compile(r"^```yaml\n(.*?)^```\n(?:\n^```text\n(.*?)^```)?", re.MULTILINE | re.DOTALL)
EXAMPLES = BLOCK.findall(GUIDE)
TOLD = [(text, answer) for text, answer in EXAMPLES if answer]
APP = json.loads((ROOT / "connectors/systems/simple_crm/schemas/customers.json").read_text())
GOLDEN = json.loads((ROOT / "master_data/schemas/customer.json").read_text())


@pytest.mark.parametrize("text", [text for text, _ in EXAMPLES])
def test_every_example_of_the_guide_is_a_mapping(text):
    assert compile_mapping(parse(text, name="docs/mappings.md")).object_type


@pytest.mark.slow
@pytest.mark.parametrize(("text", "answer"), TOLD)
def test_what_the_guide_says_of_a_faulty_example_is_what_is_said(text, answer):
    mapping = parse(text, name="docs/mappings.md")
    findings = [str(finding) for finding in check(mapping, APP, GOLDEN)]
    assert "\n".join(findings or [str(counter_example(mapping, APP, GOLDEN))]) == answer.strip()


def test_every_reason_and_every_law_has_a_row_in_the_guide():
    rows = set(re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE))
    assert set(Reason) | set(Law) <= rows
    assert len(TOLD) == 2


def test_the_schema_that_ships_for_editors_is_the_language():
    shipped = json.loads((ROOT / "mappings" / "language.schema.json").read_text("utf-8"))
    assert shipped == language_schema()
