"""Look-ups are remembered exactly as long as the database stays as it is."""

from sqlalchemy import Column, String, Table, select, update

from ground.columns import metadata
from ground.database import Remembered
from ground.statements import insert_many

METADATA = metadata()
COLOURS = Table(
    "colours", METADATA, Column("name", String(20), primary_key=True), Column("of", String(20))
)


def _look_up(name):
    return lambda connection: connection.scalar(select(COLOURS.c.of).where(COLOURS.c.name == name))


def test_a_look_up_is_made_again_once_anybody_committed(database):
    database.create_all(METADATA)
    asked = []

    def look_up(name):
        asked.append(name)
        return _look_up(name)

    colours = Remembered(database, look_up)
    assert colours.find("sky") is None
    database.write(lambda c: insert_many(c, COLOURS, [{"name": "sky", "of": "blue"}]))
    assert colours.find("sky") == "blue"
    database.write(lambda c: c.execute(update(COLOURS).values(of="grey")))
    assert colours.find("sky") == "grey"
    asked.clear()
    assert [colours.find("sky") for _ in range(5)] == ["grey"] * 5
    assert len(asked) == (0 if database.dialect == "sqlite" else 5)
