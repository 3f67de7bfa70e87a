"""The examples that a mapping carries: each says what a record means, and is tried both ways."""

from collections.abc import Mapping
from dataclasses import dataclass

from mappings import ops
from mappings.compile import CompiledMapping, compile_mapping
from mappings.view import Inbound, Json, Links, Record, View


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that does not hold: where it stands, at which path, what was said and found."""

    example: ops.Example
    path: str
    wanted: Json
    found: Json

    def __str__(self) -> str:
        """Say it in one line."""
        place = f"line {self.example.place.line}, {self.example.name}"
        return f"{place}: {self.path}: says {self.wanted!r}, is {self.found!r}"


def failed_examples(mapping: ops.Mapping, links: Links) -> list[ExampleFailure]:
    """Try all examples of a mapping and its parts; none is left out, nothing is written."""
    compiled = compile_mapping(mapping)
    failures = [one for each in mapping.examples for one in _failures(compiled, each, links)]
    return failures + [one for part in mapping.parts for one in failed_examples(part, links)]


def _failures(
    compiled: CompiledMapping, example: ops.Example, links: Links
) -> list[ExampleFailure]:
    if not compiled.accepts(example.app):
        return [ExampleFailure(example, "accept when", wanted=True, found=False)]
    inbound = compiled.to_golden(example.app, None, links)
    failures = [
        ExampleFailure(example, path, None, problem.reason)
        for path, problem in inbound.problems.items()
    ]
    found, wanted = golden_of(inbound), flat(example.golden, compiled.list_paths)
    failures += [
        ExampleFailure(example, path, wanted.get(path), found.get(path))
        for path in sorted(found.keys() | wanted.keys())
        if found.get(path) != wanted.get(path)
    ]
    if failures or example.one_way:
        return failures
    return _back(compiled, example, inbound, links)


def _back(
    compiled: CompiledMapping, example: ops.Example, inbound: Inbound, links: Links
) -> list[ExampleFailure]:
    """Write the golden record to an empty app and read it: it says the same."""
    view = View(
        {path: read.value for path, read in inbound.scalars.items()},
        {
            path: {key: read.value for key, read in one.items()}
            for path, one in inbound.elements.items()
        },
    )
    failures = []
    for name, words in compiled.to_system(view, example.app, links).values.items():
        failures.append(ExampleFailure(example, name, example.app.get(name), words))
    created = compiled.to_system(view, None, links)
    again = golden_of(compiled.to_golden(created.values, view, links))
    for path, value in golden_of(inbound).items():
        if path in compiled.outbound_paths and path in again and again[path] != value:
            failures.append(ExampleFailure(example, path, value, again[path]))
    return failures


def golden_of(inbound: Inbound) -> Record:
    """Return what was read, by path; blanks left out, elements in the order of their keys."""
    said = {path: read.value for path, read in inbound.scalars.items() if read.value is not None}
    for path, elements in inbound.elements.items():
        if elements:
            said[path] = [elements[key].value for key in sorted(elements)]
    return said


def flat(golden: Mapping[str, Json], lists: frozenset[str], prefix: str = "") -> Record:
    """Return an example's golden record by path; money and quantities stay one value."""
    said: Record = {}
    for name, value in golden.items():
        path = prefix + name
        inner = isinstance(value, dict) and value.keys() not in VALUES and path not in lists
        said |= flat(value, lists, f"{path}.") if inner else {path: value}
    return said


VALUES = ({"amount", "currency"}, {"value", "unit"})
