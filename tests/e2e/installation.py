"""A whole installation of the product in its own processes, and people who call it over REST."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import httpx
import pytest

from portal import Portal, Role
from rectoverso.settings import Settings
from rectoverso.wiring import Houses
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
_LOOK = 5.0


def until(condition, what, patience=PATIENCE, pause=0.005):
    """Return the first true answer of `condition()`; fail with `what`, text or a call, if none.

    Between two looks at most `_LOOK` seconds count: a machine that stood still served nobody.
    """
    waited, looked = 0.0, time.monotonic()
    while not (answer := condition()):
        now = time.monotonic()
        waited, looked = waited + min(now - looked, _LOOK), now
        if waited > patience:
            wanted = what() if callable(what) else what
            pytest.fail(f"this did not happen in {patience:g} s: {wanted}")
        time.sleep(pause)
    return answer


class Api:
    """Calls one installation with one key."""

    def __init__(self, url, key):
        headers = {"authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=30)

    def call(self, method, path, document=None, **options):
        return self._client.request(method, path, json=document, **options)

    def get(self, path, **query):
        return self._checked(self._client.get(path, params=query))

    def post(self, path, document=None):
        return self._checked(self._client.post(path, json={} if document is None else document))

    def patch(self, path, document, version=None):
        headers = {} if version is None else {"if-match": f'"{version}"'}
        return self._checked(self._client.patch(path, json=document, headers=headers))

    def every(self, path, **query):
        """Return all items of a list, page by page."""
        items, after = [], {}
        while True:
            page = self.get(path, limit=200, **query, **after)
            items += page["items"]
            if page["next"] is None:
                return items
            after = {"after": page["next"]}

    def find(self, path, **wanted):
        """Return the one record of a list whose fields are as wanted, or None."""
        found = [
            item
            for item in self.every(path)
            if all(item.get(name) == value for name, value in wanted.items())
        ]
        assert len(found) < 2, f"more than one record of {path} has {wanted}"
        return found[0] if found else None

    def close(self):
        self._client.close()

    @staticmethod
    def _checked(answer):
        assert answer.is_success, (
            f"{answer.request.url} answered {answer.status_code} {answer.text}"
        )
        return answer.json()


class Installation:
    """One data folder on one port; may be started, stopped, killed and started again."""

    def __init__(self, data, **settings):
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._settings = {f"RECTOVERSO_{name.upper()}": value for name, value in settings.items()}
        self._process = None
        self._apis = {}

    def start(self):
        """Start everything with `rectoverso up`."""
        with (self.data.parent / "up.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command("up", "--no-demo"), "--port", str(self.port)],
                cwd=self.data.parent,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self):
        """Wait for ready servers and two live connections that know their managed fields."""
        until(self._is_ready, "the server is ready", pause=0.1)
        hub = self.api("steward")
        until(lambda: _states(hub) == ["live", "live"], "both connections are live")
        until(
            lambda: hub.get("/crm/api/v1/managed-fields/customers")["fields"],
            "the CRM knows its managed fields",
        )

    def is_alive(self):
        """Tell whether the web process answers."""
        return self._answers("/healthz")

    def kill(self):
        """Kill -9 the parent and all its processes; nobody gets to say goodbye."""
        family = [self._process.pid]
        for pid in family:
            family += _children(pid)
        for pid in family:
            _kill(pid)
        self._process.wait()

    def stop(self):
        """End in peace."""
        for api in self._apis.values():
            api.close()
        self._apis.clear()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)

    def run(self, *words, codes=(0,)):
        """Run a command to its end; return what it printed."""
        done = subprocess.run(
            self._command(*words),
            cwd=self.data.parent,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, done.stderr
        return done.stdout

    def begin(self, *words):
        """Begin a command; return its process."""
        with (self.data.parent / "commands.log").open("ab") as log:
            return subprocess.Popen(
                [*self._command(*words), "--port", str(self.port)],
                cwd=self.data.parent,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )

    def api(self, role):
        """Return a caller with a key of this role, as `rectoverso user key` makes it."""
        if role not in self._apis:
            houses = Houses(Settings(data=self.data))
            secret = Portal(houses.env("portal")).create_key(f"a {role}", Role(role)).secret
            houses.close()
            self._apis[role] = Api(self.url, secret)
        return self._apis[role]

    def _is_ready(self):
        assert self._process.poll() is None, (self.data.parent / "up.log").read_text()
        return self._answers("/readyz")

    def _answers(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=10):
                return True
        except OSError:
            return False

    def _command(self, *words):
        return [sys.executable, "-m", "rectoverso", *words, "--data", str(self.data)]

    def _environment(self):
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return inherited | {"PYTHONPATH": str(ROOT)} | self._settings


def everything(rest):
    """Return (id -> version) of all records of both apps."""
    collections = [
        *(f"/crm/api/v1/{each}" for each in ("customers", "contacts", "products", "categories")),
        *(f"/erp/api/v1/{each}" for each in ("customers", "products", "categories")),
    ]
    return {
        f"{path}/{item['id']}": item["version"]
        for path in collections
        for item in rest.every(path, include_deleted="true")
    }


def is_idle(hub):
    """Tell whether no event waits for its decision and no effect for its delivery."""
    balance = hub.get("/hub/api/v1/balance")["total"]
    return balance["undecided"] == 0 and not open_effects(hub)


def open_effects(hub):
    """Return the effects that are still under way; in one call, as they change places."""
    states = ["planned", "waiting", "sent", "unknown"]
    return hub.every("/hub/api/v1/effects", **{"filter[state]": states})


def _states(hub):
    return [each["state"] for each in hub.get("/hub/api/v1/connections")["items"]]


def _children(pid):
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
