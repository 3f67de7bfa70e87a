"""Where a page of a work list ended. Pure."""

from hub.errors import BadCursor
from hub.lists.rules import read_cursor

__all__ = ["place_after"]


def place_after(cursor: str | None) -> tuple[int, str] | None:
    """Return (score, golden id) of a cursor. Raises BadCursor."""
    if not cursor:
        return None
    score, golden_id = read_cursor(cursor, 2)
    if not score.isdecimal():
        raise BadCursor
    return int(score), golden_id
