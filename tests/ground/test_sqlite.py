"""What only a SQLite file does: the lock, the full disk, the group, other processes."""

import sqlite3
import subprocess
import sys
import threading

import pytest
from sqlalchemy import Column, ForeignKey, Integer, Table, Text, insert, select
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from ground.columns import metadata
from ground.database import DatabaseBusy, open_database

TABLES = metadata()
NOTE = Table("note", TABLES, Column("id", Integer, primary_key=True), Column("text", Text))
REPLY = Table(
    "reply",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("note", ForeignKey("note.id", ondelete="CASCADE"), nullable=False),
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "deep" / "house.db"


@pytest.fixture
def notes(file):
    database = open_database(f"sqlite:///{file}", schema="house")
    database.create_all(TABLES)
    yield database
    database.close()


def _add(text):
    return lambda connection: connection.execute(insert(NOTE).values(text=text)).lastrowid


def _texts(connection):
    return list(connection.execute(select(NOTE.c.text).order_by(NOTE.c.id)).scalars())


def _hold_the_lock(file):
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_every_connection_is_durable_and_checks_references(notes):
    def pragmas(connection):
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert notes.write(pragmas) == notes.read(pragmas) == ["wal", 2, 1]
    with pytest.raises(IntegrityError):
        notes.write(lambda connection: connection.execute(insert(REPLY).values(note=99)))


def test_a_write_waits_for_the_lock_of_others(notes, file):
    other = _hold_the_lock(file)
    future = notes.submit(_add("late"))
    assert not future.done()
    other.execute("COMMIT")
    future.result(5)
    assert notes.read(_texts) == ["late"]
    other.close()


def test_a_lock_kept_too_long_is_busy_and_the_next_write_succeeds(notes, file):
    other = _hold_the_lock(file)
    notes.lock_patience = 0.02
    with pytest.raises(DatabaseBusy):
        notes.write(_add("never"))
    other.execute("ROLLBACK")
    notes.write(_add("now"))
    assert notes.read(_texts) == ["now"]
    other.close()


def test_reads_go_on_while_others_write(notes, file):
    notes.write(_add("before"))
    other = _hold_the_lock(file)
    other.execute("INSERT INTO note (text) VALUES ('not yet')")
    assert notes.read(_texts) == ["before"]
    other.close()


def test_units_that_wait_share_one_commit(notes, file):
    commits = []
    notes.on_commit(lambda: commits.append(1))
    other = _hold_the_lock(file)
    futures = [notes.submit(_add(str(number))) for number in range(100)]
    other.execute("COMMIT")
    for future in futures:
        future.result(5)
    assert len(commits) < 20
    assert len(notes.read(_texts)) == 100
    other.close()


def test_urgent_units_go_first(notes, file):
    other = _hold_the_lock(file)
    futures = [notes.submit(_add("patient")) for _ in range(3)]
    futures += [notes.submit(_add("urgent"), urgent=True) for _ in range(2)]
    other.execute("COMMIT")
    for future in futures:
        future.result(5)
    assert notes.read(_texts) == ["urgent"] * 2 + ["patient"] * 3
    other.close()


def test_a_unit_cancelled_before_its_turn_never_runs(notes, file):
    other = _hold_the_lock(file)
    futures = [notes.submit(_add(text)) for text in ("stays", "goes", "stays")]
    futures[1].cancel()
    other.execute("COMMIT")
    futures[0].result(5)
    futures[2].result(5)
    assert futures[1].cancelled()
    assert notes.read(_texts) == ["stays"] * 2
    other.close()


def test_no_answer_is_given_before_the_commit(notes, file):
    """Another connection, at the moment of each answer, already finds the row."""
    seen = []
    done = threading.Event()

    def look(future):
        with sqlite3.connect(file) as other:
            row = other.execute("SELECT 1 FROM note WHERE id = ?", (future.result(),)).fetchone()
        other.close()
        seen.append(row == (1,))
        if len(seen) == 30:
            done.set()

    for number in range(30):
        notes.submit(_add(str(number))).add_done_callback(look)
    assert done.wait(10)
    assert seen == [True] * 30


def test_a_full_disk_is_busy_keeps_what_was_answered_and_heals(notes):
    notes.write(_add("kept"))

    def limit(pages):
        return lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    notes.write(limit(1))
    futures = [notes.submit(_add("x" * size)) for size in (10, 60_000, 10)]
    failures = [future.exception(5) for future in futures]
    assert any(isinstance(failure, DatabaseBusy) for failure in failures)
    assert {type(failure) for failure in failures} <= {DatabaseBusy, type(None)}
    kept = sum(failure is None for failure in failures)
    assert len(notes.read(_texts)) == 1 + kept
    notes.write(limit(1_000_000))
    notes.write(_add("again"))
    assert notes.read(_texts)[-1] == "again"


def test_a_watch_sees_commits_of_another_process(notes, file):
    watch = notes.watch()
    assert watch.changed()
    assert not watch.changed()
    script = (
        "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    )
    insertion = "INSERT INTO note (text) VALUES ('from outside')"
    subprocess.run([sys.executable, "-c", script, file, insertion], check=True)
    assert watch.changed()
    assert not watch.changed()
    assert notes.read(_texts) == ["from outside"]
    watch.close()


@pytest.mark.slow
@pytest.mark.timeout(200)  # two interpreters start, which a busy disk can hold up for long
def test_two_processes_lose_nothing(notes, file):
    script = """
import sys
from sqlalchemy import text
from ground.database import open_database
database = open_database(sys.argv[1], schema="house")
def add(connection):
    count = connection.execute(text("SELECT count(*) FROM note")).scalar_one()
    connection.execute(text("INSERT INTO note (text) VALUES (:text)"), {"text": str(count)})
for _ in range(40):
    database.write(add)
database.close()
"""
    url = f"sqlite:///{file}"
    command = [sys.executable, "-c", script, url]
    running = [subprocess.Popen(command) for _ in range(2)]
    try:
        assert [process.wait(90) for process in running] == [0, 0]
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert sorted(map(int, notes.read(_texts))) == list(range(80))


@pytest.mark.slow
def test_what_was_answered_survives_a_kill(notes, file):
    script = """
import os, signal, sys
from sqlalchemy import text
from ground.database import open_database
database = open_database(sys.argv[1], schema="house")
for number in range(50):
    database.write(lambda c: c.execute(text("INSERT INTO note (text) VALUES ('x')")))
    print(number + 1, flush=True)
database.submit(lambda c: os.kill(os.getpid(), signal.SIGKILL)).result()
"""
    command = [sys.executable, "-c", script, f"sqlite:///{file}"]
    killed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=25)
    assert killed.returncode == -9
    assert len(notes.read(_texts)) == int(killed.stdout.split()[-1]) == 50


def test_maintenance_may_rebuild_a_table_without_cascading(notes):
    note = notes.write(_add("parent"))
    notes.write(lambda connection: connection.execute(insert(REPLY).values(note=note)))

    def rebuild(connection):
        connection.exec_driver_sql("CREATE TABLE fresh (id INTEGER PRIMARY KEY, text TEXT)")
        connection.exec_driver_sql("INSERT INTO fresh SELECT id, text FROM note")
        connection.exec_driver_sql("DROP TABLE note")
        connection.exec_driver_sql("ALTER TABLE fresh RENAME TO note")

    notes.maintain(rebuild)
    assert len(notes.read(lambda connection: connection.execute(select(REPLY)).all())) == 1


def test_maintenance_that_breaks_a_reference_is_undone(notes):
    note = notes.write(_add("parent"))
    notes.write(lambda connection: connection.execute(insert(REPLY).values(note=note)))
    with pytest.raises(RuntimeError, match="reply"):
        notes.maintain(lambda connection: connection.exec_driver_sql("DELETE FROM note"))
    assert notes.read(_texts) == ["parent"]


def test_a_unit_cannot_begin_a_transaction_of_its_own(notes):
    with pytest.raises(InvalidRequestError):
        notes.write(lambda connection: connection.begin())


def test_a_closed_database_takes_no_more(notes):
    notes.close()
    with pytest.raises(RuntimeError, match="closed"):
        notes.write(_add("late"))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url):
    with pytest.raises(ValueError, match="file"):
        open_database(url, schema="house")


def test_a_place_that_cannot_be_opened_is_busy(tmp_path):
    (tmp_path / "house.db").mkdir()
    database = open_database(f"sqlite:///{tmp_path}/house.db", schema="house")
    with pytest.raises(DatabaseBusy):
        database.write(_texts)
    with pytest.raises(DatabaseBusy):
        database.read(_texts)
    database.close()
