"""Processes of this machine: ended is known, everything else is not guessed."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ground.processes import Strangers, SystemProcesses

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of processes")


@pytest.fixture
def other():
    """A process that waits, and its mark as it would tell it itself."""
    process = subprocess.Popen(["sleep", "60"])
    place = str(SystemProcesses().mine()).split("/")[0]
    start = _start(process.pid)
    yield process, f"{place}/{process.pid}/{start}"
    process.kill()
    process.wait()


def _start(number):
    told = Path(f"/proc/{number}/stat").read_text()
    return told.rpartition(")")[2].split()[19]


def test_this_process_has_not_ended():
    processes: Any = SystemProcesses()
    assert processes.mine().split("/")[1:] == [str(os.getpid()), _start(os.getpid())]
    assert not processes.has_ended(processes.mine())


def test_a_killed_process_has_ended_before_and_after_its_parent_looks(other):
    process, mark = other
    assert not SystemProcesses().has_ended(mark)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and still in the table
    assert SystemProcesses().has_ended(mark)
    process.wait()
    assert SystemProcesses().has_ended(mark)


def test_a_stopped_process_has_not_ended(other):
    process, mark = other
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    assert not SystemProcesses().has_ended(mark)


def test_a_number_given_again_is_another_process(other):
    _, mark = other
    before, _, start = mark.rpartition("/")
    assert SystemProcesses().has_ended(f"{before}/{int(start) - 1}")


@pytest.mark.parametrize("mark", ["another-boot.pid:[1]/1/1", "", "nonsense", "a/0/1", "a/b/c"])
def test_of_other_machines_and_of_nonsense_nothing_is_known(mark):
    assert not SystemProcesses().has_ended(mark)
    assert not Strangers().has_ended(mark)


def test_of_an_earlier_boot_of_this_machine_all_have_ended(other):
    _, mark = other
    boot, _, rest = mark.partition(".")
    earlier = f"{'0' * len(boot)}.{rest}"
    assert SystemProcesses().has_ended(earlier, was_here=True)
    assert not SystemProcesses().has_ended(earlier)
    assert not SystemProcesses().has_ended(mark, was_here=True)
    container = f"{boot}.pid:[1]/{mark.partition('/')[2]}"
    assert not SystemProcesses().has_ended(container, was_here=True)


def test_a_process_of_another_machine_is_unknown_even_if_its_number_is_free_here(other):
    process, mark = other
    process.kill()
    process.wait()
    number_and_start = mark.partition("/")[2]
    assert not SystemProcesses().has_ended(f"another-boot.pid:[1]/{number_and_start}")
    assert Strangers().mine() is None
