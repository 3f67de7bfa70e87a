"""Answers to many conflicts <-> rows."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update

from ground.database import Connection
from ground.statements import insert_many
from hub.resolutions.model import Review
from hub.resolutions.tables import review

__all__ = ["add_review", "mark_taken_back", "review_by_id"]


def add_review(connection: Connection, new: Review) -> None:
    """Store an answer that was given to many."""
    insert_many(connection, review, [asdict(new)], on_conflict=None)


def review_by_id(connection: Connection, review_id: str) -> Review | None:
    """Return an answer that was given to many."""
    row = connection.execute(select(review).where(review.c.id == review_id)).mappings().first()
    return None if row is None else Review(**row)


def mark_taken_back(connection: Connection, review_id: str, at: datetime) -> None:
    """Note that an answer to many was taken back."""
    connection.execute(update(review).where(review.c.id == review_id).values(taken_back_at=at))
