"""A record that cannot become golden says which field is to blame."""

from hub.lists import store as lists
from hub.lists.store import Listed


def test_a_record_without_a_readable_name_is_rejected_with_the_field_and_the_reason(bed, customer):
    bed.crm.create("customers", customer(name=["not", "a", "name"]))
    bed.run()
    (event,) = bed.hub.db.read(lambda c: lists.events(c, Listed({}, None, 10))).items
    assert event.outcome == "rejected"
    assert "name" in event.detail["fields"]
    assert "name: " in event.detail["reason"]
    assert bed.goldens() == []
    assert bed.balance().is_even
