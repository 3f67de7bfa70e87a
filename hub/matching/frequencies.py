"""Counts how frequent values are among the golden records, at each doubling of their number."""

from hub.wiring import Hub
from master_data.index.counting import outdated

__all__ = ["count_due"]


def count_due(hub: Hub) -> bool:
    """Count a stretch if a count is due or under way; return whether more waits.

    A process that ends leaves nothing half counted: the next begins anew.
    """
    tally = hub.tally
    if not tally.under_way:
        if not hub.db.read(outdated):
            return False
        tally.begin()
    if hub.db.read(tally.step):
        return True
    hub.db.write(tally.save)
    tally.end()
    return False
