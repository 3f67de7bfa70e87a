"""What all tests share: a clock that stands still, an Env, and both databases."""

import os
import random
import secrets
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy
from hypothesis import HealthCheck, settings

from ground.database import open_database
from ground.env import Env
from ground.ids import TimeOrderedIds
from tests import servers

# The same examples in every run: what is red was red before. `thorough` looks for new ones.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "thorough", parent=settings.get_profile("default"), derandomize=False, max_examples=2000
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_PLACE = pytest.StashKey[Path]()


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    """One folder for one server: the controller makes it, workers are told of it."""
    inherited = getattr(config, "workerinput", {}).get("postgresql_place")
    config.stash[_PLACE] = Path(inherited) if inherited else servers.new_place()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["postgresql_place"] = str(node.config.stash[_PLACE])


def pytest_collection_modifyitems(config, items):
    """Leave the long bad days to those who ask for them."""
    if "chaos" in (config.option.markexpr or ""):
        return
    chaos = [each for each in items if each.get_closest_marker("chaos")]
    if chaos:
        config.hook.pytest_deselected(items=chaos)
        items[:] = [each for each in items if each not in chaos]


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput") and _PLACE in config.stash:
        servers.stop_postgresql(config.stash[_PLACE])


class FakeClock:
    """Time that moves only when told to; sleeping moves it."""

    def __init__(self, start):
        self._start = self._now = start

    def now(self):
        return self._now

    def monotonic(self):
        return (self._now - self._start).total_seconds()

    def sleep(self, seconds):
        self.advance(seconds)

    def advance(self, seconds=0.0, **parts):
        self._now += timedelta(seconds=seconds, **parts)

    def set(self, instant):
        self._now = instant


@pytest.fixture
def clock():
    return FakeClock(datetime(2026, 1, 5, 12, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgresql_url(request):
    """A server's URL: RECTOVERSO_TEST_POSTGRESQL, or one of our own."""
    given = os.environ.get("RECTOVERSO_TEST_POSTGRESQL")
    if given:
        return given
    try:
        return servers.postgresql_url(request.config.stash[_PLACE])
    except servers.NoPostgresqlError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.db)])
def dialect(request):
    """Ask for it (or for `database`) and the test runs on both databases."""
    return request.param


@pytest.fixture
def house_url(dialect, tmp_path, request):
    """house_url(name) -> (url, schema) of a new, empty database for one house."""
    run = secrets.token_hex(6)
    schemas = []

    def url(name):
        if dialect == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.db", name
        schemas.append(f"{name}_{run}")
        return request.getfixturevalue("postgresql_url"), schemas[-1]

    yield url
    if schemas and os.environ.get("RECTOVERSO_TEST_POSTGRESQL"):
        _drop(request.getfixturevalue("postgresql_url"), schemas)


@pytest.fixture
def open_house(house_url, clock):
    """open_house(name) -> Database, closed after the test."""
    opened = []

    def open_one(name):
        url, schema = house_url(name)
        opened.append(open_database(url, schema=schema, clock=clock))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def database(open_house):
    """An empty database of one house, on SQLite and on PostgreSQL; its time is `clock`."""
    return open_house("house")


@pytest.fixture
def ids(clock):
    """Identifiers that are the same in every run."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)

    def nanoseconds():
        return (clock.now() - epoch) // timedelta(microseconds=1) * 1000

    return TimeOrderedIds(nanoseconds, random.Random(7).getrandbits, nullcontext())


@pytest.fixture
def http(clock):
    """The door out; it may call this machine's test servers only where a test allows them."""
    from ground.door import SafeHttp

    door = SafeHttp(clock=clock)
    yield door
    with suppress(AttributeError):
        door.close()


@pytest.fixture
def env(clock, ids, http, database):
    return Env(clock=clock, rng=random.Random(7), ids=ids, http=http, db=database)


def _drop(url, schemas):
    parsed = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(parsed)
    with engine.begin() as connection:
        for schema in schemas:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    engine.dispose()
