"""The worker process: the hub's work, and the notices that the CRM and the ERP send out."""

import gc
import signal
from collections.abc import Callable

from ground.env import spawn
from hub.broker import open_broker
from hub.start import open_hub
from hub.worker import run
from rectoverso.settings import Settings
from rectoverso.wiring import Houses
from simple_crm.notices import sender as crm_sender
from simple_erp.notices import sender as erp_sender

_DRAIN = 8.0


def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    stopping = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stopping.by_signal)
    houses = Houses(settings)
    try:
        work_until(houses, stopping)
    finally:
        houses.close()


class Stop:
    """Says whether to stop; set once, from a signal or another thread."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self._asked

    def ask(self) -> None:
        """Ask to stop."""
        self._asked = True

    def by_signal(self, _number: int, _frame: object) -> None:
        """Ask to stop, as a signal handler."""
        self._asked = True


def work_until(houses: Houses, stop: Callable[[], bool]) -> None:
    """Carry out the hub's work and send the apps' notices until `stop()` says so."""
    crm, erp = houses.env("crm"), houses.env("erp")
    senders = [
        spawn("crm-notices", lambda: crm_sender(crm).run(stop)),
        spawn("erp-notices", lambda: erp_sender(erp).run(stop)),
    ]
    hub = open_hub(houses.hub_settings, houses.env("hub"))
    gc.freeze()  # what lives as long as the process need not be looked at again and again
    try:
        run(hub, open_broker(houses.hub_settings), stop)
    finally:
        for sender in senders:
            sender.join(_DRAIN)
