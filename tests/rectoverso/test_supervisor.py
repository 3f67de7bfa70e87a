import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WAIT = 8.0
WATCH = "os.read(0, 1)"  # ends with its parent


def until(condition):
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    pytest.fail("did not happen in time")


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def child(tmp_path, name, body, **more):
    path = tmp_path / f"{name}.pids"
    code = f"import os, sys, time\nopen({str(path)!r}, 'a').write(f'{{os.getpid()}}\\n')\n{body}"
    return {"name": name, "command": [sys.executable, "-S", "-c", code], **more}


def pids(tmp_path, name):
    path = tmp_path / f"{name}.pids"
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def supervise(tmp_path):
    started = []

    def start(*children, drain=5.0):
        plan = {"lock": str(tmp_path / "lock"), "drain": drain, "children": children}
        process = subprocess.Popen(
            [sys.executable, "-m", "rectoverso.supervisor", json.dumps(plan)],
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def test_a_child_that_dies_is_started_again(tmp_path, supervise):
    supervise(child(tmp_path, "web", WATCH))
    (first,) = until(lambda: pids(tmp_path, "web"))

    os.kill(first, signal.SIGKILL)

    until(lambda: len(pids(tmp_path, "web")) == 2)


def test_a_child_that_runs_once_is_not_started_again_after_success(tmp_path, supervise):
    supervise(child(tmp_path, "web", WATCH), child(tmp_path, "first", "", once=True))
    until(lambda: pids(tmp_path, "web") and pids(tmp_path, "first"))
    time.sleep(0.5)

    assert len(pids(tmp_path, "first")) == 1


def test_a_child_that_runs_once_is_tried_again_after_a_failure(tmp_path, supervise):
    supervise(child(tmp_path, "first", "sys.exit(1)", once=True))

    until(lambda: len(pids(tmp_path, "first")) >= 2)


def test_wrong_settings_of_a_child_end_everything(tmp_path, supervise):
    process = supervise(child(tmp_path, "worker", WATCH), child(tmp_path, "web", "sys.exit(78)"))

    assert process.wait(WAIT) == 78
    assert not any(alive(pid) for pid in pids(tmp_path, "worker"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_children_are_asked_to_end_and_waited_for(tmp_path, supervise, number):
    body = (
        "import signal\n"
        "def end(*_):\n time.sleep(0.2)\n print('drained', file=sys.stderr)\n sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nos.read(0, 1)"
    )
    process = supervise(child(tmp_path, "web", body))
    until(lambda: pids(tmp_path, "web"))
    time.sleep(0.1)

    process.send_signal(number)

    assert process.wait(WAIT) == 0
    assert "drained" in process.stderr.read()


def test_a_child_that_does_not_end_is_killed_after_the_drain(tmp_path, supervise):
    body = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.read(0, 1)"
    process = supervise(child(tmp_path, "web", body), drain=0.3)
    (pid,) = until(lambda: pids(tmp_path, "web"))
    time.sleep(0.1)

    process.terminate()

    assert process.wait(WAIT) == 0
    assert not alive(pid)


def test_children_see_the_end_of_a_parent_that_was_killed(tmp_path, supervise):
    process = supervise(child(tmp_path, "web", WATCH))
    (pid,) = until(lambda: pids(tmp_path, "web"))

    process.kill()

    until(lambda: not alive(pid))


def test_two_servers_on_one_folder_are_refused(tmp_path, supervise):
    supervise(child(tmp_path, "web", WATCH))
    until(lambda: pids(tmp_path, "web"))

    second = supervise(child(tmp_path, "other", WATCH))

    assert second.wait(WAIT) == 78
    assert "data folder" in second.stderr.read()
    assert pids(tmp_path, "other") == []


def test_the_parent_imports_nothing_but_the_standard_library():
    code = (
        "import sys, rectoverso.supervisor\n"
        "print([name for name in sys.modules if name.split('.')[0] in"
        " {'ground', 'pydantic', 'typer', 'rich', 'sqlalchemy', 'asyncio'}])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
