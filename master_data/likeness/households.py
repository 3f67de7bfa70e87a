"""How usual it is among some records that two people share a house."""

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from master_data.forms.records import Form

_MOST_IN_A_HOUSE = 12
_MOST_HOUSES = 1_000_000
"""Houses beyond the first so many are not looked at: those say how it is in the others."""
_ANOTHER_NAME = 0.8
_MISTYPED = 2
_DOUBT = 3  # pairs that may have been there unseen
_LEAST = 0.001


class Houses:
    """Counts pairs of people with one address but other given names and dates of birth."""

    def __init__(self) -> None:
        self._people: dict[str, list[tuple[str, str]]] = {}
        self._seen = 0
        self._pairs = 0
        self._births = 0

    def add(self, form: Form) -> None:
        """Count one person against those of the same house seen so far."""
        given, house = form.get("given"), _house(form)
        if not given or not house:
            return
        if house not in self._people and len(self._people) >= _MOST_HOUSES:
            return
        self._seen += 1
        birth = form.get("birth", ("",))[0]
        self._births += bool(birth)
        people = self._people.setdefault(house, [])
        if len(people) < _MOST_IN_A_HOUSE:
            self._pairs += any(_another(given[0], birth, *other) for other in people)
            people.append((given[0], birth))

    def rate(self) -> float:
        """Return the share of people who share a house with somebody else; 1 if nobody can tell."""
        if not self._births:
            return 1.0
        return min(1.0, max(_LEAST, (self._pairs + _DOUBT) / self._seen))


def _house(form: Form) -> str:
    street, number = form.get("street"), form.get("number")
    if street and number:
        return f"{street[0]} {number[0]} {(form.get('postal') or form.get('city') or ('',))[0]}"
    phone = form.get("phone")
    return phone[0] if phone else ""


def _another(given: str, birth: str, other: str, other_birth: str) -> bool:
    if not birth or not other_birth:
        return False
    if JaroWinkler.similarity(given, other) >= _ANOTHER_NAME:
        return False
    return DamerauLevenshtein.distance(birth, other_birth) > _MISTYPED
