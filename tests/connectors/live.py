"""The built-in apps under the contract suite: started for real, spoken to over HTTP."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import simple_crm
import simple_crm.app
import simple_crm.notices
import simple_crm.tables
import simple_erp
import simple_erp.app
import simple_erp.notices
import simple_erp.tables
from connectors import registry
from connectors.contract import ConnectionConfig
from connectors.kit.memory import EditRefused
from portal import Portal, Role
from portal.tables import METADATA as PORTAL_TABLES

APPS = {
    "simple_crm": (simple_crm.app.create_app, simple_crm.tables.METADATA),
    "simple_erp": (simple_erp.app.create_app, simple_erp.tables.METADATA),
}
SENDERS = {
    "simple_crm": simple_crm.notices.sender,
    "simple_erp": simple_erp.notices.sender,
}


class LiveHarness:
    """One app on its port; a person of that system acts with a key of its own."""

    object_type = "customers"
    title = "name"

    def __init__(self, name, url, portal, door, receiver):
        self.clock = portal.env.clock
        self._door = door
        self._url = f"{url}/api/v1/{self.object_type}"
        self._person = portal.create_key("Person", Role.ADMIN).secret
        self._receiver = receiver
        self._secret = ""
        hub = portal.create_key("Hub", Role.INTEGRATOR).secret
        config = ConnectionConfig(url, {"api_key": hub}.__getitem__)
        self.connector = registry.find(name).build(config, self._door, self.clock)

    def values(self, number):
        address = {"uses": ["billing"], "city": f"City {number}", "country": "DE"}
        return {
            "name": f"Customer {number}",
            "kind": "organisation",
            "currency": "EUR",
            "addresses": [address],
        }

    def bad_values(self):
        return self.values(0) | {"name": ""}

    def create(self, values):
        self._listen()
        return self._ask("POST", "", values)["id"]

    def edit(self, external_id, values):
        self._ask("PATCH", f"/{external_id}", values)

    def remove(self, external_id):
        self._ask("DELETE", f"/{external_id}")

    def inspect(self):
        return self._ask("GET", "?limit=500")["items"]

    def notice(self, external_ids):
        """Wait until the app has told the last of these records, signed."""
        versions = {one["id"]: one["version"] for one in self._tombstones() + self.inspect()}
        wanted = {(one, versions[one]) for one in external_ids}
        told: dict[tuple[str, int], dict[str, object]] = {}
        give_up = time.monotonic() + 10
        while wanted - told.keys():
            assert time.monotonic() < give_up, f"never told: {wanted - told.keys()}"
            headers, body = self._receiver.take()
            self.connector.verify(headers, body, [self._secret], self.clock.now())
            told |= {(one["id"], one["version"]): one for one in json.loads(body)["changes"]}
        return {"type": "records.changed", "changes": [told[one] for one in sorted(wanted)]}

    def _listen(self):
        if not self._secret:
            self._secret = self.connector.subscribe(self._receiver.url)

    def _tombstones(self):
        since = "updated_since=1970-01-01T00:00:00Z"
        return self._ask("GET", f"?limit=500&include_deleted=true&{since}")["items"]

    def _ask(self, method, path, document=None):
        headers = {"authorization": f"Bearer {self._person}", "content-type": "application/json"}
        body = None if document is None else json.dumps(document).encode()
        response = self._door.request(method, self._url + path, headers=headers, body=body)
        answer = json.loads(response.body or b"{}")
        if response.status >= 400:
            fields = {one["field"]: one["reason"] for one in answer.get("errors", [])}
            if "field" in answer:
                fields[answer["field"]] = answer.get("text", "")
            raise EditRefused(f"{response.status} {response.body!r}", fields)
        return answer


class Receiver:
    """Takes notices on a port of this machine."""

    def __init__(self):
        received = self._received = []
        arrived = self._arrived = threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): text for name, text in self.headers.items()}
                with arrived:
                    received.append((headers, body))
                    arrived.notify()
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args):
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.place}/notices"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self):
        with self._arrived:
            assert self._arrived.wait_for(lambda: self._received, timeout=10), "no notice came"
            return self._received.pop(0)

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def build(name, env, app_database):
    """Return the portal and the wrapped app of a built-in system over empty databases."""
    create_app, metadata = APPS[name]
    env.db.create_all(PORTAL_TABLES)
    app_database.create_all(metadata)
    portal = Portal(env)
    return portal, portal.security(create_app(env.with_db(app_database), portal))


def sender(name, env, app_database):
    """Return what sends the notices of a built-in system."""
    return SENDERS[name](env.with_db(app_database))
