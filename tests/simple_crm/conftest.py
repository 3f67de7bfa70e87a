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
def crm_database(tmp_path):
    """The app's own database, on SQLite."""
    database = open_database(f"sqlite:///{tmp_path}/crm.db", schema="crm")
    yield database
    database.close()


@pytest.fixture
def crm(running, crm_database, tmp_path):
    """A running app on SQLite and a caller with an integrator's key."""
    portal = open_database(f"sqlite:///{tmp_path}/portal.db", schema="portal")
    yield _serve(running, crm_database, portal)
    portal.close()


@pytest.fixture
def crm_anywhere(running, open_house):
    """The same on both databases, for what depends on them."""
    return _serve(running, open_house("crm"), open_house("portal"))


def _serve(running, app_database, portal_database):
    make_tables(portal_database, app_database, simple_crm.tables.METADATA)
    return running.serve("crm", simple_crm.app.create_app, app_database, portal_database)
