"""`match bulk` on a file, with a process of its own; how far it is; what a bad line is told."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from ground.migrate import upgrade
from hub.bulk.model import Phase, Run
from hub.connections.rules import State
from hub.start import open_hub
from rectoverso.bench.matching.people import exported, people
from rectoverso.bench.matching.through_hub import connect_shop
from rectoverso.bulk.pace import Pace
from rectoverso.bulk.sources import lines
from rectoverso.cli import build
from rectoverso.errors import CommandError
from rectoverso.settings import Settings
from rectoverso.wiring import MIGRATIONS, Houses


@pytest.fixture
def shop(tmp_path):
    """A hub with a connection that is not approved yet."""
    settings = Settings.load(data=tmp_path)
    upgrade(MIGRATIONS["hub"], settings.database("hub"), "hub")
    houses = Houses(settings)
    hub = open_hub(houses.hub_settings, houses.env("hub"))
    connect_shop(hub, State.ONBOARDING)
    yield hub
    houses.close()


@pytest.fixture
def export(tmp_path):
    """export(documents) -> a file of them, one a line."""

    def write(documents):
        path = tmp_path / "shop.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in documents))
        return path

    return write


def test_a_file_is_read_by_another_process(shop, export, tmp_path):
    path = export([exported(number, words) for number, words in enumerate(people(5, 1))])
    words = ["match", "bulk", "shop", "customers", "--file", str(path), "--data", str(tmp_path)]
    result = CliRunner().invoke(build(words), [*words, "--processes", "1", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["read"], told["taken"], told["ordinary"]) == (5, 5, 0)


def test_a_file_goes_on_behind_its_cursor(shop, export):
    documents = [exported(number, words) for number, words in enumerate(people(5, 1))]
    path = export(documents)
    (page,) = lines(shop, path, "customers")(None)
    assert [each.external_id for each in page.changes] == [f"cu_{number}" for number in range(5)]
    assert page.cursor == str(path.stat().st_size)
    third = sum(len(json.dumps(each)) + 1 for each in documents[:2])
    (rest,) = lines(shop, path, "customers")(str(third))
    assert rest.changes == page.changes[2:]


def test_a_record_without_a_version_gets_one_from_what_it_says(shop, export):
    document = exported(1, next(people(1, 1)))
    del document["version"]
    (page,) = lines(shop, export([document]), "customers")(None)
    (again,) = lines(shop, export([document]), "customers")(None)
    assert page.changes[0].version == again.changes[0].version
    assert len(page.changes[0].version or "") == 64


@pytest.mark.parametrize(
    "line",
    ["[]", "{", '{"id": "x"}', '{"id": "x", "record": {}, "changed_at": "2026-01-01T00:00:00"}'],
)
def test_a_line_that_is_no_record_is_shown(shop, tmp_path, line):
    path = tmp_path / "bad.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(CommandError, match="a line is no record"):
        [page.changes for page in lines(shop, path, "customers")(None)]


def a_run(clock, **changed):
    columns: dict[str, Any] = dict.fromkeys(
        ("pages", "read", "taken", "ordinary", "suspects", "mark"), 0
    )
    columns |= {"id": "bl_1", "connection": "shop", "object_type": "customers", "cursor": None}
    return Run(
        **columns | {"phase": Phase.READING, "began_at": clock.now(), "ended_at": None} | changed
    )


def test_the_time_to_go_follows_from_what_is_left(clock):
    said = []
    pace = Pace(clock, said.append, 4000)
    pace(a_run(clock, read=100, cursor="1000"))
    clock.advance(10)
    pace(a_run(clock, read=200, cursor="2000"))
    assert said == ["reading: 200 records, 10/s, about 20 s to go"]
    pace(a_run(clock, phase=Phase.COMPARING, taken=200, mark=50))
    clock.advance(5)
    pace(a_run(clock, phase=Phase.COMPARING, taken=200, mark=150))
    assert said[1:] == ["comparing: 150 compared, 20/s, about 2 s to go"]
