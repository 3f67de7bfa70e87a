"""The ERP as its pages and its REST API use it: one collection for each kind of record."""

from dataclasses import dataclass

from ground.env import Env
from ground.records.service import Collection, Registry
from simple_erp.notices import announce
from simple_erp.tables import KINDS, RECORDS


@dataclass(frozen=True, slots=True)
class Erp:
    """What the ERP keeps."""

    registry: Registry
    customers: Collection
    products: Collection
    categories: Collection


def open_erp(env: Env) -> Erp:
    """Return the ERP over its migrated database."""
    registry = Registry(env, {kind.name: kind for kind in KINDS}, RECORDS, announce)
    return Erp(
        registry,
        customers=registry.collection("customers"),
        products=registry.collection("products"),
        categories=registry.collection("categories"),
    )
