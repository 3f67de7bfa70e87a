"""What an answer to a write means for the crossref: base, keys, and foreign changes. Pure."""

from dataclasses import dataclass, field, replace

from hub.effects.rules import in_normal_form, note_writes
from hub.projection.views import Sight
from master_data.merge import Reading
from master_data.model import (
    Base,
    Crossref,
    CrossrefState,
    Record,
    Value,
    is_blank,
)

NOT_APPLIED = "accepted there, but not applied"


@dataclass(frozen=True, slots=True)
class Landed:
    """The crossref after a write; `inbound`: the record says more than we wrote: an event too."""

    crossref: Crossref
    inbound: bool
    normalised: dict[str, tuple[Value, Value]] = field(default_factory=dict)
    foreign: bool = False
    """Something that was sent is shown otherwise: somebody wrote it since, or before."""
    ignored: tuple[str, ...] = ()
    """Paths that the system accepted and did not apply: it shows what it showed before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the system holds after our write. Times are micros."""

    external_id: str
    version: str | None
    record: Record
    exclusive: bool
    at: int
    read_back: bool = False
    """The record was read after the write, for the system does not answer with it."""
    seen: bool = True
    """The record is what the system showed; False: taken as sent, for it could not be read."""


def land(crossref: Crossref, sent: dict[str, Value], answer: Answer, sight: Sight) -> Landed:
    """Take the answer: what was sent is agreed in the system's words; the rest is for a decision.

    If nobody else wrote, a value that came back different is the system's normal form of ours.
    Otherwise it is somebody's change and stays to be judged.
    """
    base = dict(crossref.base)
    ignored = [path for path in sent if _is_ignored(crossref, sent, answer, sight, path)]
    told = {path: value for path, value in sent.items() if path not in ignored}
    normalised, foreign = _agree(base, told, answer, sight)
    inbound = foreign
    for path, reading in sight.readings.items():
        agreed = base.get(path)
        if path in sent:
            continue
        if agreed is None and is_blank(reading.value):
            base[path] = Base(reading.words, None)
        else:
            inbound = inbound or agreed is None or agreed.words != reading.words
    settled = crossref.with_(
        external_id=answer.external_id,
        state=CrossrefState.LIVE,
        remote_version=answer.version,
        record=answer.record,
        base=base,
        elements=sight.elements,
        absent=sight.absent,
        held=crossref.held | dict.fromkeys(ignored, NOT_APPLIED),
        writes=note_writes(crossref.writes, sent, answer.at),
        seen_at=max(crossref.seen_at, answer.at) if answer.seen else crossref.seen_at,
        settled_at=answer.at,
    )
    inbound = inbound or bool(sight.unresolved or sight.problems)
    return Landed(settled, inbound, normalised, foreign, tuple(ignored))


def _agree(
    base: dict[str, Base], sent: dict[str, Value], answer: Answer, sight: Sight
) -> tuple[dict[str, tuple[Value, Value]], bool]:
    """Note in `base` what was agreed; return what came back in another form, and foreign values."""
    normalised: dict[str, tuple[Value, Value]] = {}
    inbound = False
    for path, value in sent.items():
        reading = sight.readings.get(path, Reading(None, None))
        held = None if is_blank(reading.value) else reading.value
        if held != value and not answer.exclusive and not in_normal_form(value, held):
            inbound = True
            continue
        if held != value:
            normalised[path] = (value, held)
        if value is None and path.endswith("]") and held is None:
            base.pop(path, None)
        else:
            base[path] = Base(reading.words, value)
    return normalised, inbound


def _is_ignored(
    crossref: Crossref, sent: dict[str, Value], answer: Answer, sight: Sight, path: str
) -> bool:
    """Say whether a system answered "done" and still shows the value it had."""
    before, reading = crossref.base.get(path), sight.readings.get(path)
    if not (answer.exclusive or answer.read_back) or before is None or reading is None:
        return False
    held = None if is_blank(reading.value) else reading.value
    same = reading.words == before.words and held != sent[path]
    return same and not in_normal_form(sent[path], held)


@dataclass(frozen=True, slots=True)
class NotLanded:
    """The record still shows the base: the write may be sent again."""


def resolve(
    crossref: Crossref,
    sent: dict[str, Value],
    *,
    version: str | None,
    sight: Sight,
) -> NotLanded | None:
    """Judge a write whose answer was lost by what the record shows now.

    None: it landed, or somebody wrote since; `land` sorts out which field is which.
    """
    if version is not None and version == crossref.remote_version:
        return NotLanded()
    shown = {
        path: None if is_blank(reading.value) else reading.value
        for path, reading in sight.readings.items()
    }
    if any(shown.get(path) == value for path, value in sent.items()):
        return None
    unmoved = all(
        (base := crossref.base.get(path)) is not None
        and (reading := sight.readings.get(path)) is not None
        and base.words == reading.words
        for path in sent
    )
    return NotLanded() if unmoved else None


def landed_of(crossref: Crossref, sent: dict[str, Value], sight: Sight) -> dict[str, Value]:
    """Return what may have landed of a write whose answer was lost: not what shows its old words.

    An old value may look like a cut form of the new one.
    """
    return {
        path: value
        for path, value in sent.items()
        if (base := crossref.base.get(path)) is None
        or (reading := sight.readings.get(path)) is None
        or reading.words != base.words
        or (None if is_blank(reading.value) else reading.value) == value
    }


def parked(crossref: Crossref, reason: str) -> Crossref:
    """Return the crossref of a record that its system refuses as a whole."""
    return replace(crossref, parked=reason)


def held(crossref: Crossref, refused: dict[str, str]) -> Crossref:
    """Return the crossref with the refused paths left out of its projection."""
    return replace(crossref, held=crossref.held | refused)
