"""Tells the listeners of the ERP what changed."""

from collections.abc import Sequence

from ground.database import Connection
from ground.records.model import Record


def announce(connection: Connection, collection: str, records: Sequence[Record]) -> None:
    """Write a notice of these changes, to be sent after the commit."""
