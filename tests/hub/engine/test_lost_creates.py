"""A process dies between a create and its answer: who waited for the record goes on regardless."""

import pytest


class ProcessDiedError(Exception):
    """Stands for the end of the process."""


class DyingConnector:
    """Carries out the first create of a category, and then the process is no more."""

    def __init__(self, connector):
        self._connector = connector
        self.died = False

    def __getattr__(self, name):
        return getattr(self._connector, name)

    def write(self, object_type, writes, not_after):
        results = self._connector.write(object_type, writes, not_after)
        if object_type == "categories" and not self.died:
            self.died = True
            raise ProcessDiedError
        return results


def test_a_product_gets_its_category_when_the_lost_create_is_seen_before_it_is_resolved(bed):
    category = bed.erp.create("categories", {"code": "PUMP", "name": "Pumps", "parent_id": None})
    bed.put_in("crm", DyingConnector(bed.connectors["crm"]))
    with pytest.raises(ProcessDiedError):
        bed.run()
    (there,) = bed.crm.living("categories")
    new = {"sku": "P-1", "name": "Pump", "type": "goods", "uom": "C62", "tax_class": "S"}
    bed.erp.create("products", new | {"category_id": category.id, "prices": [], "gtins": []})
    bed.run()
    assert [each["category_id"] for each in bed.rows("crm", "products")] == [None]

    while not _is_linked(bed, there.id):
        bed.hint(bed.event("crm", "categories", there.id))
        bed.run()
    assert _of_categories(bed) == [("crm", "create", "sent")]

    assert [each["category_id"] for each in bed.rows("crm", "products")] == [there.id]
    bed.later(120)  # the lease of the dead process has run out
    bed.later(120)
    assert bed.open_effects() == {}
    assert len(bed.crm.living("categories")) == 1


def _is_linked(bed, external_id):
    query = f"select id from crossref where connection = 'crm' and external_id = '{external_id}'"
    return bool(bed.hub.db.read(lambda c: c.exec_driver_sql(query).all()))


def _of_categories(bed):
    query = (
        "select connection, operation, state from effect"
        " where object_type = 'categories' and connection = 'crm'"
    )
    return [tuple(row) for row in bed.hub.db.read(lambda c: c.exec_driver_sql(query).all())]
