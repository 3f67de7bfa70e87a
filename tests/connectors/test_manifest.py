import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from connectors.manifest import Manifest, Outcome
from tests.connectors.conftest import BASE, BULK, SINGLE

GUIDE = Path(__file__).parents[2] / "docs" / "connectors.md"


def models(kind):
    """Return all rules that stand in a manifest."""
    found = set()
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        found.add(kind)
        kinds = tuple(field.annotation for field in kind.model_fields.values())
    else:
        kinds = get_args(kind)
    return found.union(*map(models, kinds))


def keys():
    for model in models(Manifest):
        for name, field in model.model_fields.items():
            yield field.alias or name


@pytest.mark.parametrize("key", sorted(set(keys())))
def test_every_key_is_named_in_the_guide(key):
    assert re.search(rf"`(\w+\.)?{key}`", GUIDE.read_text())


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_named_in_the_guide(outcome):
    assert f"`{outcome}`" in GUIDE.read_text()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, "either bulk or single"),
        ({"bulk": BULK, "single": SINGLE}, "either bulk or single"),
        ({"single": {}, "changes": {}}, "tombstones need"),
        ({"single": {"create_headers": {"key": "{id}"}}}, "may not use id"),
        ({"single": {}, "auth": {"headers": {"a": "{password}"}}}, "may not use password"),
        ({"single": {}, "changes": {"tombstone": "x", "query": {"a": "{since}"}}}, "may not use"),
        ({"single": {}, "errors": [{"status": ["4x"], "outcome": "later"}]}, "status"),
        ({"single": {}, "errors": [{"status": ["400"], "outcome": "well"}]}, "outcome"),
        (
            {"single": {}, "errors": [{"status": ["400"], "path": "a", "outcome": "later"}]},
            "belong together",
        ),
        ({"single": {}, "record": {"id": "a..b"}}, "record.id"),
        ({"single": {}, "objects": {}}, "objects"),
    ],
)
def test_a_manifest_that_cannot_work_is_refused(wrong, reason):
    with pytest.raises(ValidationError, match=reason):
        Manifest.model_validate(BASE | wrong)


def test_a_system_made_of_code_needs_no_writing_rule():
    assert Manifest.model_validate(BASE | {"dialect": "code"}).single is None
