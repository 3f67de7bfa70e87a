"""The ERP is away for a while, or hears and does not answer: nothing is lost, nothing doubled."""

import pytest

from hub.connections.model import NewConnection
from hub.connections.service import add_connection
from hub.start import open_hub
from portal import Portal, Role
from rectoverso.settings import Settings
from rectoverso.wiring import Houses
from tests.e2e.installation import is_idle, open_effects, until
from tests.e2e.proxy import Switch

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(240)]

CRM, ERP, HUB = "/crm/api/v1", "/erp/api/v1", "/hub/api/v1"
NEW = {"kind": "organisation", "lifecycle": "customer", "roles": ["customer"]}


@pytest.fixture
def switch():
    return Switch()


@pytest.fixture
def here(install, proxy, switch):
    """An installation whose hub reaches the ERP through a proxy with a switch."""
    between = proxy(switch)
    between.target = None

    def put_between(installation):
        between.target = installation.url
        installation.run("init")
        houses = Houses(Settings(data=installation.data))
        key = Portal(houses.env("portal")).create_key("Hub, connection erp", Role.INTEGRATOR)
        hub = open_hub(houses.hub_settings, houses.env("hub"))
        new = NewConnection(
            id="erp",
            system="simple_erp",
            title="ERP",
            base_url=f"{between.url}/erp",
            key=key.secret,
        )
        add_connection(hub, new)
        houses.close()

    return install(allow=f'["{between.address}"]', poll_every="1", before=put_between)


@pytest.fixture
def customers(here):
    """Ids in the CRM of five customers that the ERP has too."""
    crm, erp = here.api("sales"), here.api("clerk")
    made = [crm.post(f"{CRM}/customers", NEW | {"name": f"Old {n}"})["id"] for n in range(5)]
    until(lambda: len(erp.every(f"{ERP}/customers")) == 5, "the ERP has all customers")
    until(lambda: is_idle(here.api("steward")), "the hub has nothing to do")
    return made


def test_what_an_absent_erp_misses_waits_visibly_and_comes_later(here, switch, customers):
    crm, erp, hub = here.api("sales"), here.api("clerk"), here.api("steward")
    switch.on = False
    _change_much(crm, customers)

    until(lambda: _health(hub) != "ok", "the hub says that the ERP is away")
    until(lambda: len(open_effects(hub)) == 8, "a write waits for each change")
    assert {each["connection"] for each in open_effects(hub)} == {"erp"}
    names = {each["name"] for each in erp.every(f"{ERP}/customers")}
    assert names == {f"Old {n}" for n in range(5)}

    switch.on = True
    until(lambda: is_idle(hub), "all is delivered")
    _all_is_there_once(crm, erp, hub)
    assert _health(hub) == "ok"


def test_writes_whose_answers_are_lost_are_not_written_twice(here, switch, customers):
    crm, erp, hub = here.api("sales"), here.api("clerk"), here.api("steward")
    switch.deaf = True
    _change_much(crm, customers)
    until(lambda: len(erp.every(f"{ERP}/customers")) == 8, "the ERP heard of the new customers")

    switch.deaf = False
    until(lambda: is_idle(hub), "all is settled", patience=150)
    _all_is_there_once(crm, erp, hub)


def _change_much(crm, customers):
    for n, each in enumerate(customers):
        crm.patch(f"{CRM}/customers/{each}", {"name": f"Renamed {n}"})
    for n in range(3):
        crm.post(f"{CRM}/customers", NEW | {"name": f"New {n}"})


def _all_is_there_once(crm, erp, hub):
    wanted = sorted([f"Renamed {n}" for n in range(5)] + [f"New {n}" for n in range(3)])
    records = erp.every(f"{ERP}/customers")
    assert sorted(each["name"] for each in records) == wanted
    until(
        lambda: (
            {each["erp_number"] for each in crm.every(f"{CRM}/customers")}
            == {each["number"] for each in records}
        ),
        "the CRM knows all numbers",
    )
    assert len(hub.every(f"{HUB}/golden/customers")) == 8
    balance = hub.get(f"{HUB}/balance")["total"]
    assert (balance["even"], balance["open"]) == (True, 0)


def _health(hub):
    return hub.get(f"{HUB}/connections/erp")["health"]
