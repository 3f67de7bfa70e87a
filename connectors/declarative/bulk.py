"""Writing many records by one request that is answered item by item."""

from collections.abc import Sequence
from datetime import datetime

from connectors.contract import (
    Json,
    OutcomeUnknown,
    Record,
    TryLater,
    Write,
    WriteResult,
    Written,
)
from connectors.declarative.client import Answer, Call, Client
from connectors.declarative.outcomes import failed_record, judge, raise_for_request
from connectors.declarative.paths import at, record_at, text_at
from connectors.declarative.requests import send_write
from connectors.manifest import BulkRule, Manifest, Outcome, fill

__all__ = ["write_bulk"]

_CREATED = 201


def write_bulk(
    client: Client,
    rule: BulkRule,
    object_type: str,
    writes: Sequence[Write],
    not_after: datetime,
) -> list[WriteResult]:
    """Write at most `rule.most` records; raises what a refusal of the whole request means."""
    path = fill(rule.path, path=client.manifest.objects[object_type].path)
    document: Json = {rule.items: [_item(rule, write) for write in writes]}
    call = Call(method=rule.method, path=path, document=document, not_after=not_after)
    answer = send_write(client, call)
    if isinstance(answer, TryLater | OutcomeUnknown):
        return [answer] * len(writes)
    verdict = judge(client.manifest, "request", answer.status, answer.document)
    if verdict.outcome is Outcome.UNKNOWN or _may_have_landed(rule, answer, writes):
        return [OutcomeUnknown(verdict.reason)] * len(writes)
    if verdict.outcome is not Outcome.OK:
        raise_for_request(verdict, answer.after)
    return _results(client.manifest, rule, writes, answer.document)


def _may_have_landed(rule: BulkRule, answer: Answer, writes: Sequence[Write]) -> bool:
    """Tell whether sending it again could make a record twice."""
    if rule.upsert or answer.status not in (500, 502):
        return False
    return any(write.external_id is None for write in writes)


def _item(rule: BulkRule, write: Write) -> Json:
    item: Record = {rule.item_values: dict(write.values)}
    if write.external_id is not None:
        item[rule.item_id] = write.external_id
    elif rule.item_client_key is not None:
        item[rule.item_client_key] = write.key
    if rule.item_version is not None and write.expected_version is not None:
        item[rule.item_version] = write.expected_version
    return item


def _results(
    manifest: Manifest, rule: BulkRule, writes: Sequence[Write], document: Json
) -> list[WriteResult]:
    """Read a 2xx answer item by item: it is no success of any one of them."""
    listed = at(document, rule.results)
    items = listed if isinstance(listed, list) else []
    results: list[WriteResult] = []
    for number, write in enumerate(writes):
        item = items[number] if number < len(items) else None
        results.append(_result(manifest, rule, write, item))
    return results


def _result(manifest: Manifest, rule: BulkRule, write: Write, item: Json) -> WriteResult:
    status = at(item, rule.status)
    if not isinstance(status, int):
        return OutcomeUnknown("the answer has no result for this record")
    verdict = judge(manifest, "item", status, at(item, rule.problem))
    if verdict.outcome is not Outcome.OK:
        return failed_record(verdict, None)
    external_id = text_at(item, rule.id) or write.external_id
    if external_id is None:
        return OutcomeUnknown("the answer has no id for this record")
    guarded = rule.item_version is not None and write.expected_version is not None
    return Written(
        external_id=external_id,
        version=text_at(item, rule.version),
        record=record_at(item, rule.record),
        exclusive=guarded or status == _CREATED,
        changed=rule.changed is None or at(item, rule.changed) is not False,
    )
