"""Puts golden records into the index that are older than it; their match keys go as they come.

Until it is done, unlinked records look for them by their match keys as well. When comparison forms
are made another way than before, all golden records are put into it anew.
"""

from ground.database import Connection
from hub.chores import store as chores
from hub.projection.board import is_found
from hub.wiring import Hub
from master_data import store as golden_store
from master_data.forms.goldens import golden_form
from master_data.forms.records import VERSION
from master_data.index import store as index

__all__ = ["CHORE", "index_older"]

CHORE = "index"
_DONE = "done"
_DONE_NOW = f"{_DONE} {VERSION}"
_AT_ONCE = 200


def index_older(hub: Hub) -> bool:
    """Index some golden records in the order of their ids; return whether more are left."""
    return hub.db.write(_index_some)


def _index_some(connection: Connection) -> bool:
    mark = chores.mark_of(connection, CHORE)
    if mark == _DONE_NOW:
        return False
    after = "" if mark is None or mark.startswith(_DONE) else mark
    goldens = golden_store.goldens_after(connection, after, _AT_ONCE)
    entries = []
    for golden in goldens:
        kind, form = golden_form(golden.entity, golden.body) if is_found(golden) else ("", {})
        if kind:
            entries.append(index.Entry(golden.id, kind, form))
    index.put(connection, entries)
    index.forget_keys(connection, [golden.id for golden in goldens])
    more = len(goldens) == _AT_ONCE
    chores.set_mark(connection, CHORE, goldens[-1].id if more else _DONE_NOW)
    return more
