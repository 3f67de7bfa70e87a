"""Golden changes while a write of it is worked out: the target still gets the last state."""

from dataclasses import replace

import pytest

from hub.sync.service import decide_due


class InterruptedMapping:
    """Calls `meanwhile` once, between the reading of golden and the freezing of the write."""

    def __init__(self, mapping, meanwhile):
        self._mapping = mapping
        self._meanwhile = [meanwhile]

    def __getattr__(self, name):
        return getattr(self._mapping, name)

    def to_system(self, *values):
        if self._meanwhile:
            self._meanwhile.pop()()
        return self._mapping.to_system(*values)


@pytest.mark.parametrize("first", [{"payment_terms": "NET60"}, {"payment_method": "sepa"}])
def test_a_change_decided_while_a_write_is_worked_out_is_not_left_behind(bed, customer, first):
    bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")

    def edit_and_decide():
        bed.erp.edit("customers", there.id, {"price_list": "gold"})
        bed.tell("erp")
        assert decide_due(bed.hub)

    opened = bed.directory.known["crm"]
    mapping = InterruptedMapping(opened.mappings["customers"], edit_and_decide)
    mappings = opened.mappings | {"customers": mapping}
    bed.directory.known["crm"] = replace(opened, mappings=mappings)
    bed.erp.edit("customers", there.id, first)
    bed.run()

    (here,) = bed.rows("crm")
    assert {name: here[name] for name in (*first, "price_list")} == first | {"price_list": "gold"}
    assert bed.open_effects() == {}
