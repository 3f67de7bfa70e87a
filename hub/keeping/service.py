"""Tells systems their managed fields when policies, mappings or live connections change them."""

from dataclasses import asdict
from typing import Any

import structlog

from connectors.contract import ManagedField
from connectors.errors import ConnectionTrouble, ConnectorError
from hub.connections import store
from hub.connections.service import report_failure
from hub.keeping.rules import fields_to_keep
from hub.wiring import Hub, OpenConnection
from master_data.policies import default_policies

__all__ = ["must_tell", "tell_kept_fields"]

_log = structlog.get_logger(__name__)
_Lists = dict[str, list[ManagedField]]


def must_tell(hub: Hub) -> dict[str, _Lists]:
    """Return the lists of each writable connection that was last told something else."""
    known = hub.directory.connections()
    titles = {each.id: each.title for each in known.values() if each.state == "live"}
    told: dict[str, _Lists] = {}
    for connection_id in hub.writable:
        opened = known[connection_id]
        if not opened.connector.capabilities.managed_fields:
            continue
        lists = _lists(opened, titles)
        if _document(lists) != opened.kept:
            told[connection_id] = lists
    return told


def tell_kept_fields(hub: Hub) -> int:
    """Tell them; return how many connections were told."""
    due = must_tell(hub)
    for connection_id, lists in due.items():
        _tell(hub, connection_id, lists)
    if due:
        hub.directory.refresh()
    return len(due)


def _tell(hub: Hub, connection_id: str, lists: _Lists) -> None:
    connector = hub.connector(connection_id)
    try:
        for object_type, fields in lists.items():
            connector.keep_fields(object_type, fields)
    except ConnectionTrouble as error:
        report_failure(hub, connection_id, error)
        return
    except ConnectorError as error:  # asking again would change nothing
        _log.warning("managed_fields.refused", connection=connection_id, reason=str(error))
    columns = {"kept": _document(lists)}
    hub.db.write(lambda connection: store.set_columns(connection, connection_id, columns))


def _lists(opened: OpenConnection, titles: dict[str, str]) -> _Lists:
    policies = default_policies()
    return {
        object_type: fields_to_keep(
            policies.kept_elsewhere(mapping.entity, opened.id), mapping.app_fields, titles
        )
        for object_type, mapping in opened.mappings.items()
    }


def _document(lists: _Lists) -> dict[str, Any]:
    return {
        object_type: [asdict(field) for field in fields] for object_type, fields in lists.items()
    }
