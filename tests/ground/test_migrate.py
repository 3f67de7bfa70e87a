"""Lineages: made from a MetaData, run on both databases, alone."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Column, ForeignKey, Integer, Table, inspect

import hub
from ground.columns import DecimalText, Id, Instant, Json, metadata
from ground.database import open_database
from ground.lineage import is_current
from ground.migrate import upgrade

TABLES = metadata()
Table(
    "customer",
    TABLES,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("words", Json),
    Column("limit", DecimalText),
    Column("parent", ForeignKey("customer.id")),
    Column("version", Integer, unique=True),
)


@pytest.fixture
def lineage(tmp_path, monkeypatch):
    """A house's migrations, its first one written by alembic from TABLES."""
    place = tmp_path / "a 100% house" / "migrations"
    (place / "versions").mkdir(parents=True)
    template = Path(hub.__file__).parent / "migrations" / "script.py.mako"
    (place / "script.py.mako").write_text(template.read_text())
    (place / "env.py").write_text(
        "from ground.migrate import run_environment\n"
        "from tests.ground.test_migrate import TABLES\n"
        "run_environment(TABLES)\n"
    )
    config = Config()
    config.set_main_option("script_location", str(place).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", f"sqlite:///{tmp_path}/scratch.db")
    monkeypatch.setitem(sys.modules, "tests.ground.test_migrate", sys.modules[__name__])
    command.revision(config, "First tables", autogenerate=True)
    return place


def test_a_migration_knows_nothing_of_our_column_types(lineage):
    (script,) = (lineage / "versions").glob("*.py")
    text = script.read_text()
    assert "ground" not in text
    assert "sa.BigInteger()" in text
    assert "sa.Text()" in text


def test_an_empty_database_gets_all_tables_and_the_names_we_chose(lineage, house_url):
    url, schema = house_url("house")
    assert not is_current(lineage, url, schema)
    upgrade(lineage, url, schema)
    upgrade(lineage, url, schema)
    assert is_current(lineage, url, schema)
    database = open_database(url, schema=schema)
    found = database.read(lambda connection: inspect(connection).get_table_names())
    unique = database.read(
        lambda connection: inspect(connection).get_unique_constraints("customer")
    )
    database.close()
    assert sorted(found) == ["alembic_version", "customer"]
    assert [each["name"] for each in unique] == ["uq_customer_version"]


def test_a_migration_that_fails_leaves_nothing_behind(lineage, house_url):
    (script,) = (lineage / "versions").glob("*.py")
    script.write_text(script.read_text().replace("def downgrade", "    1 / 0\n\ndef downgrade", 1))
    url, schema = house_url("house")
    with pytest.raises(ZeroDivisionError):
        upgrade(lineage, url, schema)
    database = open_database(url, schema=schema)
    assert database.read(lambda connection: inspect(connection).get_table_names()) == []
    database.close()


def _execute(statement, row, connection):
    connection.execute(statement, row)


@pytest.mark.slow
def test_starts_at_the_same_time_wait_for_one_another(lineage, house_url):
    script = """
import sys
from functools import partial
from pathlib import Path
from ground.migrate import upgrade
upgrade(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
"""
    command_line = [sys.executable, "-c", script, str(lineage), *house_url("house")]
    starts = [subprocess.Popen(command_line, stderr=subprocess.PIPE) for _ in range(3)]
    answers = [start.communicate(timeout=25)[1] for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0], answers


def test_a_table_may_be_rebuilt_and_keeps_what_refers_to_it(lineage, house_url):
    url, schema = house_url("house")
    upgrade(lineage, url, schema)
    database = open_database(url, schema=schema)
    insert = sa.text("INSERT INTO customer (id, at, parent) VALUES (:id, 1, :parent)")
    for row in ({"id": "a", "parent": None}, {"id": "b", "parent": "a"}):
        database.write(partial(_execute, insert, row))
    (first,) = (lineage / "versions").glob("*.py")
    revision = first.read_text().split("revision: str = ", 1)[1].split("'")[1]
    (lineage / "versions" / "second.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision = 'second'\ndown_revision = {revision!r}\n"
        "def upgrade():\n    with op.batch_alter_table('customer') as table:\n"
        "        table.alter_column('version', existing_type=sa.Integer(), type_=sa.BigInteger())\n"
    )
    upgrade(lineage, url, schema)
    parents = sa.text("SELECT parent FROM customer ORDER BY id")
    assert database.read(lambda connection: connection.execute(parents).scalars().all()) == [
        None,
        "a",
    ]
    database.close()
