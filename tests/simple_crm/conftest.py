import pytest

import simple_crm.app
import simple_crm.tables
from ground.database import open_database
from tests.apps import Running, make_tables


@pytest.fixture
def running(socket_enabled):
    servers = Running()
    yield servers
    servers.stop()


@pytest.fixture
def crm(running, tmp_path):
    """A running app on SQLite and a caller with an integrator's key."""
    databases = [
        open_database(f"sqlite:///{tmp_path}/{name}.db", schema=name) for name in ("crm", "portal")
    ]
    yield _serve(running, *databases)
    for database in databases:
        database.close()


@pytest.fixture
def crm_anywhere(running, open_house):
    """The same on both databases, for what depends on them."""
    return _serve(running, open_house("crm"), open_house("portal"))


def _serve(running, app_database, portal_database):
    make_tables(portal_database, app_database, simple_crm.tables.METADATA)
    return running.serve("crm", simple_crm.app.create_app, app_database, portal_database)
