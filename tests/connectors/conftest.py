"""A scripted system behind the real door, and manifests to speak to it."""

import json

import httpx
import pytest

from connectors.contract import ConnectionConfig
from connectors.declarative.connector import DeclarativeConnector
from connectors.manifest import Manifest
from ground.door import SafeHttp
from tests.e2e.conftest import serve

__all__ = ["serve"]

BASE = {
    "name": "peer",
    "title": "Peer",
    "deletes": "tombstones",
    "secrets": [{"name": "token", "title": "Token"}],
    "auth": {"headers": {"authorization": "Token {token}"}},
    "objects": {"customers": {"path": "/v1/customers"}},
    "check": {"path": "/v1/me", "system": "app", "version": "release", "time": "now"},
    "record": {"client_key": "external_ref", "comparable_version": True},
    "changes": {"tombstone": "deleted_at", "query": {"limit": "{limit}"}},
    "delete": {"headers": {"if-match": '"{version}"'}},
}
BULK = {
    "path": "{path}/bulk",
    "item_client_key": "external_ref",
    "item_version": "if_match",
    "upsert": True,
}
SINGLE = {
    "create_headers": {"idempotency-key": "{key}"},
    "update_headers": {"if-match": '"{version}"'},
    "client_key": "external_ref",
}


class Peer:
    """Answers in turn what it is told to, the last one for ever; remembers what it was asked."""

    def __init__(self):
        self.answers = []
        self.requests = []

    def say(self, status, document=None, *, headers=None, body=None):
        content = json.dumps(document).encode() if body is None else body
        self.answers.append(httpx.Response(status, content=content, headers=headers))

    def fail(self, error):
        self.answers.append(error)

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def asked(self):
        """Return the documents sent so far."""
        return [json.loads(request.content) for request in self.requests if request.content]


@pytest.fixture
def peer():
    return Peer()


@pytest.fixture
def a_manifest():
    """a_manifest(**keys) -> Manifest; bulk unless `single` is given."""

    def build(**keys):
        writing = {} if "single" in keys or "bulk" in keys else {"bulk": BULK}
        return Manifest.model_validate(BASE | writing | keys)

    return build


@pytest.fixture
def a_connector(peer, clock, a_manifest):
    """a_connector(**keys of the manifest) -> a connector that speaks to the peer."""

    def build(base_url="http://127.0.0.1/api", settings=None, **keys):
        door = SafeHttp(allow={"127.0.0.1:80"}, clock=clock, transport=httpx.MockTransport(peer))
        config = ConnectionConfig(base_url, {"token": "s3cret"}.__getitem__, settings or {})
        return DeclarativeConnector(a_manifest(**keys), {}, config, door, clock)

    return build
