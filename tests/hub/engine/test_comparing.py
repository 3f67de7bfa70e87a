"""A dry run of a listing tells what the listing would find, and keeps nothing."""

from dataclasses import replace

import pytest

from hub.errors import UnknownObjectType
from hub.events import store as events
from hub.polling.comparing import compare_page
from hub.polling.service import poll_due, poll_now


@pytest.fixture
def drifted(bed, customer):
    """Four customers are known; then, untold, one is edited, one deleted, one made."""
    rows = [bed.crm.create("customers", customer(name=f"Customer {n}")) for n in range(4)]
    bed.run()
    bed.crm.edit("customers", rows[1].id, {"name": "Else"})
    bed.crm.remove("customers", rows[2].id)
    made = bed.crm.create("customers", customer(name="New"))
    bed.crm.untold = []
    return [*(each.id for each in rows), made.id]


def undecided(bed):
    return bed.hub.db.read(events.balance_sheet).undecided


def test_a_dry_run_tells_what_a_listing_then_finds(bed, drifted):
    found = compare_page(bed.hub, "crm", "customers")
    assert (found.new, found.changed, found.gone) == ([drifted[4]], [drifted[1]], [drifted[2]])
    assert found.linked == sorted((drifted[0], drifted[1], drifted[3]))
    assert (found.read, found.living, found.cursor) == (5, 4, None)
    assert (undecided(bed), bed.open_effects()) == (0, {})
    poll_now(bed.hub, "crm")
    while poll_due(bed.hub):
        pass
    assert undecided(bed) == 4  # the deleted one twice: by the feed, and for it was not listed
    assert compare_page(bed.hub, "crm", "customers").new == []  # told, and not decided yet
    bed.run(tell=False)
    again = compare_page(bed.hub, "crm", "customers")
    assert (again.new, again.changed, again.gone, again.living) == ([], [], [], 4)


def test_a_dry_run_goes_page_by_page(bed, drifted):
    bed.hub = replace(bed.hub, settings=bed.hub.settings.model_copy(update={"poll_page": 2}))
    seen, cursor, pages = [], None, 0
    while cursor is not None or not pages:
        page = compare_page(bed.hub, "crm", "customers", cursor)
        seen, cursor, pages = [*seen, *page.new, *page.changed, *page.gone], page.cursor, pages + 1
    assert pages > 1
    assert sorted(seen) == sorted((drifted[4], drifted[1], drifted[2]))


def test_what_is_not_mapped_cannot_be_compared(bed):
    with pytest.raises(UnknownObjectType):
        compare_page(bed.hub, "crm", "spaceships")
