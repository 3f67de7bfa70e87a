"""How fast a first reading goes, and how long its phase still takes."""

from collections.abc import Callable
from dataclasses import dataclass

from ground.env import Clock
from hub.bulk.model import Phase, Run

_EVERY = 2.0


@dataclass(slots=True)
class Pace:
    """Tells now and then. `size`: of the source in bytes, where it is a file."""

    clock: Clock
    say: Callable[[str], None]
    size: int | None
    _phase: Phase | None = None
    _began: float = 0.0
    _from: float = 0.0
    _told: float = 0.0

    def __call__(self, run: Run) -> None:
        """Take how far a run is."""
        now, done = self.clock.monotonic(), _done(run)
        if run.phase is not self._phase:
            self._phase, self._began, self._from, self._told = run.phase, now, done, now
        elif now - self._told >= _EVERY:
            self._told = now
            self.say(self.sentence(run, now))

    def sentence(self, run: Run, now: float) -> str:
        """Return how far it is, how fast, and how long still."""
        passed = max(now - self._began, 0.001)
        rate = (_done(run) - self._from) / passed
        what = {Phase.READING: "records", Phase.COMPARING: "compared", Phase.INDEXING: "keys"}
        told = f"{run.phase.value}: {_done(run):,.0f} {what.get(run.phase, '')}, {rate:,.0f}/s"
        left = self._left(run, passed)
        return told if left is None else f"{told}, about {left:,.0f} s to go"

    def _left(self, run: Run, passed: float) -> float | None:
        """Return the seconds that this phase still takes; None: nobody can tell."""
        match run.phase:
            case Phase.READING if self.size and run.cursor and run.cursor.isdigit():
                share, begun = int(run.cursor) / self.size, 0.0
                if run.read > self._from:
                    begun = share * self._from / run.read
            case Phase.COMPARING if run.taken:
                share, begun = run.mark / run.taken, self._from / run.taken
            case _:
                return None
        return (1 - share) * passed / (share - begun) if share > begun else None


def _done(run: Run) -> float:
    return run.read if run.phase is Phase.READING else run.mark
