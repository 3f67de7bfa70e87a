"""The built-in apps on a port of this machine, and a caller that speaks HTTP to them."""

import http.client
import json
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

import uvicorn
from fastapi import FastAPI

from ground.door import SafeHttp
from ground.env import SystemClock, system_env
from portal import Portal, Role
from portal.tables import METADATA as PORTAL_TABLES


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    document: Any

    def __getitem__(self, name):
        return self.document[name]

    @property
    def fields(self):
        return [each["field"] for each in self.document["errors"]]


@dataclass(frozen=True)
class Caller:
    """Calls one app with one key; paths are below its REST prefix."""

    port: int
    house: str
    secret: str | None
    portal: Portal

    def call(self, method, path, document=None, *, raw=None, headers=None):
        sent = {"content-type": "application/json"} | (headers or {})
        if self.secret:
            sent["authorization"] = f"Bearer {self.secret}"
        body = raw if document is None else json.dumps(document).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            prefix = f"/{self.house}" + ("" if path.startswith("/.") else "/api/v1")
            connection.request(method, prefix + path.removeprefix("/."), body, sent)
            response = connection.getresponse()
            text = response.read()
            received = {name.lower(): value for name, value in response.getheaders()}
            is_json = "json" in received.get("content-type", "")
            return Answer(response.status, received, json.loads(text) if is_json else text)
        finally:
            connection.close()

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, document=None, **options):
        return self.call("POST", path, document, **options)

    def patch(self, path, document=None, **options):
        return self.call("PATCH", path, document, **options)

    def put(self, path, document=None, **options):
        return self.call("PUT", path, document, **options)

    def delete(self, path, **options):
        return self.call("DELETE", path, **options)

    def bulk(self, collection, *items):
        return self.post(f"/{collection}/bulk", {"items": [*items]})["results"]

    def named(self, role, *scopes):
        """Return a caller with a new key."""
        return replace(self, secret=self.portal.create_key(str(role), role, scopes).secret)

    def unknown(self):
        """Return a caller without a key."""
        return replace(self, secret=None)


class Running:
    """Servers of one test."""

    def __init__(self):
        self._running = []

    def serve(self, house, create_app, app_database, portal_database):
        env = system_env(db=portal_database, http=SafeHttp(clock=SystemClock()))
        portal = Portal(env)
        root = FastAPI(openapi_url=None)
        root.mount(f"/{house}", create_app(env.with_db(app_database), portal))
        port = self.start(portal.security(root))
        return Caller(port, house, None, portal).named(Role.INTEGRATOR)

    def start(self, app):
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_config=None,
            access_log=False,
            ws="none",
            proxy_headers=False,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        self._running.append((server, thread))
        give_up = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < give_up, "the server did not start in time"
            time.sleep(0.002)
        return server.servers[0].sockets[0].getsockname()[1]

    def stop(self):
        for server, _ in self._running:
            server.should_exit = True
        for _, thread in self._running:
            thread.join(10)


def make_tables(portal_database, app_database, metadata):
    portal_database.create_all(PORTAL_TABLES)
    app_database.create_all(metadata)
