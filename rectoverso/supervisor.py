"""The parent of `up`: keeps a web and a worker process alive and does nothing else.

It imports the standard library only, so that it stays a few megabytes small; it is started as
`python -m rectoverso.supervisor PLAN` with a Plan as JSON. It owns the lock of the data folder.
Children watch the read end of a pipe (their standard input): when the parent dies by any means,
the pipe closes and they end too, so that nothing keeps running without its parent.
"""

# ruff: noqa: TID251  there is no Env here: ground.env would cost this process its smallness

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0  # seconds alive after which the next death is taken as a new trouble
NOT_AGAIN = 78  # exit code of a child for which starting again does not help
WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


_LEAN = ("/usr/bin/env", "MALLOC_ARENA_MAX=2") if sys.platform == "linux" else ()
"""Threads share two heaps: glibc would give each of them one that is never handed back."""


@dataclass(slots=True)
class Child:
    """One process to keep alive; `once` means that ending with 0 is its aim."""

    name: str
    command: list[str]
    once: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float | None = 0.0
    pause: float = FIRST_PAUSE

    def start(self, lifeline: int) -> None:
        """Start the process with the pipe of its parent as standard input."""
        self.process = subprocess.Popen(  # noqa: S603  our own commands, no shell
            [*_LEAN, *self.command],
            stdin=lifeline,
            start_new_session=True,  # so that Ctrl-C reaches the parent alone, which drains
            preexec_fn=_listen_to_signals,  # noqa: PLW1509  this process has one thread
        )
        self.started = time.monotonic()
        self.due = None

    def settle(self, code: int) -> None:
        """Decide when to start again after an end with this code."""
        self.process = None
        if self.once and code == 0:
            return
        if time.monotonic() - self.started > HEALTHY_AFTER:
            self.pause = FIRST_PAUSE
        self.due = time.monotonic() + self.pause
        _say(f"{self.name} ended with {code}; it starts again in {self.pause:g} s.")
        self.pause = min(LONGEST_PAUSE, self.pause * 2)

    def send(self, number: signal.Signals) -> None:
        """Pass a signal on, if the process still runs."""
        if self.process is not None:
            self.process.send_signal(number)


@dataclass(slots=True)
class Plan:
    """What to keep alive, which file to lock, and how many seconds children may take to end."""

    lock: str
    children: list[Child]
    drain: float = 10.0

    def command(self) -> list[str]:
        """Return the command line that carries out this plan."""
        children = [
            {"name": child.name, "command": child.command, "once": child.once}
            for child in self.children
        ]
        plan = {"lock": self.lock, "drain": self.drain, "children": children}
        return [sys.executable, "-m", "rectoverso.supervisor", json.dumps(plan)]

    @classmethod
    def parse(cls, text: str) -> "Plan":
        """Read a plan from its command line."""
        plan = json.loads(text)
        return cls(plan["lock"], [Child(**child) for child in plan["children"]], plan["drain"])


@dataclass(slots=True)
class Supervisor:
    """Carries out one plan until it is told to stop."""

    plan: Plan
    lifeline: tuple[int, int] = field(default_factory=os.pipe)
    given_up: bool = False

    def run(self) -> int:
        """Keep the children alive; return the exit code once they have ended."""
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        while not self.given_up:
            self._start_due()
            received = signal.sigtimedwait(WATCHED, self._patience())
            if received is not None and received.si_signo != signal.SIGCHLD:
                break
            self._reap()
        self._stop()
        return NOT_AGAIN if self.given_up else 0

    def _start_due(self) -> None:
        for child in self.plan.children:
            if child.due is not None and child.due <= time.monotonic():
                child.start(self.lifeline[0])

    def _patience(self) -> float:
        dues = [child.due for child in self.plan.children if child.due is not None]
        return max(0.0, min(dues, default=time.monotonic() + 3600) - time.monotonic())

    def _reap(self) -> None:
        for child in self.plan.children:
            code = None if child.process is None else child.process.poll()
            if code == NOT_AGAIN:
                child.process, self.given_up = None, True
            elif code is not None:
                child.settle(code)

    def _stop(self) -> None:
        running = [child for child in self.plan.children if child.process is not None]
        for child in running:
            child.send(signal.SIGTERM)
        until = time.monotonic() + self.plan.drain
        while any(_runs(child) for child in running) and time.monotonic() < until:
            received = signal.sigtimedwait(WATCHED, max(0.0, until - time.monotonic()))
            if received is not None and received.si_signo == signal.SIGINT:
                break  # a second Ctrl-C: do not wait for the rest
        for child in running:
            if _runs(child):
                _say(f"{child.name} did not end in time and is killed; nothing is lost by it.")
                child.send(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def main(arguments: list[str]) -> int:
    """Carry out the plan given as the only argument."""
    plan = Plan.parse(arguments[0])
    with Path(plan.lock).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _say("Another server runs on this data folder: stop it first or choose another --data.")
            return NOT_AGAIN
        return Supervisor(plan).run()


def _runs(child: Child) -> bool:
    return child.process is not None and child.process.poll() is None


def _listen_to_signals() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
