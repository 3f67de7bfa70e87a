"""Units of work on one house's database: the only place where a transaction begins and ends.

A unit is a function `work(connection) -> T`. It holds no other I/O and may be run again, so it
changes nothing but the database. Deferred constraints are not used: units commit in company.
"""

from sqlalchemy import Connection

from ground.database.contract import Database, DatabaseBusy, NestedUnit, Watch, Work
from ground.database.memory import MemoryDatabase, MemoryStore
from ground.database.opening import open_database
from ground.database.patient import PatientDatabase
from ground.database.remembered import Remembered

__all__ = [
    "Connection",
    "Database",
    "DatabaseBusy",
    "MemoryDatabase",
    "MemoryStore",
    "NestedUnit",
    "PatientDatabase",
    "Remembered",
    "Watch",
    "Work",
    "open_database",
]
