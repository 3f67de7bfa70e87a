"""Deletes records whose golden record is gone, and settles the answers in their own way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connectors.contract import (
    Absent,
    Connector,
    Delete,
    GoneRecord,
    Refused,
    StaleRecord,
    WriteResult,
)
from connectors.errors import NotSupported
from hub.effects.delivery import Delivery
from hub.effects.freezing import Frozen
from master_data.model import Crossref, CrossrefState

__all__ = ["AGAINST_CHANGE", "resolve_deletes", "send_deletes", "unlinked"]

AGAINST_CHANGE = "changed there after it was deleted elsewhere"


def send_deletes(
    connector: Connector, object_type: str, frozen: Sequence[Frozen], not_after: datetime
) -> list[WriteResult]:
    """Delete a batch; all is refused by a system that deletes nothing. Raises ConnectorError."""
    asked = [Delete(str(f.write.external_id), f.write.expected_version) for f in frozen]
    try:
        return connector.delete(object_type, asked, not_after)
    except NotSupported as error:
        return [Refused(str(error), {}) for _ in frozen]


def resolve_deletes(
    delivery: Delivery, object_type: str, frozen: Sequence[Frozen]
) -> list[WriteResult]:
    """Find out what became of deletes whose answer was lost; those that did not land are sent."""
    connector = delivery.connection.connector
    ids = [str(each.write.external_id) for each in frozen]
    states = connector.read(object_type, ids)
    results: list[WriteResult] = []
    for each in frozen:
        state = states.get(str(each.write.external_id), Absent())
        if isinstance(state, Absent):
            results.append(GoneRecord())
        elif state.version is not None and state.version != each.write.expected_version:
            results.append(StaleRecord())
        else:
            results += send_deletes(connector, object_type, [each], delivery.last_call)
    return results


def unlinked(crossref: Crossref) -> Crossref:
    """Return the crossref of a record that we deleted."""
    return replace(crossref, state=CrossrefState.GONE)
