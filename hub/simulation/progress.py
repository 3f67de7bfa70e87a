"""How far a long run of seeds is, in a file: it goes on there after it was stopped."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.simulation.service import Report

__all__ = ["Progress"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One run's file."""

    path: Path

    def resume(self, first: int) -> tuple[Report, int]:
        """Return what was found so far and the next seed; `first` where there is no file yet."""
        if not self.path.exists():
            return Report(), first
        kept = json.loads(self.path.read_text("utf-8"))
        following = int(kept.pop("next"))
        return Report(**kept), following

    def keep(self, report: Report, following: int) -> None:
        """Write what was found and the next seed; a stop in between leaves the file as it was."""
        fresh = self.path.with_name(f"{self.path.name}.new")
        text = json.dumps({"next": following} | asdict(report), indent=1)
        fresh.write_text(text + "\n", "utf-8")
        fresh.replace(self.path)
