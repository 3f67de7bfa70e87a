"""From settings to what each house lives on: one database per house, one door out, one clock.

Everything is opened when first asked for, so that a process holds only what it needs.
"""

from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from ground.database import Database, open_database
from ground.door import SafeHttp
from ground.env import Env, SystemClock, system_env
from hub.settings import HubSettings
from rectoverso.settings import Settings, as_wrong

_ROOT = Path(__file__).parents[1]
MIGRATIONS = {
    "portal": _ROOT / "portal" / "migrations",
    "crm": _ROOT / "simple_crm" / "migrations",
    "erp": _ROOT / "simple_erp" / "migrations",
    "hub": _ROOT / "hub" / "migrations",
}
"""The lineage of each house; a house's name is also its schema on PostgreSQL."""


class Houses:
    """The houses of one installation as this process sees them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self.migrated: set[str] = set()
        self._databases: dict[str, Database] = {}

    @cached_property
    def http(self) -> SafeHttp:
        """The door out; of private addresses it opens our own and the allowed ones only."""
        own = {urlsplit(self.settings.url).netloc, urlsplit(self.settings.address).netloc}
        return SafeHttp(allow=(*own, *self.settings.allow), clock=self.clock)

    @cached_property
    def hub_settings(self) -> HubSettings:
        """The hub's own settings, at the same places as ours. Raises WrongSettings."""
        try:
            return HubSettings(
                data=self.settings.data,
                database_url=self.settings.database("hub"),
                redis_url=self.settings.redis_url,
                key=self.settings.key,
                public_url=self.settings.address,
            )
        except ValidationError as error:
            raise as_wrong(error) from None

    def database(self, house: str) -> Database:
        """Return the database of a house, opened once."""
        if house not in self._databases:
            self._databases[house] = open_database(self.settings.database(house), schema=house)
        return self._databases[house]

    def env(self, house: str) -> Env:
        """Return what a house lives on."""
        return system_env(db=self.database(house), http=self.http)

    def close(self) -> None:
        """Finish what was submitted and let go of all databases and lines."""
        for database in self._databases.values():
            database.close()
        self._databases.clear()
        if "http" in self.__dict__:
            self.http.close()
