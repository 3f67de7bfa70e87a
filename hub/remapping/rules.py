"""What a record's stored words mean by another mapping version. Pure.

A value that the system authored is read anew and keeps its time: no edit, so nothing that was
authored later gives way to it. A mirror says nothing; where it no longer shows golden, golden is
written there. Going back withdraws what was read anew.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from hub.conflicts.model import OpenConflict, Rival
from hub.projection.views import Sight
from hub.remapping.model import Remapped, Step
from master_data.fields import EntitySchema
from master_data.merge import Reading, Sighting, Weighing, merge
from master_data.model import (
    Base,
    Contribution,
    Crossref,
    FieldOutcome,
    Flat,
    Golden,
    Remap,
    Value,
    is_blank,
    split_path,
)
from master_data.policies import FillOnly, Longest, MostRestrictive, Owner, Trusted
from master_data.survivorship import Survivor, survive

__all__ = ["RIVAL_VALUES", "UNMAPPED_VALUE", "remap"]

RIVAL_VALUES = "rival_values"
UNMAPPED_VALUE = "unmapped_value"
_BY_CONTENT = (Longest, MostRestrictive)


def remap(step: Step, schema: EntitySchema, weighing: Weighing) -> Remapped:
    """Bring one record to the new version; what the canonical schema refuses is held instead."""
    refused: dict[str, str] = {}
    for _ in range(3):
        draft = _Draft(step, weighing, refused)
        draft.run()
        found = schema.problems(draft.body) if draft.changes else {}
        if not found:
            break
        if found.keys() <= refused.keys() | {""}:  # it does not say which value is wrong
            found = dict.fromkeys(draft.changes, "; ".join(found.values()))
        refused |= {path: why for path, why in found.items() if path}
    return draft.finished()


@dataclass(slots=True)
class _Draft:
    step: Step
    weighing: Weighing
    refused: Mapping[str, str]
    body: Flat = field(init=False)
    base: dict[str, Base] = field(init=False)
    contributions: dict[str, Contribution] = field(init=False)
    held: dict[str, str] = field(init=False)
    golden_held: frozenset[str] = field(init=False)
    elements: dict[str, dict[str, str]] = field(init=False)
    absent: frozenset[str] = field(init=False)
    changes: dict[str, list[Value]] = field(default_factory=dict)
    conflicts: list[OpenConflict] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        crossref, golden = self.step.crossref, self.step.golden
        self.body = dict(golden.body)
        self.base = dict(crossref.base)
        self.contributions = dict(crossref.contributions)
        self.held = dict(crossref.held)
        self.golden_held = golden.held

    @property
    def source(self) -> str:
        return self.step.crossref.connection

    @property
    def reason(self) -> str:
        what = "back to" if self.step.is_rollback else "read by"
        return f"{what} mapping version {self.step.number} of {self.source}"

    def run(self) -> None:
        """Withdraw what a later version read anew, then read what differs."""
        step = self.step
        withdrawn = self.withdraw() if step.is_rollback else set()
        sight = self._sound(step.read(replace(step.golden, body=self.body)))
        self.elements = step.crossref.elements | sight.elements
        self.absent = sight.absent
        edits: dict[str, Reading] = {}
        self.place_bases(sight)
        looked_at = _differing(step.old, sight) | withdrawn | (step.moved.keys() & sight.readings)
        for path in sorted(looked_at):
            reading = sight.readings.get(path)
            if _is_in(path, sight.problems):
                self.unreadable(path, sight)
            elif path in sight.unresolved:
                self.waits += [path] if path not in step.old.unresolved else []
            elif reading is not None and self.is_unjudged(path, reading, sight.outside):
                edits[path] = reading
            elif reading is not None:
                self.read(path, reading, withdrawn=path in withdrawn)
        self.judge(edits)
        self.let_go(sight, looked_at)
        for path, words in step.unread.items():
            if path not in self.base or path in step.moved:
                self.base[path] = Base(words, words)

    def place_bases(self, sight: Sight) -> None:
        """Remember where unread bases stood; one that is read again counts at its place only."""
        old, new = self.step.places
        for path, base in list(self.base.items()):
            name = split_path(path)[0]
            if path not in sight.readings and not _is_in(path, sight.problems):
                self.base[path] = base._replace(place=base.place or old.get(name))
            elif base.place is not None and base.place == new.get(name):
                self.base[path] = base._replace(place=None)
            elif base.place is not None:
                del self.base[path]

    def _sound(self, sight: Sight) -> Sight:
        if not self.refused:
            return sight
        readings = {p: r for p, r in sight.readings.items() if not _is_in(p, self.refused)}
        return replace(sight, readings=readings, problems={**sight.problems, **self.refused})

    # --- back: what a later version read anew

    def withdraw(self) -> set[str]:
        """Put back the contributions, and the golden values that still stand on them alone."""
        back = set()
        for path, said in list(self.contributions.items()):
            if said.remap is None or said.remap.version <= self.step.number:
                continue
            back.add(path)
            was, stood = _before(said, self.step.number)
            if was is None:
                del self.contributions[path]
            else:
                self.contributions[path] = was
            stands = self.body.get(path) == said.value and path not in self.golden_held
            if was is not None and path in self.golden_held:
                self.renew_conflict(path, was)
            elif stands and not self.is_seconded(path, said, said.remap.at):
                self.put(path, stood)
        return back

    def is_seconded(self, path: str, said: Contribution, since: int) -> bool:
        """Say whether somebody else authored the same value after that time."""
        rivals = self.weighing.rivals_of(path)
        return any(rival.value == said.value and rival.at > since for rival in rivals)

    def outlived(self, path: str, known: Contribution) -> bool:
        """Say whether golden's value stands on somebody else's later word, too."""
        policy = self.weighing.policies.of(self.step.golden.entity, path)
        ranked = isinstance(policy, Owner | Trusted)
        return not ranked and self.is_seconded(path, known, known.at)

    # --- forth: one path

    def is_unjudged(self, path: str, reading: Reading, outside: AbstractSet[str]) -> bool:
        """Say whether these words were never decided on: held until now, or not mapped."""
        if path in self.step.old.readings or path in outside or not self.is_own(path):
            return False
        before = self.base.get(path)
        if before is None:
            return _is_in(path, self.step.old.problems)
        return bool(before.words != reading.words)

    def is_own(self, path: str) -> bool:
        """Say whether what stands in the app is the system's own, as far as its place tells."""
        return self.step.moved.get(split_path(path)[0], True)

    def read(self, path: str, reading: Reading, *, withdrawn: bool) -> None:
        """Take one reading that is no edit."""
        value = None if is_blank(reading.value) else reading.value
        before, known = self.base.get(path), self.contributions.get(path)
        if reading.words is None and value is None and split_path(path)[1] is not None:
            self.base.pop(path, None)  # an element outside of what this version covers
            return
        self.base[path] = Base(reading.words, value)
        if withdrawn:
            return
        if known is not None and known.stands_in(before):
            if known.value == value:
                return
            if self.is_own(path):
                self.read_anew(path, known, value)
            else:
                self.displace(path, known)
        elif value is not None and self.is_new(path) and self.is_own(path):
            self.fill(path, value)

    def displace(self, path: str, known: Contribution) -> None:
        """Note that a value which was authored is not what stands at its new place."""
        stood = self.body.get(path)
        remap = self.mark(known, stood)._replace(displaced=True)
        self.contributions[path] = known._replace(remap=remap)

    def mark(self, was: Contribution | None, stood: Value) -> Remap:
        """Return what tells this step from an edit, and how to go back."""
        return Remap(self.step.number, was, stood, at=self.step.at)

    def is_new(self, path: str) -> bool:
        """Say whether nobody agreed on anything there yet; going back brings nothing new."""
        nothing = path not in self.step.crossref.base or path not in self.body
        return nothing and not self.step.is_rollback

    def read_anew(self, path: str, known: Contribution, value: Value) -> None:
        """Let a value that the system authored mean something else; its time stays."""
        stood = self.body.get(path)
        said = known._replace(value=value, remap=self.mark(known, stood))
        self.contributions[path] = said
        if path in self.golden_held:
            self.renew_conflict(path, said)
            return
        policy = self.weighing.policies.of(self.step.golden.entity, path)
        rivals = self.weighing.rivals_of(path)
        by_content = isinstance(policy, _BY_CONTENT)
        if not by_content and (stood != known.value or self.outlived(path, known)):
            return
        picked = survive(policy, said, rivals, concurrent=by_content, clocks=self.weighing.clocks)
        if isinstance(picked, Survivor) and picked.winner.value != stood:
            self.put(path, picked.winner.value)

    def fill(self, path: str, value: Value) -> None:
        """Take a value that was there before anybody mapped it: it ranks lowest."""
        known = self.contributions.get(path)
        if known is not None and known.value == value:
            return
        policy = self.weighing.policies.of(self.step.golden.entity, path)
        rivals = self.weighing.rivals_of(path)
        owners = policy.connections if isinstance(policy, Owner) else ()
        if self.source not in owners and any(rival.source in owners for rival in rivals):
            return
        at, stood = self.step.crossref.seen_at, self.body.get(path)
        event = f"remap({self.step.number})"
        remap = self.mark(known, stood)
        if value != stood or not rivals:
            said = Contribution(self.source, value, 0, at, at, event, filled=True, remap=remap)
            self.contributions[path] = said
        if stood is None and path not in self.golden_held and not _is_cleared(rivals, policy):
            self.put(path, value)

    def unreadable(self, path: str, sight: Sight) -> None:
        """Hold a value that was authored; a mirror is written anew."""
        before, known = self.base.get(path), self.contributions.get(path)
        said = known is not None and known.stands_in(before)
        mirror = not (said and self.is_own(path))
        if mirror and before is not None and path not in self.refused:
            self.base[path] = Base(before.words, None)
            if said and known is not None:
                self.displace(path, known)
            return
        why = sight.problems.get(path) or sight.problems[split_path(path)[0]]
        self.held[path] = why
        crossref = self.step.crossref
        self.conflicts.append(
            OpenConflict(
                kind=UNMAPPED_VALUE,
                entity=crossref.entity,
                golden_id=self.step.golden.id,
                subject=f"{crossref.connection}:{path}",
                connection=crossref.connection,
                rule="mapping",
                why=why,
            )
        )

    def judge(self, edits: Mapping[str, Reading]) -> None:
        """Judge words that nobody judged yet: an edit as old as the record."""
        if not edits:
            return
        at = self.step.crossref.seen_at
        seen = Sighting(event=f"remap({self.step.number})", since=0, at=at, stamp=at)
        merged = merge(self._crossref(), self._golden(), edits, seen, self.weighing)
        self.base, self.contributions = merged.base, merged.contributions
        self.golden_held = merged.held
        self.settled += merged.settled
        for path, (new, _) in merged.changed.items():
            self.put(path, new)
        for result in merged.results:
            if result.outcome is FieldOutcome.CONFLICT:
                self.renew_conflict(result.path, self.contributions[result.path], result.why)

    def let_go(self, sight: Sight, looked_at: AbstractSet[str]) -> None:
        """Take the hold off paths that are read, or written, otherwise from now on."""
        for path in list(self.held):
            readable = path in looked_at or _is_in(path, self.step.old.problems)
            if (readable and not _is_in(path, sight.problems)) or path in self.step.unblocked:
                del self.held[path]
                self.released.append(path)

    # --- what comes of it

    def put(self, path: str, value: Value) -> None:
        """Set one golden value."""
        old = self.body.get(path)
        if is_blank(value):
            self.body.pop(path, None)
            value = None
        else:
            self.body[path] = value
        rivals = [[r.source, r.value, r.at] for r in self.weighing.rivals_of(path)]
        rivals = [each for each in rivals if each[1] != value]
        self.changes[path] = [value, old, "remap", self.reason, self.source, rivals]

    def renew_conflict(self, path: str, said: Contribution, why: str | None = None) -> None:
        """Show a conflict with what is said now."""
        everyone = sorted((said, *self.weighing.rivals_of(path)), key=lambda each: each.source)
        self.conflicts.append(
            OpenConflict(
                kind=RIVAL_VALUES,
                entity=self.step.golden.entity,
                golden_id=self.step.golden.id,
                subject=path,
                connection=None,
                rule="remap",
                why=why or self.reason,
                rivals=tuple(Rival(each.source, each.value, each.at) for each in everyone),
            )
        )

    def _golden(self) -> Golden:
        golden = self.step.golden
        if self.body == golden.body and self.golden_held == golden.held:
            return golden
        version = golden.version + 1
        moved = dict.fromkeys(self.changes, version)
        kept = {p: v for p, v in golden.provenance.items() if p in self.body}
        return replace(
            golden,
            version=version,
            body=self.body,
            held=self.golden_held,
            provenance=kept | {p: v for p, v in moved.items() if p in self.body},
        )

    def _crossref(self) -> Crossref:
        return self.step.crossref.with_(
            base=self.base,
            contributions=self.contributions,
            held=self.held,
            elements=self.elements,
            absent=self.absent,
            mapping_version=self.step.number,
        )

    def finished(self) -> Remapped:
        """Return what became of the record."""
        golden = self._golden()
        return Remapped(
            self._crossref(),
            golden,
            golden is not self.step.golden,
            {p: c for p, c in self.changes.items() if c[0] != self.step.golden.body.get(p)},
            tuple(self.conflicts),
            tuple(self.released),
            tuple(self.waits),
            tuple(self.settled),
        )


def _before(said: Contribution, number: int) -> tuple[Contribution | None, Value]:
    """Return the contribution as it stood at a version, and golden's value of then."""
    was: Contribution | None = said
    stood: Value = None
    while was is not None and (later := was.remap) is not None and later.version > number:
        was, stood = later.was, later.stood
    return was, stood


def _is_cleared(rivals: object, policy: object) -> bool:
    """Say whether somebody authored that the field is blank; only a first value may fill it."""
    return bool(rivals) and not isinstance(policy, FillOnly)


def _is_in(path: str, problems: Mapping[str, str]) -> bool:
    return path in problems or split_path(path)[0] in problems


def _differing(old: Sight, new: Sight) -> set[str]:
    """Return the paths that two mappings understand differently."""
    paths = {*old.readings, *new.readings, *old.problems, *new.problems}
    paths |= {*old.unresolved, *new.unresolved}
    return {path for path in paths if _said(old, path) != _said(new, path)}


def _said(sight: Sight, path: str) -> object:
    if path in sight.problems:
        return "problem", sight.problems[path]
    if path in sight.unresolved:
        return "unresolved", sight.unresolved[path]
    return sight.readings.get(path)
