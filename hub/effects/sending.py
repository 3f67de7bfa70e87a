"""Sends what is frozen, call by call: for a while, and as long as its connection is well.

What did not get its turn was not sent and is given back; of what was, each item has its answer.
"""

from collections import deque
from collections.abc import Sequence

from connectors.contract import OutcomeUnknown, Refused, TryLater, WriteResult
from connectors.errors import (
    BatchRefused,
    ConnectorError,
    NotAuthorised,
    RetryLater,
)
from hub.connections import service as connections
from hub.effects.deleting import send_deletes
from hub.effects.delivery import Delivery, Unsent
from hub.effects.freezing import Frozen

__all__ = ["goes_on", "send"]


def goes_on(delivery: Delivery) -> bool:
    """Say whether one more call may be made: in time, and to a connection that takes writes."""
    hub = delivery.hub
    return not delivery.is_over and delivery.connection.id in hub.writable


def send(
    delivery: Delivery, object_type: str, frozen: Sequence[Frozen]
) -> list[WriteResult | Unsent]:
    """Write or delete what is frozen. A refused batch is halved, a lost answer unknown for each."""
    hub, connection = delivery.hub, delivery.connection
    most = max(1, connection.connector.capabilities.bulk_write)
    batches = deque(frozen[n : n + most] for n in range(0, len(frozen), most))
    results: list[WriteResult | Unsent] = []
    while batches and (not results or goes_on(delivery)):
        batch = batches.popleft()
        began = hub.env.clock.monotonic()
        try:
            results += _call(delivery, object_type, batch)
        except BatchRefused:
            middle = len(batch) // 2
            batches.extendleft((batch[middle:], batch[:middle]))
            continue
        except ConnectorError as error:
            connections.report_failure(hub, connection.id, error)
            results += [_after_failure(error)] * len(batch)
            break
        hub.paces.took(connection.id, hub.env.clock.monotonic() - began)
    else:
        connections.report_success(hub, connection.id)
    return results + [Unsent()] * (len(frozen) - len(results))


def _call(delivery: Delivery, object_type: str, batch: Sequence[Frozen]) -> Sequence[WriteResult]:
    """Send one batch. Raises ConnectorError; BatchRefused if it can be halved."""
    connector, last_call = delivery.connection.connector, delivery.last_call
    try:
        if batch[0].is_delete:
            return send_deletes(connector, object_type, batch, last_call)
        return connector.write(object_type, [each.write for each in batch], last_call)
    except BatchRefused as error:
        if len(batch) > 1:
            raise
        return [Refused(error.reason, {})]


def _after_failure(error: ConnectorError) -> WriteResult:
    if isinstance(error, NotAuthorised):
        return TryLater(0.0, error.reason)
    if isinstance(error, RetryLater):
        return OutcomeUnknown(error.reason)
    return OutcomeUnknown(str(error))
