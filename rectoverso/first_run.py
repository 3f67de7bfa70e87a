"""What happens once the server answers: the built-in systems are connected, the demo is loaded.

Every step looks whether it is done already, so a crash anywhere is resumed by the next start.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ground.door import DoorError
from hub.connections import service as connections
from hub.connections.model import NewConnection
from hub.connections.rules import State
from hub.events import store as events
from hub.start import open_hub
from hub.wiring import Hub
from portal import Portal, Role
from rectoverso.demo.feed import Feed
from rectoverso.demo.spread import make_demo
from rectoverso.errors import NotReachable
from rectoverso.progress import progress
from rectoverso.rest import Rest
from rectoverso.server import key_for
from rectoverso.wiring import Houses

_PATIENCE = 60.0
_QUIET = 0.4
_NOTE = "demo"
LOADING, DONE, DECLINED = "loading", "done", "declined"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One of our own apps as a system of the hub."""

    connection: str
    system: str
    title: str
    rank: int


BUILT_IN = (BuiltIn("crm", "simple_crm", "CRM", 20), BuiltIn("erp", "simple_erp", "ERP", 10))


def connect_built_in(houses: Houses) -> Hub:
    """Connect the CRM and the ERP to the hub, as an integrator would: key and notices.

    Until `approve_built_in` the hub reads and matches what they hold and writes nothing.
    """
    portal = Portal(houses.env("portal"))
    hub = open_hub(houses.hub_settings, houses.env("hub"), portal)
    wait_until_alive(houses)
    for each in BUILT_IN:
        if each.connection not in hub.directory.connections():
            _add(hub, portal, each, houses.settings.url)
        if not hub.connection(each.connection).webhook_secrets:
            connections.subscribe(hub, each.connection)
    return hub


def approve_built_in(houses: Houses, hub: Hub, tell: Callable[[str], None]) -> None:
    """Let the hub write to both, once all that they told is matched."""
    waiting = [e for e in BUILT_IN if hub.connection(e.connection).state == State.ONBOARDING]
    if waiting:
        _wait_until_matched(houses, hub)
    for each in waiting:
        connections.check_connection(hub, each.connection)
        connections.act(hub, each.connection, "approve", ramp=())
        tell(f"Connected the {each.title}.")


def _wait_until_matched(houses: Houses, hub: Hub) -> None:
    """Wait until nothing new came for a while and everything is decided; give up after a minute."""
    until, seen = houses.clock.monotonic() + _PATIENCE, -1
    while houses.clock.monotonic() < until:
        sheet = hub.db.read(events.balance_sheet)
        if sheet.undecided == 0 and sheet.received == seen:
            return
        seen = sheet.received
        houses.clock.sleep(_QUIET)


def _add(hub: Hub, portal: Portal, built_in: BuiltIn, url: str) -> None:
    """Add the connection with a key of its own; a key left by a crash before is revoked."""
    name = f"Hub, connection {built_in.connection}"
    for key in portal.list_keys():
        if key.name == name and key.revoked_at is None:
            portal.revoke_key(key.id)
    new = NewConnection(
        id=built_in.connection,
        system=built_in.system,
        title=built_in.title,
        base_url=f"{url}/{built_in.connection}",
        rank=built_in.rank,
        key=portal.create_key(name, Role.INTEGRATOR).secret,
    )
    connections.add_connection(hub, new)


def wait_until_alive(houses: Houses) -> None:
    """Wait until the server answers. Raises NotReachable."""
    until = houses.clock.monotonic() + _PATIENCE
    url = f"{houses.settings.url}/healthz"
    while True:
        try:
            houses.http.request("GET", url, deadline=5.0)
        except DoorError:
            if houses.clock.monotonic() > until:
                raise NotReachable(f"{url} does not answer; look at the log above.") from None
            houses.clock.sleep(0.05)
        else:
            return


def load_demo(houses: Houses, *, wanted: bool) -> int:
    """Load the demo once into an installation that is still empty; return how many records.

    The choice is kept: a demo that was cut off goes on, one that was declined is never loaded.
    """
    note = houses.settings.data / _NOTE
    state = note.read_text(encoding="ascii").strip() if note.exists() else ""
    if state in {DONE, DECLINED}:
        return 0
    rest = Rest(houses.http, houses.clock, houses.settings.url, key_for(houses))
    if not state:
        state = LOADING if wanted and _is_empty(rest) else DECLINED
        note.write_text(state, encoding="ascii")
    if state == DECLINED:
        return 0
    demo = make_demo()
    with progress("Loading demo data", demo.size) as advance:
        Feed(rest, advance).load(demo)
    note.write_text(DONE, encoding="ascii")
    return demo.size


def _is_empty(rest: Rest) -> bool:
    collections = ("/crm/api/v1/customers", "/erp/api/v1/customers", "/erp/api/v1/products")
    return not any(rest.get(path, {"limit": "1"})["items"] for path in collections)
