"""What an answer means: the ordered error table. Pure.

The rules of the manifest come first, then the ones below, which say what HTTP says.
"""

import re
from dataclasses import dataclass
from typing import Literal, NoReturn

from connectors.contract import (
    GoneRecord,
    Json,
    OutcomeUnknown,
    Refused,
    StaleRecord,
    TryLater,
    WriteResult,
)
from connectors.declarative.paths import at, text_at
from connectors.errors import (
    BatchRefused,
    CursorLost,
    NotAuthorised,
    NotUnderstood,
    RetryLater,
)
from connectors.manifest import ErrorRule, Manifest, Outcome, ProblemRule

__all__ = ["HTTP_RULES", "Verdict", "failed_record", "judge", "raise_for_request"]

Scope = Literal["request", "item"]

HTTP_RULES = (
    ErrorRule(status=("2xx",), outcome=Outcome.OK),
    ErrorRule(status=("401", "403"), scope="request", outcome=Outcome.NOT_AUTHORISED),
    ErrorRule(status=("404", "410"), outcome=Outcome.GONE),
    ErrorRule(status=("405", "406", "415"), scope="request", outcome=Outcome.NOT_UNDERSTOOD),
    ErrorRule(status=("412",), outcome=Outcome.STALE),
    ErrorRule(status=("408", "423", "425", "429"), outcome=Outcome.LATER),
    ErrorRule(status=("504",), outcome=Outcome.UNKNOWN),
    ErrorRule(status=("5xx",), outcome=Outcome.LATER),
    ErrorRule(status=("4xx",), outcome=Outcome.REFUSED),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer means and why."""

    outcome: Outcome
    reason: str
    fields: dict[str, str]


def judge(manifest: Manifest, scope: Scope, status: int, problem: Json) -> Verdict:
    """Return the meaning of a status; `problem` is the document that came with it, if any."""
    outcome = Outcome.NOT_UNDERSTOOD
    for rule in (*manifest.errors, *HTTP_RULES):
        if _fits(rule, scope, status, problem):
            outcome = rule.outcome
            break
    if outcome is Outcome.OK:
        return Verdict(outcome, "", {})
    reason = _reason(manifest.problem, status, problem)
    return Verdict(outcome, reason, _fields(manifest.problem, problem, reason))


def raise_for_request(verdict: Verdict, after: float | None) -> NoReturn:
    """Raise what a failed question, or a failed request of many records, means for the hub."""
    match verdict.outcome:
        case Outcome.LATER | Outcome.UNKNOWN:
            raise RetryLater(after, verdict.reason)
        case Outcome.NOT_AUTHORISED:
            raise NotAuthorised(verdict.reason)
        case Outcome.REFUSED:
            raise BatchRefused(verdict.reason)
        case Outcome.CURSOR_LOST:
            raise CursorLost(verdict.reason)
        case Outcome.OK | Outcome.GONE | Outcome.STALE | Outcome.NOT_UNDERSTOOD:
            raise NotUnderstood(verdict.reason)


def failed_record(verdict: Verdict, after: float | None) -> WriteResult:
    """Return what a failure of one record means for the hub."""
    match verdict.outcome:
        case Outcome.REFUSED | Outcome.NOT_AUTHORISED:
            return Refused(verdict.reason, verdict.fields)
        case Outcome.STALE:
            return StaleRecord()
        case Outcome.GONE:
            return GoneRecord()
        case Outcome.LATER:
            return TryLater(after, verdict.reason)
        case Outcome.OK | Outcome.UNKNOWN | Outcome.CURSOR_LOST | Outcome.NOT_UNDERSTOOD:
            return OutcomeUnknown(verdict.reason or "the answer is not understood")


def _fits(rule: ErrorRule, scope: Scope, status: int, problem: Json) -> bool:
    if rule.scope not in ("any", scope):
        return False
    if not any(_same(wanted, status) for wanted in rule.status):
        return False
    if rule.matches is None:
        return True
    return re.search(rule.matches, text_at(problem, rule.path) or "") is not None


def _same(wanted: str, status: int) -> bool:
    return wanted == str(status) or (wanted.endswith("xx") and wanted[0] == str(status)[:1])


def _reason(rule: ProblemRule, status: int, problem: Json) -> str:
    texts = (text_at(problem, path) for path in rule.reason)
    return next((text for text in texts if text), f"status {status}")


def _fields(rule: ProblemRule, problem: Json, reason: str) -> dict[str, str]:
    listed = at(problem, rule.fields)
    fields = {}
    for one in listed if isinstance(listed, list) else []:
        name = text_at(one, rule.field)
        if name is not None:
            fields[name] = text_at(one, rule.field_reason) or reason
    name = text_at(problem, rule.one_field) if rule.one_field else None
    if name is not None and name not in fields:
        fields[name] = text_at(problem, rule.one_reason) or reason
    return fields
