"""Group commit: several units in one transaction, each under its own savepoint.

Nobody waits for company: units gather while the last commit runs. All answers, errors too, are
given after the commit, for a unit may have decided by what its neighbour wrote.
"""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from ground.database.contract import DatabaseBusy, Work

T = TypeVar("T")

_LARGEST = 400
_LONGEST = 0.02  # seconds; other processes wait for the lock


class Unit(Generic[T]):
    """A unit that waits, and its answer; it keeps the logging context of whoever asked."""

    __slots__ = ("context", "future", "work")

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.future: Future[T] = Future()
        self.context = copy_context()


@dataclass(frozen=True, slots=True)
class _Done:
    """How one unit ended."""

    unit: Unit[Any]
    result: Any
    error: BaseException | None

    def answer(self) -> None:
        if self.error is None:
            self.unit.future.set_result(self.result)
        else:
            self.unit.future.set_exception(self.error)


class _GroupLost(Exception):
    """SQLite has undone the whole transaction, as it does when the disk is full."""


def run_group(  # noqa: PLR0913 - one call, one place
    driver: sqlite3.Connection,
    connection: Connection,
    take: Callable[[], Unit[Any] | None],
    *,
    more: Callable[[], bool],
    begin: Callable[[], None],
    guard: Callable[[], AbstractContextManager[None]],
    after_commit: Callable[[], None],
) -> bool:
    """Run units until there are none, or enough; commit; answer. False: discard the connection."""
    done: list[_Done] = []
    try:
        begin()
        with guard():
            _run_units(driver, connection, take, more, done)
        committed = any(each.error is None for each in done)
        driver.execute("COMMIT" if committed else "ROLLBACK")
    except Exception as error:  # noqa: BLE001 - it goes to whoever waits
        return _give_up(driver, take, done, error)
    if committed:
        after_commit()
    for each in done:
        each.answer()
    return True


def _run_units(
    driver: sqlite3.Connection,
    connection: Connection,
    take: Callable[[], Unit[Any] | None],
    more: Callable[[], bool],
    done: list[_Done],
) -> None:
    """Fill `done`; it holds also the unit during which the group was lost."""
    end = time.monotonic() + _LONGEST
    while len(done) < _LARGEST and time.monotonic() < end:
        unit = take()
        if unit is None:
            return
        if not done and not more():
            _run_alone(driver, connection, unit, done)
            return
        driver.execute("SAVEPOINT unit")
        try:
            result = unit.context.run(unit.work, connection)
        except BaseException as error:
            done.append(_Done(unit, None, error))
            if not driver.in_transaction:
                raise _GroupLost from error
            driver.execute("ROLLBACK TO unit")
        else:
            done.append(_Done(unit, result, None))
        driver.execute("RELEASE unit")


def _run_alone(
    driver: sqlite3.Connection, connection: Connection, unit: Unit[Any], done: list[_Done]
) -> None:
    """Run a unit that is the whole transaction: it needs no savepoint, its end is the group's."""
    try:
        done.append(_Done(unit, unit.context.run(unit.work, connection), None))
    except BaseException as error:
        done.append(_Done(unit, None, error))
        if not driver.in_transaction:
            raise _GroupLost from error


def _give_up(
    driver: sqlite3.Connection,
    take: Callable[[], Unit[Any] | None],
    done: list[_Done],
    error: Exception,
) -> bool:
    """Answer all that nothing was kept. A lock that others hold leaves the connection whole."""
    if driver.in_transaction:
        driver.execute("ROLLBACK")
    if isinstance(error, DatabaseBusy) and not done:
        unit = take()
        if unit is not None:
            unit.future.set_exception(error)
        return True
    for each in done:
        busy = DatabaseBusy("the transaction was not kept")
        busy.__cause__ = each.error or error
        each.unit.future.set_exception(busy)
    return False
