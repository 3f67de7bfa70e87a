"""Decides what one state of a source record means. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from hub.conflicts.model import OpenConflict, Rival
from hub.effects.rules import in_normal_form
from hub.events.rules import Outcome, first_outcome
from hub.sync.model import Case, Decision, name_of
from master_data.fields import EntitySchema
from master_data.merge import Merge, Reading, Weighing, merge
from master_data.model import (
    Base,
    Contribution,
    Crossref,
    FieldOutcome,
    FieldResult,
    Golden,
    Value,
    split_path,
)

RIVAL_VALUES = "rival_values"
UNMAPPED_VALUE = "unmapped_value"
SNAPSHOT_EVERY = 50


def decide(
    case: Case,
    schema: EntitySchema,
    weighing: Weighing,
) -> Decision:
    """Merge the state; what the canonical schema refuses is held here and changes nothing."""
    if case.crossref.seen_at < case.crossref.settled_at:
        case = replace(case, crossref=_with_own_forms(case))

    def merged(readings: Mapping[str, Reading]) -> Merge:
        return merge(case.crossref, case.golden, readings, case.sighting, weighing)

    problems = dict(case.sight.problems)
    readings = _sound(case.sight.readings, problems)
    outcome = merged(readings)
    if outcome.changed or case.golden.version == 0:
        refused = schema.problems(outcome.body)
        if refused and case.golden.version == 0 and not _without(readings, refused, schema):
            return _rejected(case, refused) if not case.awaited else _deferred(case)
        if refused:
            problems |= refused
            readings = _sound(readings, refused)
            outcome = merged(readings)
            still = schema.problems(outcome.body) if case.golden.version == 0 else {}
            if still:
                return _rejected(case, refused | still) if not case.awaited else _deferred(case)
    return _decision(case, outcome, problems, weighing.rivals_of)


def _with_own_forms(case: Case) -> Crossref:
    """Take a system's own form of what we wrote and never saw since for agreed, not for an edit."""
    crossref = case.crossref
    formed = {
        path: Base(reading.words, agreed.golden)
        for path, reading in case.sight.readings.items()
        if (agreed := crossref.base.get(path)) is not None
        and in_normal_form(agreed.golden, reading.value)
    }
    return replace(crossref, base={**crossref.base, **formed})


def _without(
    readings: Mapping[str, Reading], refused: Mapping[str, str], schema: EntitySchema
) -> bool:
    """Say whether something is left to make a golden record of."""
    required = set(schema.schema.get("required", ()))
    return not ("" in refused or required & set(refused)) and bool(readings)


def _sound(readings: Mapping[str, Reading], problems: Mapping[str, str]) -> Mapping[str, Reading]:
    if not problems:
        return readings
    return {
        path: reading
        for path, reading in readings.items()
        if path not in problems and split_path(path)[0] not in problems
    }


def _deferred(case: Case) -> Decision:
    """Let all of a new record wait that cannot stand without one we do not know yet."""
    results = tuple(
        FieldResult(
            path, FieldOutcome.WAITING, None, None, "reference", f"waits for {entity} {id_}"
        )
        for path, (entity, id_) in sorted(case.awaited.items())
    )
    return Decision(
        golden=case.golden,
        crossref=case.crossref,
        outcome=Outcome.WAITING,
        results=results,
        waits_for=_awaited(case),
        deferred=True,
    )


def _awaited(case: Case) -> tuple[str, ...]:
    named = case.awaited.values()
    return tuple(name_of(case.crossref.connection, entity, id_) for entity, id_ in named)


def _rejected(case: Case, refused: dict[str, str]) -> Decision:
    """Reject the whole record; fields that could not be read are named too: they may be why."""
    results = tuple(
        FieldResult(
            path or "record",
            FieldOutcome.REJECTED,
            None,
            None,
            "mapping" if path in case.sight.problems else "schema",
            why,
        )
        for path, why in sorted((refused | case.sight.problems | case.dangling).items())
    )
    reason = "; ".join(f"{result.path}: {result.why}" for result in results)
    return Decision(case.golden, case.crossref, Outcome.REJECTED, results, rejected=reason)


def _decision(
    case: Case,
    merged: Merge,
    problems: Mapping[str, str],
    rivals_of: Callable[[str], Sequence[Contribution]],
) -> Decision:
    results = [*merged.results]
    for path, why in sorted(problems.items()):
        rule = "schema" if path not in case.sight.problems else "mapping"
        kind = FieldOutcome.REJECTED if rule == "schema" else FieldOutcome.HELD
        results.append(FieldResult(path, kind, None, None, rule, why))
    for path, why in sorted(case.dangling.items()):
        results.append(FieldResult(path, FieldOutcome.REJECTED, None, None, "reference", why))
    for path, (entity, external_id) in sorted(case.awaited.items()):
        why = f"waits for {entity} {external_id}"
        results.append(FieldResult(path, FieldOutcome.WAITING, None, None, "reference", why))
    golden = _next_golden(case, merged)
    crossref = _next_crossref(case, merged, problems)
    return Decision(
        golden=golden,
        crossref=crossref,
        outcome=first_outcome(result.outcome for result in results),
        results=tuple(results),
        changes=_changes(merged, case.crossref.connection),
        conflicts=(*_rival_conflicts(case, merged, rivals_of), *_unmapped(case, problems)),
        settled=merged.settled,
        waits_for=_awaited(case),
    )


def _next_golden(case: Case, merged: Merge) -> Golden:
    golden = case.golden
    if golden.version and merged.body == golden.body and merged.held == golden.held:
        return golden
    version = golden.version + 1
    moved = dict.fromkeys(merged.changed, version)
    return replace(
        golden,
        version=version,
        body=merged.body,
        held=merged.held,
        provenance={p: v for p, v in golden.provenance.items() if p in merged.body} | moved,
    )


def _next_crossref(case: Case, merged: Merge, problems: Mapping[str, str]) -> Crossref:
    base = {
        path: each
        for path, each in merged.base.items()
        if not (each.golden is None and split_path(path)[1] and path not in merged.body)
    }
    held = {
        path: why for path, why in case.crossref.held.items() if path not in case.sight.readings
    }
    return case.crossref.with_(
        base=base,
        contributions=merged.contributions,
        elements=case.sight.elements,
        absent=case.sight.absent,
        held=held | dict(problems),
        record=case.record,
        remote_version=case.remote_version,
        seen_at=max(case.sighting.stamp, case.crossref.seen_at),
        mapping_version=case.mapping_version,
    )


def _changes(merged: Merge, source: str) -> dict[str, list[Value]]:
    """Return path -> [new, old, rule, why, source, rivals] of the fields that moved."""
    return {
        r.path: [
            r.new,
            r.old,
            r.rule,
            r.why,
            r.source or source,
            [[rival.source, rival.value, rival.at] for rival in r.rivals],
        ]
        for r in merged.results
        if r.outcome is FieldOutcome.APPLIED and r.new != r.old
    }


def _rival_conflicts(
    case: Case, merged: Merge, rivals_of: Callable[[str], Sequence[Contribution]]
) -> list[OpenConflict]:
    return [
        OpenConflict(
            kind=RIVAL_VALUES,
            entity=case.golden.entity,
            golden_id=case.golden.id,
            subject=result.path,
            connection=None,
            rule=result.rule,
            why=result.why,
            rivals=_rivals(merged.contributions[result.path], rivals_of(result.path)),
        )
        for result in merged.results
        if result.outcome is FieldOutcome.CONFLICT
    ]


def _rivals(incoming: Contribution, others: Sequence[Contribution]) -> tuple[Rival, ...]:
    everyone = sorted((incoming, *others), key=lambda each: each.source)
    return tuple(Rival(each.source, each.value, each.at) for each in everyone)


def _unmapped(case: Case, problems: Mapping[str, str]) -> list[OpenConflict]:
    return [
        OpenConflict(
            kind=UNMAPPED_VALUE,
            entity=case.golden.entity,
            golden_id=case.golden.id,
            subject=f"{case.crossref.connection}:{path}",
            connection=case.crossref.connection,
            rule="mapping",
            why=why,
        )
        for path, why in sorted(problems.items())
        if path in case.sight.problems
    ]
