"""The product as separate processes: several servers, several workers, each killed on its own."""

import os
import signal
import subprocess
from contextlib import suppress

from pydantic import SecretStr

from portal import Portal, Role
from rectoverso.settings import Settings
from rectoverso.wiring import Houses
from tests import servers
from tests.e2e.installation import Api, Installation, until


class Processes(Installation):
    """Servers and workers without a parent; each may be stopped, killed and begun again."""

    def __init__(self, data, *, servers_=1, workers=1, **settings):
        super().__init__(data, **settings)
        self.ports = [self.port, *(servers.free_port() for _ in range(servers_ - 1))]
        self._workers = workers
        self.processes = {}
        self._words = {}

    def begin_all(self):
        """Prepare the databases and begin every process."""
        self.run("init")
        for number, port in enumerate(self.ports):
            self.begin_one(f"serve{number}", "serve", "--port", str(port))
        for number in range(self._workers):
            self.begin_one(f"work{number}", "work")

    def begin_one(self, name, *words):
        """Begin one process under a name; without words, as it was begun before."""
        self._words[name] = words or self._words[name]
        with (self.data.parent / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self._command(*self._words[name]),
                cwd=self.data.parent,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def send(self, name, number):
        """Send a signal to one process."""
        os.kill(self.processes[name].pid, number)

    def kill_one(self, name):
        """Kill -9 one process."""
        self.send(name, signal.SIGKILL)
        self.processes[name].wait()

    def stop(self):
        for api in self._apis.values():
            api.close()
        self._apis.clear()
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()

    def _is_ready(self):
        for name, process in self.processes.items():
            assert process.poll() is None, (self.data.parent / f"{name}.log").read_text()[-3000:]
        return self._answers("/readyz")

    def houses(self, **more):
        """Return the houses as one more process sees them; to be closed."""
        return Houses(Settings(data=self.data, port=self.port, **more))


class Fleet(Processes):
    """Processes on one PostgreSQL and, unless it is None, one Redis."""

    def __init__(self, data, redis, *, servers_=2, workers=2, **settings):
        super().__init__(data, servers_=servers_, workers=workers, **settings)
        self.place = servers.new_place()
        self.database_url = servers.postgresql_url(self.place, servers.DURABLE)
        self.redis = redis
        self._settings |= {
            "RECTOVERSO_DATABASE_URL": self.database_url,
            "RECTOVERSO_PUBLIC_URL": self.url,
            "RECTOVERSO_HOST": "127.0.0.1",
        }
        if redis is not None:
            self._settings["RECTOVERSO_REDIS_URL"] = redis.connection_url

    def start(self):
        """Begin every process and connect the built-in systems."""
        self.begin_all()
        self.run("first-run", "--no-demo", "--port", str(self.port))

    def stop(self):
        super().stop()
        servers.stop_postgresql(self.place)

    def houses(self, **more):
        return super().houses(database_url=SecretStr(self.database_url), **more)

    def api(self, role, server=0):
        """Return a caller of one of the servers."""
        name = f"{role} at {server}"
        if name not in self._apis:
            houses = self.houses()
            secret = Portal(houses.env("portal")).create_key(name, Role(role)).secret
            houses.close()
            self._apis[name] = Api(f"http://127.0.0.1:{self.ports[server]}", secret)
        return self._apis[name]

    def restart_database(self):
        """Stop PostgreSQL at once and start it again."""
        servers.restart_postgresql(self.place)


def wait_for(fleet):
    """Wait until both connections are live and their managed fields known."""
    fleet.wait_until_ready()
    until(lambda: all(p.poll() is None for p in fleet.processes.values()), "all run")
