"""What must be there before anything starts: folder, tables, key, administrator. Idempotent."""

from ground.migrate import upgrade
from hub.connections.secrets import load_key
from portal import CreatedUser, Portal
from rectoverso.errors import WrongSettings
from rectoverso.settings import Settings
from rectoverso.wiring import MIGRATIONS, Houses


def prepare(settings: Settings) -> CreatedUser | None:
    """Prepare all; return the administrator if this made one, with the password shown once."""
    make_folder(settings)
    for house, migrations in MIGRATIONS.items():
        upgrade(migrations, settings.database(house), house)
    houses = Houses(settings)
    try:
        portal = Portal(houses.env("portal"))
        load_key(houses.hub_settings, portal.env.rng)
        return portal.ensure_admin()
    finally:
        houses.close()


def make_folder(settings: Settings) -> None:
    """Make the data folder, readable by its owner only."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSettings(
            f"The data folder {settings.data} cannot be made ({error.strerror}); "
            "choose another with --data."
        ) from None
