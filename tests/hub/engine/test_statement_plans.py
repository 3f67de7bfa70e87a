"""What the road asks of the database is found by an index, however many records there are."""

import re

import pytest
from sqlalchemy import Engine, event

from ground.statements import driver
from master_data.tables import METADATA

_READ_WHOLE = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?$")
_IS_ANY = re.compile(r"EXISTS \(SELECT \* \s*FROM \w+\)")
"""The first row answers it."""
_SMALL = {"match_statistics", "match_threshold"}
"""One row per entity."""


@pytest.fixture
def asked(bed, monkeypatch):
    """Return every statement with its parameters from now on, by text."""
    if bed.hub.db.dialect != "sqlite":
        pytest.skip("a planner with statistics reads small tables whole")
    found = {}

    def note(_connection, _cursor, statement, parameters, *_):
        found.setdefault(statement, parameters)

    def run(connection, sql, values):
        found.setdefault(sql, values)
        return driver_run(connection, sql, values)

    driver_run = driver.run
    monkeypatch.setattr(driver, "run", run)
    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


def plan_of(bed, statement, parameters):
    text = f"explain query plan {statement}"
    return bed.hub.db.read(lambda c: [row[3] for row in c.exec_driver_sql(text, tuple(parameters))])


def test_no_statement_of_the_road_reads_a_whole_table(bed, customer, asked):
    row = bed.crm.create("customers", customer(name="Ibarra"))
    bed.crm.create("customers", customer(name="Luna"))
    bed.run()
    bed.crm.edit("customers", row.id, {"name": "Ibarra SA", "language": "ca"})
    bed.tell("crm", times=2)
    bed.run()
    assert len(asked) > 20
    partial = {
        index.name
        for table in METADATA.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    read_whole = {
        (line, statement)
        for statement, parameters in list(asked.items())
        for line in plan_of(bed, statement, parameters)
        if (told := _READ_WHOLE.match(line))
        and told[1] in METADATA.tables.keys() - _SMALL
        and not _IS_ANY.search(statement)
        and told[2] not in partial
    }
    assert read_whole == set()
