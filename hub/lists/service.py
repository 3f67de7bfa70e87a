"""Finds golden records by what a person knows of them: a number, or part of a name."""

from ground.database import Connection
from hub.lists import store
from hub.lists.model import Found
from hub.lists.store import Listed
from master_data import store as goldens
from master_data.index import store as index
from master_data.index.numbers import number_keys
from master_data.model import GoldenState

__all__ = ["find_goldens"]

_FOUND = (GoldenState.ACTIVE, GoldenState.UNCONFIRMED)


def find_goldens(connection: Connection, entity: str, text: str, most: int) -> list[Found]:
    """Return living records of an entity: of this id or number, then those called so."""
    hits = index.numbers_by_key(connection, number_keys(entity, text))
    places = sorted({number for each in hits.values() for number in each})[:most]
    ids = [text.strip(), *(known[0] for known in index.forms_of(connection, places).values())]
    exact = goldens.goldens_by_id(connection, ids).values()
    found = {
        each.id: Found.of(each.id, entity, each.body)
        for each in exact
        if each.entity == entity and each.state in _FOUND
    }
    for row in store.goldens(connection, entity, text, Listed({}, None, most)).items:
        found.setdefault(row["id"], Found.of(row["id"], entity, row["body"]))
    return list(found.values())[:most]
