"""Writing and deleting records one by one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

from connectors.contract import (
    Delete,
    GoneRecord,
    OutcomeUnknown,
    TryLater,
    Write,
    WriteResult,
    Written,
)
from connectors.declarative.client import Answer, Call, Client
from connectors.declarative.outcomes import Verdict, failed_record, judge, raise_for_request
from connectors.declarative.paths import record_at, text_at
from connectors.declarative.requests import send_write
from connectors.errors import NotAuthorised, NotUnderstood, RetryLater
from connectors.manifest import DeleteRule, Outcome, SingleRule, fill

__all__ = ["delete_single", "write_single"]

T = TypeVar("T")

_CREATED = 201
_CONNECTION = (Outcome.LATER, Outcome.NOT_AUTHORISED, Outcome.NOT_UNDERSTOOD)


def write_single(
    client: Client,
    rule: SingleRule,
    object_type: str,
    writes: Sequence[Write],
    not_after: datetime,
) -> list[WriteResult]:
    """Write the records one after the other."""
    path = client.manifest.objects[object_type].path

    def send(write: Write) -> WriteResult:
        answer = send_write(client, _call(rule, path, write, not_after))
        if isinstance(answer, TryLater | OutcomeUnknown):
            return answer
        return _result(client, rule, write, answer)

    return _one_by_one(send, writes)


def delete_single(
    client: Client,
    rule: DeleteRule,
    object_type: str,
    deletes: Sequence[Delete],
    not_after: datetime,
) -> list[WriteResult]:
    """Delete the records one after the other."""
    path = client.manifest.objects[object_type].path

    def send(delete: Delete) -> WriteResult:
        call = Call(
            method=rule.method,
            path=fill(rule.path, path=path, id=quote(delete.external_id, safe="")),
            headers=_guard(rule.headers, delete.expected_version),
            not_after=not_after,
        )
        answer = send_write(client, call)
        if isinstance(answer, TryLater | OutcomeUnknown):
            return answer
        verdict = judge(client.manifest, "request", answer.status, answer.document)
        return GoneRecord() if verdict.outcome is Outcome.OK else _failed(verdict, answer)

    return _one_by_one(send, deletes)


def _one_by_one(send: Callable[[T], WriteResult], wanted: Sequence[T]) -> list[WriteResult]:
    """Send each; if the connection fails on the way, what was done keeps its result."""
    results: list[WriteResult] = []
    for one in wanted:
        try:
            results.append(send(one))
        except (RetryLater, NotAuthorised, NotUnderstood) as error:
            if not results:
                raise
            after = error.after if isinstance(error, RetryLater) else None
            rest = len(wanted) - len(results)
            return results + [TryLater(after, error.reason)] * rest
    return results


def _call(rule: SingleRule, path: str, write: Write, not_after: datetime) -> Call:
    values = dict(write.values)
    if write.external_id is None:
        if rule.client_key is not None:
            values[rule.client_key] = write.key
        return Call(
            method=rule.create_method,
            path=fill(rule.create_path, path=path),
            headers={name: fill(text, key=write.key) for name, text in rule.create_headers.items()},
            document=values,
            not_after=not_after,
        )
    return Call(
        method=rule.update_method,
        path=fill(rule.update_path, path=path, id=quote(write.external_id, safe="")),
        headers=_guard(rule.update_headers, write.expected_version),
        document=values,
        not_after=not_after,
    )


def _guard(headers: Mapping[str, str], version: str | None) -> dict[str, str]:
    if version is None:
        return {}
    return {name: fill(text, version=version) for name, text in headers.items()}


def _result(client: Client, rule: SingleRule, write: Write, answer: Answer) -> WriteResult:
    verdict = judge(client.manifest, "request", answer.status, answer.document)
    if verdict.outcome is not Outcome.OK:
        if write.external_id is None and not rule.upsert and answer.status in (500, 502):
            return OutcomeUnknown(verdict.reason)
        return _failed(verdict, answer)
    record = record_at(answer.document, rule.record)
    external_id = write.external_id or text_at(record, client.manifest.record.id)
    if external_id is None:
        return OutcomeUnknown("the answer has no id for this record")
    etag = answer.headers.get("etag", "").removeprefix("W/").strip('"')
    version = text_at(record, client.manifest.record.version) or etag or None
    guarded = bool(rule.update_headers) and write.expected_version is not None
    return Written(
        external_id=external_id,
        version=version,
        record=record,
        exclusive=guarded if write.external_id is not None else answer.status == _CREATED,
        changed=version is None or version != write.expected_version,
    )


def _failed(verdict: Verdict, answer: Answer) -> WriteResult:
    if verdict.outcome in _CONNECTION:
        raise_for_request(verdict, answer.after)
    return failed_record(verdict, answer.after)
