"""An update is lost on its way: the record tells field by field what became of it."""

from connectors.contract import OutcomeUnknown
from connectors.kit.memory_connector import MemoryConnector


class DeafConnector(MemoryConnector):
    """What is written never arrives, and nobody knows."""

    def write(self, _object_type, writes, _not_after):
        return [OutcomeUnknown("no answer") for _ in writes]


def test_an_old_value_that_looks_like_a_cut_new_one_is_written_again(bed, customer):
    """Nothing landed, and somebody edited one of the two fields: the record is not as it was."""
    row = bed.crm.create("customers", customer(name="Name 1"))
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.put_in("erp", DeafConnector(bed.erp))
    bed.crm.edit("customers", row.id, {"name": "Name 10", "language": "ca"})
    bed.run()
    bed.put_in("erp", bed.connectors["erp"])
    bed.erp.edit("customers", there.id, {"language": "eu"})
    for _ in range(2):
        bed.later(11)
    (here,), (there,) = bed.rows("crm"), bed.rows("erp")
    assert here["name"] == there["name"] == "Name 10"
    assert here["language"] == there["language"] == "eu"
    assert bed.open_effects() == {}
