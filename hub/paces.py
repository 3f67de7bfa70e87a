"""How long the calls of one process to each connection took lately: so many are made at a time."""

__all__ = ["Paces"]

_UNKNOWN = 0.05
"""Seconds a call is taken to last where none was made yet."""


class Paces:
    """Seconds a call by connection. Each step is one operation on a dict: threads need no lock."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def calls_within(self, connection_id: str, seconds: float) -> int:
        """Return how many calls one after the other take so long, at least one."""
        each = self._seconds.get(connection_id, _UNKNOWN)
        return max(1, int(seconds / max(each, 1e-6)))

    def took(self, connection_id: str, seconds: float) -> None:
        """Note what a call took: a slow one counts at once, fast ones by and by."""
        before = self._seconds.get(connection_id, _UNKNOWN)
        self._seconds[connection_id] = max(seconds, (before + seconds) / 2)
