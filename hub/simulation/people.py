"""Who acts in the simulator: people in the systems, the steward, the integrator; and the post."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.contract import Deletes
from connectors.declarative.signature import sign_standard
from connectors.kit.memory import EditRefused, Row
from connectors.kit.notices import notice_document
from ground.database import DatabaseBusy
from hub.conflicts import store as conflicts
from hub.conflicts.model import Conflict
from hub.conflicts.rules import Choice, Kind
from hub.connections import service as connections
from hub.errors import (
    ConflictMoved,
    ToldApart,
    UnknownConflict,
    WrongChoice,
    WrongMerge,
    WrongState,
)
from hub.lists import store as lists
from hub.polling.service import poll_now
from hub.resolutions.service import Resolution, resolve
from hub.simulation.hosts import SECRET, Process, post
from hub.simulation.kernel import Kernel
from hub.simulation.profile import Profile
from hub.simulation.records import FIELDS, OBJECTS, new_values
from hub.simulation.systems import SimulatedSystem

__all__ = ["Edit", "History", "Integrator", "Post", "Steward", "Users"]

_PATIENCE = 10.0
_DELIVERIES = 6
_REFUSALS = (ConflictMoved, DatabaseBusy, ToldApart, UnknownConflict, WrongChoice, WrongMerge)
"""What a steward may be told: the conflict stays open, and is answered another time."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One value a person set in a system. `at` is seconds."""

    at: float
    system: str
    object_type: str
    external_id: str
    app: str
    golden: str
    value: Any


@dataclass(eq=False, slots=True)
class History:
    """Everything people did and everything the hub promised."""

    edits: list[Edit] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    """Notice ids that were answered with 2xx."""
    taken: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    """(golden id, path) -> values the steward took."""
    deleted: set[tuple[str, str, str]] = field(default_factory=set)
    parted: set[str] = field(default_factory=set)
    """Golden records of which the steward said that they are not what they look like."""
    retried: set[str] = field(default_factory=set)
    """Systems where the steward had a create sent again that the hub would not send alone."""

    def last(self) -> dict[tuple[str, str, str, str], Edit]:
        """Return the last edit of each (system, object type, external id, golden path)."""
        found = {}
        for each in self.edits:
            found[each.system, each.object_type, each.external_id, each.golden] = each
        return found


@dataclass(eq=False, slots=True)
class Users:
    """People who make and edit records in the systems."""

    kernel: Kernel
    profile: Profile
    systems: dict[str, SimulatedSystem]
    history: History
    done: bool = False
    _count: int = 0

    def work(self) -> None:
        """Do as many edits as the seed wants."""
        rng = self.kernel.rng
        if self.profile.on("one_record"):
            self._share_one()
        for _ in range(self.profile.edits):
            gap = 0.3 if self.profile.on("crowded") else self.profile.gap
            self.kernel.sleep(rng.random() * gap)
            self._once()
        self.done = True

    def _share_one(self) -> None:
        """Make one record and wait until all systems have it."""
        self._create(self.kernel.rng.choice(sorted(self.systems)), OBJECTS[0])
        for _ in range(60):
            if all(each.memory.living(OBJECTS[0]) for each in self.systems.values()):
                return
            self.kernel.sleep(1.0)

    def _once(self) -> None:
        rng = self.kernel.rng
        what, name = rng.random(), rng.choice(sorted(self.systems))
        object_type = OBJECTS[0 if rng.random() < 0.6 else rng.randrange(len(OBJECTS))]  # noqa: PLR2004
        rows = self.systems[name].memory.living(object_type)
        crowded = self.profile.on("crowded") or self.profile.on("one_record")
        if crowded and self.systems[name].memory.living(OBJECTS[0]):
            object_type, what = OBJECTS[0], 1.0  # all want the same record
            rows = self.systems[name].memory.living(object_type)[:1]
        if not rows or what < self.profile.often("creates"):
            self._create(name, object_type)
        elif what < 0.25 and self.profile.on("deleted"):  # noqa: PLR2004
            self._delete(name, object_type, rng.choice(rows))
        else:
            self._edit(name, object_type, rng.choice(rows))

    def _token(self, path: str) -> str:
        self._count += 1
        return f"{path.rpartition('.')[2].title()} {self._count}"

    def _create(self, name: str, object_type: str) -> None:
        rng = self.kernel.rng
        shared = f"B{self._count:08d}" if rng.random() < self.profile.often("known") else None
        where = [name]
        if shared and self.profile.on("twins") and object_type == "customers":
            where = sorted(self.systems)
        for each in where:
            if object_type != "customers" and each == "crm" and rng.random() < 0.5:  # noqa: PLR2004
                continue
            token = self._token("name")
            values = new_values(each, object_type, token, tax_id=shared)
            if self.profile.on("references") and object_type == "products":
                values["category_id"] = self._some_category(each)
            system = self.systems[each]
            try:
                row = system.memory.create(object_type, values)
            except EditRefused:
                continue
            self._note(each, object_type, row.id, "name", "name", token)
            system.tell_changes()

    def _some_category(self, name: str) -> str | None:
        rows = self.systems[name].memory.living("categories")
        return self.kernel.rng.choice(rows).id if rows else None

    def _edit(self, name: str, object_type: str, row: Row) -> None:
        rng, system = self.kernel.rng, self.systems[name]
        edited = rng.choice(FIELDS[name, object_type])
        if (renames := self.profile.often("renames")) and rng.random() < renames:
            edited = FIELDS[name, object_type][0]
        value: Any = self._token(edited.golden)
        if rng.random() < 0.1 and edited.app != "name":  # noqa: PLR2004
            value = None
        if rng.random() < self.profile.often("back"):
            value = self._said_before(name, object_type, row.id, edited.app) or value
        values: dict[str, Any] = {edited.app: value}
        if self.profile.on("lists") and object_type == "customers" and rng.random() < 0.4:  # noqa: PLR2004
            values = {"addresses": self._addresses(row)}
        try:
            after = system.memory.edit(object_type, row.id, values)
        except EditRefused:
            return
        if edited.app in values and after.version != row.version:
            self._note(name, object_type, row.id, edited.app, edited.golden, value)
        system.tell_changes()

    def _said_before(self, name: str, object_type: str, external_id: str, app: str) -> Any:  # noqa: ANN401
        """Return an earlier value of a field: people change their minds."""
        rows = self.systems[name].history.get((object_type, external_id), [])
        return rows[-2].values.get(app) if len(rows) > 1 else None

    def _addresses(self, row: Row) -> list[Any]:
        """Return an address list with one more, one changed or one less."""
        rng = self.kernel.rng
        known: list[Any] = [dict(each) for each in row.values.get("addresses", [])]  # type: ignore[union-attr,arg-type]
        new = {"street": self._token("street"), "city": "Bilbao", "country": "ES", "uses": []}
        if not known or (len(known) < 4 and rng.random() < 0.5):  # noqa: PLR2004
            return [*known, new]
        place = rng.randrange(len(known))
        if rng.random() < 0.3:  # noqa: PLR2004
            return known[:place] + known[place + 1 :]
        known[place]["street"] = new["street"]
        return known

    def _delete(self, name: str, object_type: str, row: Row) -> None:
        self.systems[name].memory.remove(object_type, row.id)
        self.history.deleted.add((name, object_type, row.id))
        self.systems[name].tell_changes()

    def _note(  # noqa: PLR0913, PLR0917 - the fields of an edit
        self,
        name: str,
        object_type: str,
        external_id: str,
        app: str,
        golden: str,
        value: Any,  # noqa: ANN401
    ) -> None:
        edit = Edit(self.kernel.seconds, name, object_type, external_id, app, golden, value)
        self.history.edits.append(edit)
        self.kernel.note(f"{name} {external_id} person sets {app} = {value}")


@dataclass(eq=False, slots=True)
class Post:
    """Carries notices of one system to the hub: lost, doubled, late, out of order, again."""

    kernel: Kernel
    system: SimulatedSystem
    history: History
    web: Callable[[], Process | None]
    _count: int = 0

    def tell(self, object_type: str, row: Row) -> None:
        """Send a notice about a row."""
        if self.system.chance("notice_dropped"):
            return
        self._count += 1
        notice_id = f"no_{self.system.name}_{self._count}"
        document: Any = notice_document([(object_type, row)])
        if self.system.chance("notice_thin"):
            document["changes"][0] |= {"record": None, "version": None}
        if self.system.has("opaque_version") or self.system.has("no_version"):
            document["changes"][0]["version"] = None
        if self.system.has("no_client_key"):
            document["changes"][0]["external_ref"] = None
        body = json.dumps(document).encode()
        for _ in range(2 if self.system.chance("notice_doubled") else 1):
            self.kernel.spawn(self.system.name, "notice", lambda: self._carry(notice_id, body))

    def _carry(self, notice_id: str, body: bytes) -> None:
        late = 20.0 if self.system.chance("notice_late") else self.system.traits.latency
        self.kernel.sleep(self.kernel.rng.random() * late)
        for attempt in range(_DELIVERIES):
            if self._deliver(notice_id, body):
                self.history.accepted.append(notice_id)
                return
            self.kernel.sleep(2.0 * 2**attempt)

    def _deliver(self, notice_id: str, body: bytes) -> bool:
        """Hand a notice to the web process; True: it was answered with 2xx."""
        web, me = self.web(), self.kernel.current
        if web is None or not web.is_alive:
            return False
        answers: list[int] = []
        headers = signed(notice_id, body, self.system.memory.clock.now())

        def take() -> None:
            self.kernel.pause("accept")
            status = post(web, self.system.name, headers, body)
            self.kernel.note(f"{notice_id} {status}")
            self.kernel.pause("answer")
            answers.append(status)
            self.kernel.wake(me)

        self.kernel.spawn(web.name, "accept", take)
        self.kernel.wait(_PATIENCE)
        return bool(answers) and answers[0] < 300  # noqa: PLR2004


def signed(notice_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of a signed notice."""
    stamp = int(now.timestamp())
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign_standard(SECRET, notice_id, stamp, body),
    }


@dataclass(eq=False, slots=True)
class Steward:
    """Settles conflicts, now and then, as a person would."""

    kernel: Kernel
    history: History
    web: Callable[[], Process | None]

    def work(self) -> None:
        """Look at the list of conflicts for ever."""
        while True:
            self.kernel.sleep(5.0 + 20.0 * self.kernel.rng.random())
            web = self.web()
            if web is not None and web.is_alive:
                self.kernel.spawn(web.name, "steward", lambda web=web: self._look(web))  # type: ignore[misc]

    def _look(self, web: Process) -> None:
        wanted = lists.Listed({"state": "open"}, None, 20)
        page = web.hub.db.read(lambda c: lists.conflicts(c, wanted))
        for row in page.items:
            found = web.hub.db.read(lambda c, row=row: conflicts.conflict_by_id(c, row["id"]))  # type: ignore[misc]
            if found is not None:
                self._settle(web, found)

    def _settle(self, web: Process, conflict: Conflict) -> None:
        self.kernel.pause("thinks")
        resolution = self._answer(conflict)
        try:
            resolve(web.hub, conflict.id, resolution)
        except _REFUSALS as refused:
            self.kernel.note(f"steward refused {type(refused).__name__}")
            return
        self.kernel.note(f"steward {conflict.kind} {conflict.subject} {resolution.choice}")
        if conflict.kind == Kind.UNDELIVERED and conflict.connection is not None:
            self.history.retried.add(conflict.connection)
        if resolution.choice is Choice.DIFFERENT:
            self.history.parted.add(str(conflict.golden_id))
        if resolution.choice is Choice.TAKE:
            key = conflict.golden_id, conflict.subject
            self.history.taken.setdefault(key, []).append(resolution.value)

    def _answer(self, conflict: Conflict) -> Resolution:
        rng, value = self.kernel.rng, None
        match Kind(conflict.kind):
            case Kind.RIVAL_VALUES:
                choice = Choice.TAKE
                value = rng.choice(conflict.rivals)["value"]
            case Kind.POSSIBLE_DUPLICATE:
                choice = Choice.SAME if rng.random() < 0.5 else Choice.DIFFERENT  # noqa: PLR2004
            case _:
                choice = Choice.RETRY
        return Resolution(
            choice=choice, seen=conflict.version, by="steward", reason="so it is", value=value
        )


@dataclass(eq=False, slots=True)
class Integrator:
    """Pauses and resumes connections, and asks for complete listings."""

    kernel: Kernel
    profile: Profile
    web: Callable[[], Process | None]
    faulty: Callable[[], bool]

    def work(self) -> None:
        """Do something now and then, while it is the time for it."""
        while self.faulty():
            self.kernel.sleep(10.0 * self.kernel.rng.random())
            web = self.web()
            if web is not None and web.is_alive:
                self.kernel.spawn(web.name, "integrator", lambda web=web: self._act(web))  # type: ignore[misc]

    def _act(self, web: Process) -> None:
        rng, name = self.kernel.rng, self.kernel.rng.choice(("crm", "erp"))
        if self.profile.on("relisted") and rng.random() < 0.3:  # noqa: PLR2004
            self._try(lambda: poll_now(web.hub, name))
        if self.profile.on("paused"):
            self._try(lambda: connections.act(web.hub, name, rng.choice(("pause", "resume"))))

    def resume_all(self, web: Process) -> None:
        """Let everything go on; who never tells of deletes is listed, as is done every night."""
        for name in ("crm", "erp"):
            self._try(lambda name=name: connections.act(web.hub, name, "resume"))  # type: ignore[misc]
            if web.hub.connector(name).capabilities.deletes is Deletes.NONE:
                self._try(lambda name=name: poll_now(web.hub, name))  # type: ignore[misc]

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (DatabaseBusy, WrongState) as refused:
            self.kernel.note(f"integrator refused {type(refused).__name__}")
