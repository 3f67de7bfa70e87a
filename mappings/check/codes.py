"""Closed lists of values: every code has a row, and becomes one that the other side knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from mappings import ops, values
from mappings.check.findings import Reason, Report
from mappings.faults import closest
from mappings.predicates import allowed_values
from mappings.shapes import Shape
from mappings.view import Json

Codes = frozenset[Json]


@dataclass(frozen=True, slots=True)
class Translation:
    """How an operation treats codes.

    `takes` and `gives`: the only app and golden codes it has rows for, None for any. `read` and
    `write`: one code carried, into golden and into the app.
    """

    takes: Codes | None
    gives: Codes | None
    read: Callable[[Json], Json]
    write: Callable[[Json], Json]
    name: str = ""


def translation(operation: ops.Operation) -> Translation | None:
    """Return how codes are translated; None if the operation makes values that are no codes."""
    match operation:
        case ops.Copy():
            return Translation(None, None, lambda code: code, lambda code: code)
        case ops.Text(forms):
            normal = values.text_normaliser(forms)
            carry = partial(_normal, normal)
            return Translation(None, None, carry, carry)
        case ops.Boolean(yes, no):
            return Translation(
                frozenset({*yes, *no}),
                frozenset({True, False}),
                lambda code: code in yes,
                lambda code: yes[0] if code else no[0],
                "spellings",
            )
        case ops.ValueMap(pairs=pairs):
            back = operation.reverse()
            there = dict(pairs)
            gives = frozenset(back)
            return Translation(
                frozenset(there), gives, there.__getitem__, back.__getitem__, operation.name
            )
        case ops.SetOf(item):
            return translation(item)
        case (
            ops.WholeNumber()
            | ops.DecimalNumber()
            | ops.BusinessDate()
            | ops.Instant()
            | ops.LocalTime()
            | ops.Money()
            | ops.Quantity()
            | ops.Join()
            | ops.Pieces()
            | ops.Phone()
            | ops.TaxId()
            | ops.Country()
            | ops.Reference()
        ):
            return None
        case _:
            assert_never(operation)


def check_codes(
    field: ops.Field, app: Shape, golden: Shape, publish: ops.Predicate, report: Report
) -> None:
    """Ask, for each direction, that every code has a way and arrives as one that is known."""
    how = translation(field.operation)
    if how is None:
        return
    place = field.operation.place if isinstance(field.operation, ops.ValueMap) else field.place
    asking = _Asking(field, place, how, report)
    if field.direction.reads:
        asking.side(app.codes, how.takes, how.read, golden, READING)
    if field.direction.writes:
        allowed = allowed_values(publish, field.golden)
        codes = golden.codes if allowed is None else golden.codes & allowed
        if allowed is not None and not golden.codes:
            codes = frozenset(allowed)
        asking.side(codes, how.gives, how.write, app, WRITING)


@dataclass(frozen=True, slots=True)
class _Way:
    reads: bool
    sends: str
    knows: str


READING = _Way(reads=True, sends="the app can send", knows="the golden record")
WRITING = _Way(reads=False, sends="the golden record has", knows="the app")


@dataclass(frozen=True, slots=True)
class _Asking:
    field: ops.Field
    place: ops.Place
    how: Translation
    report: Report

    def side(
        self,
        codes: Codes,
        rows: Codes | None,
        carry: Callable[[Json], Json],
        target: Shape,
        way: _Way,
    ) -> None:
        """Carry the codes of one side over and ask the other."""
        source = self.field.app[0] if way.reads else self.field.golden
        if rows is not None and (missing := codes - rows):
            message = f"{way.sends} {_names(missing)}: add rows to {self.how.name}"
            self.report.add(self.place, source, Reason.NOT_TOTAL, message)
        known = target.codes
        if not known:
            return
        if rows is None and not codes:
            message = f"{way.sends} any text, {way.knows} only {_names(known)}: use values"
            self.report.add(self.place, source, Reason.UNKNOWN_CODE, message)
            return
        able = rows if rows is not None and not codes else codes & (rows or codes)
        if strange := {carry(code) for code in able} - known:
            word = min(map(_name, strange))
            near = closest(word, map(_name, known)) if len(strange) == 1 else ""
            message = f"{way.knows} knows no {_names(strange)}{near}: correct or remove it"
            target_path = self.field.golden if way.reads else self.field.app[0]
            self.report.add(self.place, target_path, Reason.UNKNOWN_CODE, message)


def _names(codes: Iterable[Json]) -> str:
    return ", ".join(sorted(map(_name, codes)))


def _name(code: Json) -> str:
    return str(code).lower() if isinstance(code, bool) else str(code)


def _normal(normal: Callable[[str], str], code: Json) -> Json:
    return normal(code) if isinstance(code, str) else code
