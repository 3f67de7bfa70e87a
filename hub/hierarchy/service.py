"""Reads the hierarchy of a golden record: old ids lead to the records they became."""

from ground.database import Connection
from hub.hierarchy import store
from hub.hierarchy.model import Hierarchy, Kin
from master_data import store as goldens
from master_data.clusters import store as clusters
from master_data.errors import NoSuchGolden
from master_data.fields import title_of_record
from master_data.model import Golden, GoldenState

__all__ = ["contacts_of", "hierarchy_of", "stands_below"]

_HIGHEST = 50
_MOST = 200
_ALL = 100_000


def hierarchy_of(connection: Connection, golden_id: str) -> Hierarchy:
    """Return what stands above and right below a golden record. Raises NoSuchGolden."""
    golden = goldens.goldens_by_id(connection, [golden_id]).get(golden_id)
    if golden is None:
        raise NoSuchGolden(golden_id)
    above, ring = _above(connection, golden)
    ids = store.children_of(connection, _names(connection, golden.id), _MOST + 1)
    found = goldens.goldens_by_id(connection, ids)
    below = {
        each.id: _kin(each)
        for each in found.values()
        if each.id != golden.id and each.state is not GoldenState.GONE
    }
    listed = sorted(below.values(), key=lambda each: (each.title.casefold(), each.id))
    return Hierarchy(
        tuple(_kin(each) for each in reversed(above)), tuple(listed), len(ids) > _MOST, ring
    )


def contacts_of(connection: Connection, golden_id: str) -> tuple[Kin, ...]:
    """Return the people who belong to a customer, all of them, by name."""
    found = goldens.goldens_by_id(connection, [golden_id]).get(golden_id)
    names = _names(connection, found.id) if found else {golden_id}
    ids = store.children_of(connection, names, _ALL)
    people = {
        each.id: _kin(each)
        for each in goldens.goldens_by_id(connection, ids).values()
        if each.entity == "contact" and each.state is not GoldenState.GONE
    }
    return tuple(sorted(people.values(), key=lambda each: (each.title.casefold(), each.id)))


def stands_below(connection: Connection, golden_id: str, other_id: str) -> bool:
    """Say whether a golden record stands somewhere below another, or is it."""
    found = goldens.goldens_by_id(connection, [golden_id, other_id])
    if golden_id not in found or other_id not in found:
        return False
    above, _ = _above(connection, found[golden_id])
    return found[other_id].id in {found[golden_id].id, *(each.id for each in above)}


def _above(connection: Connection, golden: Golden) -> tuple[list[Golden], bool]:
    """Return the records above, the nearest first, and whether they lead back to where it began."""
    above: list[Golden] = []
    seen, last = {golden.id}, golden.id
    while len(above) < _HIGHEST:
        said = store.parents_of(connection, [last]).get(last)
        found = goldens.goldens_by_id(connection, [said]).get(said) if said else None
        if found is None or found.state is GoldenState.GONE:
            return above, False
        if found.id in seen:
            return above, True
        above.append(found)
        seen.add(found.id)
        last = found.id
    return above, True


def _names(connection: Connection, golden_id: str) -> set[str]:
    """Return the ids that lead to a golden record."""
    return {golden_id, *(each.id for each in clusters.homes_of(connection, golden_id))}


def _kin(golden: Golden) -> Kin:
    return Kin(golden.id, golden.entity, title_of_record(golden.entity, golden.body))
