"""What a complete listing of a system would find, page by page. Reads only: nothing is kept."""

from dataclasses import dataclass

from connectors.contract import Change, ChangeKind
from ground.database import Connection
from ground.strict_json import canonical
from hub.events import store as events
from hub.polling import store
from hub.polling.rules import news, versioned
from hub.wiring import Hub
from master_data.model import lane_key
from master_data.store import known_versions

__all__ = ["Comparison", "compare_page"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One page of a system's records beside what the hub knows of them, as external ids.

    `linked`: shown, and live in the hub; `living`: how many the hub has of them in all; `cursor`
    asks for the next page, None at the end.
    """

    read: int
    new: list[str]
    changed: list[str]
    gone: list[str]
    linked: list[str]
    living: int
    cursor: str | None


def compare_page(
    hub: Hub, connection_id: str, object_type: str, cursor: str | None = None
) -> Comparison:
    """Read one page and compare it. Raises UnknownObjectType and the connector's errors."""
    hub.mapping(connection_id, object_type)
    page = hub.connector(connection_id).changes(object_type, cursor, hub.settings.poll_page)
    changes = [versioned(change, canonical) for change in page.changes]

    def compare(connection: Connection) -> Comparison:
        known, told = _known(connection, connection_id, object_type, changes)
        alive = store.living_among(connection, connection_id, object_type, list(known))
        shown = {each.external_id for each in changes if each.kind is not ChangeKind.DELETED}
        there = [each for each in told if each.kind is not ChangeKind.DELETED]
        return Comparison(
            read=len(changes),
            new=[each.external_id for each in there if each.external_id not in known],
            changed=[each.external_id for each in there if each.external_id in known],
            gone=sorted({each.external_id for each in told if each not in there} & alive),
            linked=sorted(shown & alive),
            living=store.count_living(connection, connection_id, object_type),
            cursor=page.cursor if page.more else None,
        )

    return hub.db.read(compare)


def _known(
    connection: Connection, connection_id: str, object_type: str, changes: list[Change]
) -> tuple[dict[str, str | None], list[Change]]:
    """Return the versions that are held, and which of the changes a listing would tell of."""
    ids = sorted({change.external_id for change in changes})
    known = known_versions(connection, connection_id, object_type, ids)
    lanes = {lane_key(connection_id, object_type, each): each for each in ids}
    undecided = events.undecided_versions(connection, list(lanes))
    waiting = {(lanes[lane], version) for lane, version in undecided}
    polls = store.all_polls(connection, connection_id)
    told = next((each.told for each in polls if each.object_type == object_type), None)
    return known, news(changes, known, waiting, told or {})
