"""What the ERP tells those who listen."""

import json
import random

import httpx
import pytest

import simple_erp.tables
from ground.door import SafeHttp
from ground.env import Env
from ground.notices import verify
from simple_erp.notices import sender
from simple_erp.service import open_erp

ACME = {"name": "Acme S.L.", "currency": "EUR", "external_ref": "x-1"}


class _Author:
    id = "us_anna"


@pytest.fixture
def told():
    return []


@pytest.fixture
def http(clock, told):
    def listen(request):
        told.append((request.headers, request.content))
        return httpx.Response(204)

    return SafeHttp(clock=clock, transport=httpx.MockTransport(listen))


@pytest.fixture
def env(clock, ids, http, open_house):
    database = open_house("erp")
    database.create_all(simple_erp.tables.METADATA)
    return Env(clock=clock, rng=random.Random(7), ids=ids, http=http, db=database)


def test_listener_hears_a_change_and_a_delete_with_signature(env, told, clock):
    erp = open_erp(env)
    _, secret = env.db.write(
        lambda connection: erp.outbox.add(
            connection, env, "https://hub.example/notices", topics=[], by="ak_hub"
        )
    )
    made = erp.customers.create(ACME, _Author)
    gone = erp.customers.create(ACME | {"external_ref": "x-2"}, _Author)
    erp.customers.update(made.id, {"name": "Acme"}, _Author)
    erp.customers.update(made.id, {"name": "Acme "}, _Author)
    erp.customers.delete(gone.id, _Author)
    assert sender(env).run_once() == 1
    ((headers, body),) = told
    assert verify(headers, body, [secret], clock.now())
    notice = json.loads(body)
    assert notice["type"] == "records.changed"
    changed, deleted = sorted(notice["changes"], key=lambda each: each["kind"])
    record = json.loads(json.dumps(changed["record"]))
    assert (changed["object"], changed["id"], changed["version"]) == ("customers", made.id, 2)
    assert (changed["kind"], changed["actor"]) == ("changed", "us_anna")
    assert changed["external_ref"] == "x-1"
    assert (record["number"], record["name"]) == ("C00001", "Acme")
    assert (deleted["kind"], deleted["id"], deleted["version"]) == ("deleted", gone.id, 2)
    assert (deleted["external_ref"], deleted["record"]) == ("x-2", None)
    assert sender(env).run_once() == 0
