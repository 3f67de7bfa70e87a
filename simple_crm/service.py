"""The CRM as its pages and its REST API use it: one collection for each kind of record."""

from dataclasses import dataclass

from ground.env import Env
from ground.notices import Outbox, Vault
from ground.records.service import Collection, Registry
from ground.records.telling import announcing
from simple_crm.notices import outbox
from simple_crm.tables import KINDS, RECORDS


@dataclass(frozen=True, slots=True)
class Crm:
    """What the CRM keeps."""

    registry: Registry
    outbox: Outbox
    customers: Collection
    contacts: Collection
    products: Collection
    categories: Collection


def open_crm(env: Env, vault: Vault | None = None) -> Crm:
    """Return the CRM over its migrated database; `vault` seals what listeners share with it."""
    told = outbox(vault)
    registry = Registry(env, {kind.name: kind for kind in KINDS}, RECORDS, announcing(told))
    return Crm(
        registry,
        told,
        customers=registry.collection("customers"),
        contacts=registry.collection("contacts"),
        products=registry.collection("products"),
        categories=registry.collection("categories"),
    )
