"""A mapping is made from the few lines a test is about; links are a table."""

import textwrap

import pytest

from mappings import View, compile_mapping, parse

HEAD = "object: things\nentity: thing\nversion: 1\n"


class Table:
    """Links given as (entity, external id, golden id)."""

    def __init__(self, *rows):
        self.to_golden = {(entity, external): golden for entity, external, golden in rows}
        self.to_external = {(entity, golden): external for entity, external, golden in rows}

    def golden_id(self, entity, external_id):
        return self.to_golden.get((entity, external_id))

    def external_id(self, entity, golden_id):
        return self.to_external.get((entity, golden_id))


@pytest.fixture
def links():
    return Table(("category", "ca_1", "gr_1"), ("category", "7", "gr_7"))


@pytest.fixture
def document():
    """Text of a mapping document from its own lines."""
    return lambda lines: HEAD + textwrap.dedent(lines)


@pytest.fixture
def compiled(document):
    """A compiled mapping from the lines of a document."""
    return lambda lines: compile_mapping(parse(document(lines), name="things.yaml"))


@pytest.fixture
def one_field(compiled):
    """A compiled mapping of app field `a` <-> golden field `g` with one operation."""
    maps = "value maps:\n  size: {pairs: {S: small, s: small, L: large}, canonical: {small: S}}\n"
    return lambda operation: compiled(f"{maps}fields:\n  - {{app: a, golden: g{operation}}}\n")


@pytest.fixture
def view():
    """A view of scalars and elements."""
    return lambda scalars=None, elements=None, kept=None: View(
        scalars or {}, elements or {}, kept or {}
    )
