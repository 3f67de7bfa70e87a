"""A person's answer to a conflict, and the unit of work that carries it out."""

from dataclasses import dataclass, field
from datetime import datetime

from ground.database import Connection
from hub.conflicts.model import Conflict
from hub.conflicts.rules import Choice
from hub.projection.board import Board
from hub.projection.planning import Plan, plan
from hub.sync.model import Version
from hub.sync.store import write_board, write_plans, write_versions
from hub.wiring import Hub
from master_data.clusters import store as clusters
from master_data.model import Golden, Value

__all__ = ["Answered", "Resolution", "Review", "Unit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A person's answer. `seen`: the version of the conflict on screen; `value`: what to take."""

    choice: Choice
    seen: int
    by: str
    reason: str = ""
    value: Value = None


@dataclass(frozen=True, slots=True)
class Answered:
    """How many conflicts of a cause were settled; `left`: there are more, ask again."""

    settled: int
    left: bool
    review: str
    """By this id they are taken back at once."""


@dataclass(frozen=True, slots=True)
class Review:
    """One answer to many conflicts. `settled`: pairs of a conflict's id and the version answered.

    An answer taken back moves the version, so one that was given anew since is not touched.
    """

    id: str
    choice: str
    by: str
    at: datetime
    settled: list[list[str | int]]
    taken_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of work about a conflict, and the rows it touches."""

    hub: Hub
    connection: Connection
    conflict: Conflict
    by: str
    reason: str
    at: datetime
    board: Board = field(default_factory=Board)

    @property
    def golden(self) -> Golden:
        """Return the golden record the conflict is about."""
        return self.board.goldens[self.conflict.golden_id]

    @property
    def actor(self) -> str:
        """Return who decides, as provenance names a person."""
        return f"person:{self.by}"

    def plan(self, golden: Golden, reason: str) -> list[Plan]:
        """Return the effects of a golden record in every live connection."""
        opened = self.hub.directory.connections().values()
        live = [each for each in opened if each.state == "live"]
        return plan(self.board, golden, live, self.hub.env.ids.new, reason)

    def store(self, golden: Golden, changes: dict[str, list[Value]], reason: str) -> None:
        """Write a golden record and its new version, and plan who must hear of it."""
        self.board.put_golden(golden)
        plans = self.plan(golden, reason)
        write_board(self.connection, self.board, self.at)
        version = Version(golden, changes, None, None, actor=self.actor)
        write_versions(self.connection, [version], self.at)
        write_plans(self.hub, self.connection, [(each, None) for each in plans], self.at)

    def note_decision(self, golden: Golden, path: str) -> None:
        """Let the record that received a decision keep it, should it ever stand alone again."""
        clusters.note_decision(self.connection, golden.id, path, golden.decisions.get(path))
