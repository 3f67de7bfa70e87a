"""What the readers of a document's parts share: the text's places and the faults found so far."""

from mappings import ops
from mappings.errors import Fault
from mappings.faults import spelled
from mappings.yaml_text import Document, Location


class Parsing:
    """One document being read."""

    def __init__(self, source: Document) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.value_maps: dict[str, ops.ValueMap] = {}
        self.ambiguous: set[str] = set()

    def fault(self, at: Location, message: str) -> None:
        """Note what is wrong at a place, and go on."""
        place = self.source.place(at)
        self.faults.append(Fault(place.line, place.column, spelled(at), message))

    def place(self, at: Location) -> ops.Place:
        """Return where something stands in the text."""
        return self.source.place(at)
