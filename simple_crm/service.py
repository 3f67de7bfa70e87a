"""The CRM as its pages and its REST API use it: one collection for each kind of record."""

from dataclasses import dataclass

from ground.env import Env
from ground.records.service import Collection, Registry
from simple_crm.notices import announce
from simple_crm.tables import KINDS, RECORDS


@dataclass(frozen=True, slots=True)
class Crm:
    """What the CRM keeps."""

    registry: Registry
    customers: Collection
    contacts: Collection
    products: Collection
    categories: Collection


def open_crm(env: Env) -> Crm:
    """Return the CRM over its migrated database."""
    registry = Registry(env, {kind.name: kind for kind in KINDS}, RECORDS, announce)
    return Crm(
        registry,
        customers=registry.collection("customers"),
        contacts=registry.collection("contacts"),
        products=registry.collection("products"),
        categories=registry.collection("categories"),
    )
