"""Builders as fixtures."""

import pytest

from tests.master_data.builders import (
    CLOCKS,
    make_contribution,
    make_crossref,
    make_golden,
)


@pytest.fixture
def a_contribution():
    return make_contribution


@pytest.fixture
def a_golden():
    return make_golden


@pytest.fixture
def a_crossref():
    return make_crossref


@pytest.fixture
def clocks():
    return CLOCKS
