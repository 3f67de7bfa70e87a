"""Rings within this process: every commit of the hub's database, and whoever wants to ring."""

from ground.database import Database
from ground.env import Bell

__all__ = ["LocalDoorbell"]


class LocalDoorbell:
    """One bell per listener, so that two of them never take each other's rings."""

    def __init__(self, db: Database) -> None:
        self._bells: list[Bell] = []
        db.on_commit(self.ring)

    def ring(self) -> None:
        """Ring every listener's bell."""
        for bell in self._bells:
            bell.ring()

    def listen(self) -> Bell:
        """Return a new bell; it rings from now on."""
        bell = Bell()
        self._bells.append(bell)
        return bell

    def leave(self, bell: Bell) -> None:
        """Ring this bell no more."""
        self._bells.remove(bell)
