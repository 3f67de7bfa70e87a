"""The ERP as its pages and its REST API use it: one collection for each kind of record."""

from dataclasses import dataclass

from ground.env import Env
from ground.notices import Outbox, Vault
from ground.records.service import Collection, Registry
from ground.records.telling import announcing
from simple_erp.notices import outbox
from simple_erp.tables import KINDS, RECORDS


@dataclass(frozen=True, slots=True)
class Erp:
    """What the ERP keeps."""

    registry: Registry
    outbox: Outbox
    customers: Collection
    products: Collection
    categories: Collection


def open_erp(env: Env, vault: Vault | None = None) -> Erp:
    """Return the ERP over its migrated database; `vault` seals what listeners share with it."""
    told = outbox(vault)
    registry = Registry(env, {kind.name: kind for kind in KINDS}, RECORDS, announcing(told))
    return Erp(
        registry,
        told,
        customers=registry.collection("customers"),
        products=registry.collection("products"),
        categories=registry.collection("categories"),
    )
