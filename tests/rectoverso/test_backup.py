import json
import sqlite3
import subprocess
import sys

import pytest

from hub.start import open_hub
from rectoverso.commands.backup import _place
from rectoverso.preparation import prepare
from rectoverso.settings import Settings
from rectoverso.wiring import Houses


@pytest.fixture
def folder(tmp_path):
    settings = Settings.load(data=tmp_path / "data")
    prepare(settings)
    houses = Houses(settings)
    open_hub(houses.hub_settings, houses.env("hub"))
    houses.close()
    return settings.data


def run(*words):
    command = [sys.executable, "-m", "rectoverso", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_backup_holds_every_database_and_no_key(folder, tmp_path):
    target = tmp_path / "copies"
    writing = sqlite3.connect(folder / "hub.db")
    writing.execute("begin immediate")  # somebody is at it meanwhile
    done = run("backup", target, "--data", folder, "--json")
    writing.rollback()
    writing.close()
    assert done.returncode == 0, done.stderr
    assert sorted(each.name for each in target.iterdir()) == [
        "crm.db",
        "erp.db",
        "hub.db",
        "portal.db",
    ]
    copy = sqlite3.connect(target / "portal.db")
    (users,) = copy.execute("select count(*) from users").fetchone()
    copy.close()
    assert users == 1
    assert run("backup", target, "--data", folder).returncode == 0  # again, over the old ones


def test_a_backup_holds_nothing_that_was_deleted(folder, tmp_path):
    writing = sqlite3.connect(folder / "hub.db")
    writing.execute("pragma secure_delete = off")
    for word in ("Guadalupe", "Guadalupe" * 2_000):
        writing.execute("insert into audit_entry values ('a', 1, ?, 'x', 'x', '{}', null)", [word])
        writing.commit()
        writing.execute("delete from audit_entry")
        writing.commit()
    writing.execute("pragma wal_checkpoint(truncate)")
    writing.close()
    assert b"Guadalupe" in (folder / "hub.db").read_bytes(), "or the test shows nothing"
    assert run("backup", tmp_path / "copies", "--data", folder).returncode == 0
    assert b"Guadalupe" not in (tmp_path / "copies" / "hub.db").read_bytes()


def test_a_backup_of_nothing_is_refused(tmp_path):
    done = run("backup", tmp_path / "copies", "--data", tmp_path / "nowhere")
    assert done.returncode == 1
    assert "There is no database" in done.stderr


def test_the_password_of_the_server_is_on_no_command_line():
    place = _place("postgresql://hub:p%40ss@db.example:5433/rectoverso")
    assert place == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "hub",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "rectoverso",
    }


def test_verify_says_that_an_untouched_history_is_whole(folder):
    done = run("verify", "--data", folder, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["ok"], found["broken"]) == (True, [])
