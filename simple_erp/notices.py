"""Tells the systems that listen to the ERP what changed in it."""

from ground.env import Env
from ground.notices import Outbox, Sender, Vault
from ground.records.telling import loading
from simple_erp.tables import NOTICES, RECORDS


def outbox(vault: Vault | None = None) -> Outbox:
    """Return who listens to the ERP and what waits for them; `vault` seals their secrets."""
    return Outbox(NOTICES, vault)


def sender(env: Env, vault: Vault | None = None) -> Sender:
    """Return what sends the ERP's notices; one or more may run, in any process."""
    return Sender(env, outbox(vault), loading(RECORDS))
