"""Bring a house's tables to this release: one alembic lineage per house.

Concurrent starts wait for one another; a migration is one transaction, on SQLite too.
"""

from pathlib import Path
from typing import Any, Literal

from alembic import command, context
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from sqlalchemy import Connection, MetaData
from sqlalchemy.types import TypeDecorator

from ground.database import open_database
from ground.lineage import is_current_on

_CONNECTION = "connection"


def upgrade(migrations: Path, url: str, schema: str) -> None:
    """Run what is missing of the lineage in `migrations`; do nothing if nothing is."""
    config = _config(migrations)
    database = open_database(url, schema=schema)

    def run(connection: Connection) -> None:
        config.attributes[_CONNECTION] = connection
        command.upgrade(config, "head")

    try:
        if not database.read(lambda connection: is_current_on(connection, migrations)):
            database.maintain(run)
    finally:
        database.close()


def run_environment(metadata: MetaData) -> None:
    """Run what alembic was asked for; a house's migrations/env.py is this one call."""
    connection: Connection | None = context.config.attributes.get(_CONNECTION)
    if connection is not None:
        _run(connection, metadata)
        return
    section = context.config
    url, schema = (section.get_main_option(name) for name in ("sqlalchemy.url", "schema"))
    database = open_database(url or "", schema=schema or "")
    try:
        database.maintain(lambda connection: _run(connection, metadata))
    finally:
        database.close()


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run(connection: Connection, metadata: MetaData) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=False,  # the caller's transaction holds it all
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render_plainly,
        compare_type=True,
    )
    context.run_migrations()


def _render_plainly(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401
    """Write our column types as what they are stored as: a migration outlives our code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        autogen.imports.add("import sqlalchemy as sa")
        return f"sa.{item.impl_instance!r}"
    return False
