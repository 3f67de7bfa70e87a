"""`bench matching`: every set in a process of its own, so that memory is its own."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from rectoverso.bench.matching.folders import find_sets
from rectoverso.bench.matching.sets import measure_set
from rectoverso.errors import CommandError

Tell = Callable[[str], None]
PEERS = ("splink", "recordlinkage")
_PEER_SECONDS = 1800
"""A peer that takes longer for one set is stopped."""
_PEER_BYTES = 8 << 30
"""A peer that wants more memory fails."""


def bench_sets(folder: Path, name: str | None, tell: Tell) -> dict[str, Any]:
    """Return the figures of each set in a folder, beside those of the peers that are there."""
    chosen = find_sets(folder, name)
    figures: dict[str, Any] = {}
    for each in chosen:
        tell(f"{each.name}…")
        try:
            ours = _apart(each, "rectoverso")
        except CommandError as error:
            if len(chosen) == 1:
                raise
            tell(str(error))  # the other sets are measured all the same
            figures[each.name] = {"error": str(error)}
            continue
        peers = {peer: _peer_apart(each, peer) for peer in PEERS if _installed(peer)}
        figures[each.name] = ours | ({"peers": peers} if peers else {})
    return figures


def _peer_apart(folder: Path, peer: str) -> dict[str, Any]:
    try:
        return _apart(folder, peer, _PEER_SECONDS)
    except CommandError as error:
        return {"error": str(error)}
    except subprocess.TimeoutExpired:
        return {"error": f"stopped after {_PEER_SECONDS} s"}


def _installed(package: str) -> bool:
    import importlib.util  # noqa: PLC0415  asked once per set

    return importlib.util.find_spec(package) is not None


def _apart(folder: Path, matcher: str, seconds: float | None = None) -> dict[str, Any]:
    program = [sys.executable, "-m", "rectoverso.bench.matching.run", str(folder), matcher]
    done = subprocess.run(  # noqa: S603  ours
        program, capture_output=True, text=True, check=False, timeout=seconds
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it ended without a word"]
        raise CommandError(said[-1])
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _peer(folder: Path, matcher: str) -> dict[str, Any]:
    from rectoverso.bench.matching.peers import measure  # noqa: PLC0415  only if they are there

    resource.setrlimit(resource.RLIMIT_DATA, (_PEER_BYTES, _PEER_BYTES))
    return measure(folder, matcher)


def _measure(folder: Path, matcher: str) -> dict[str, Any]:
    if matcher == "rectoverso":
        return measure_set(folder)
    return _peer(folder, matcher)


if __name__ == "__main__":
    try:
        with redirect_stdout(sys.stderr):  # what a peer tells of its progress
            measured_now = _measure(Path(sys.argv[1]), sys.argv[2])
        sys.stdout.write(json.dumps(measured_now))
    except CommandError as error:
        sys.exit(str(error))
