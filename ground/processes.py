"""Which process this is, and which others of this machine have ended: known, never guessed."""

import os
import re
from functools import cached_property
from pathlib import Path
from typing import Protocol

__all__ = ["Processes", "Strangers", "SystemProcesses"]

_MARK = re.compile(r"(.+)/(\d+)/(\d+)")
_ENDED = {"Z", "X"}


class Processes(Protocol):
    """What one process may know of others."""

    def mine(self) -> str | None:
        """Return the mark by which others know this process; None: they cannot."""
        ...

    def has_ended(self, mark: str, *, was_here: bool = False) -> bool:
        """Say whether that process is known to have ended; one of another machine never is.

        `was_here`: it is known to have been on this machine, so another boot is an earlier one.
        """
        ...


class Strangers:
    """Knows nobody."""

    def mine(self) -> str | None:
        """Return None."""
        return None

    def has_ended(self, mark: str, *, was_here: bool = False) -> bool:
        """Return False."""
        del mark, was_here
        return False


class SystemProcesses:
    """Processes of a Linux machine, or of a container on it, since it was started.

    A mark is boot and process namespace / number / start: a number given again is another mark.
    Where the machine does not tell these, nobody is known. A stopped process has not ended.
    """

    @cached_property
    def _place(self) -> str | None:
        try:
            boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
            return f"{boot}.{Path('/proc/self/ns/pid').readlink()}"
        except OSError:
            return None

    def mine(self) -> str | None:
        """Return the mark of this process."""
        status = _status(os.getpid())
        return None if self._place is None or status is None else _mark(self._place, status)

    def has_ended(self, mark: str, *, was_here: bool = False) -> bool:
        """Say whether a process that was on this machine is no more."""
        match = _MARK.fullmatch(mark)
        if match is None or self._place is None or not int(match[2]):
            return False
        if match[1] != self._place:
            return was_here and _boot(match[1]) != _boot(self._place)
        number = int(match[2])
        try:
            os.kill(number, 0)  # asks only; unlike /proc it tells of other users' processes too
        except ProcessLookupError:
            return True
        except OSError:
            pass
        status = _status(number)
        return status is not None and (status[0] in _ENDED or _mark(match[1], status) != mark)


def _status(number: int) -> tuple[str, int, str] | None:
    """Return (state, number, start in ticks since boot)."""
    try:
        told = Path(f"/proc/{number}/stat").read_text("ascii", "replace")
    except OSError:
        return None
    after_name = told.rpartition(")")[2].split()
    return after_name[0], number, after_name[19]


def _boot(place: str) -> str:
    return place.partition(".")[0]


def _mark(place: str, status: tuple[str, int, str]) -> str:
    return f"{place}/{status[1]}/{status[2]}"
