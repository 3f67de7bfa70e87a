"""Whether this installation can do its work: databases migrated, workers alive."""

from collections.abc import Mapping

from ground.database import DatabaseBusy
from ground.lineage import is_current
from hub.workers import store as workers
from rectoverso.wiring import MIGRATIONS, Houses


def readiness(houses: Houses) -> Mapping[str, object]:
    """Return `ready` and what it is made of; a database that does not answer is not ready."""
    behind = [house for house in MIGRATIONS if not _is_migrated(houses, house)]
    alive = 0 if "hub" in behind else _workers(houses)
    return {"ready": not behind and alive > 0, "not_migrated": behind, "workers": alive}


def _is_migrated(houses: Houses, house: str) -> bool:
    if house in houses.migrated:
        return True
    try:
        current = is_current(MIGRATIONS[house], houses.settings.database(house), house)
    except DatabaseBusy:
        return False
    if current:
        houses.migrated.add(house)  # tables never go back while this process runs
    return current


def _workers(houses: Houses) -> int:
    database = houses.database("hub")
    try:
        return database.read(lambda connection: workers.alive(connection, database.now(connection)))
    except DatabaseBusy:
        return 0
