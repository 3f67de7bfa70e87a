"""What a person's answer makes of a golden record. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from master_data.model import Golden, Value, is_blank

__all__ = ["settle_value", "unsettle_value"]


def settle_value(
    golden: Golden, path: str, value: Value, decision: Mapping[str, Value] | None
) -> Golden:
    """Return golden with a value that a person decided on (None: nobody any more), not held."""
    version = golden.version + 1
    body = {name: each for name, each in golden.body.items() if name != path}
    provenance = dict(golden.provenance)
    if is_blank(value):
        provenance.pop(path, None)
    else:
        body[path] = value
        provenance[path] = version
    decisions = {name: each for name, each in golden.decisions.items() if name != path}
    return replace(
        golden,
        version=version,
        body=body,
        provenance=provenance,
        decisions=decisions if decision is None else decisions | {path: dict(decision)},
        held=golden.held - {path},
    )


def unsettle_value(
    golden: Golden, path: str, value: Value, decision: Mapping[str, Value] | None
) -> Golden:
    """Return golden as it was before a person answered: held, with the value it had."""
    back = settle_value(golden, path, value, decision)
    return replace(back, held=back.held | {path})
