"""A page of records -> the rows they become. Only what is plain is taken.

Plain is a record that nobody knows, that says what it says without a problem, and that is like no
golden record of the index. Whatever is special goes the ordinary road, as an event: the two roads
must not differ in what they decide, so this one decides by the same rules or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.contract import Change, ChangeKind
from ground.database import Connection
from ground.instants import to_microseconds
from ground.statements import row_packer
from hub.bulk.model import Page, Prepared, Run, Taken
from hub.bulk.store import CROSSREF, GOLDEN, VERSION
from hub.erasures.store import erased_among
from hub.events.rules import Outcome
from hub.projection.views import Sight, sight_of
from hub.sync import identity
from hub.sync.model import Case
from hub.sync.rules import decide
from hub.wiring import Hub
from mappings import CompiledMapping
from master_data import store as golden_store
from master_data.fields import entity_schema
from master_data.forms.goldens import golden_form
from master_data.forms.records import Form
from master_data.index import store as index
from master_data.index.online import candidates
from master_data.index.scorers import Scorers
from master_data.likeness.keys import hashed, is_identifier, keys_of, shared_identifiers
from master_data.likeness.model import Zone
from master_data.merge import Sighting, Weighing
from master_data.model import CrossrefId, Golden, GoldenId, GoldenState, lane_key
from master_data.policies import default_policies
from master_data.survivorship import Clocks
from master_data.tables import crossref, golden, golden_version

__all__ = ["prepare_page"]

_SETTLED = frozenset({Outcome.APPLIED, Outcome.NO_OP})


class _NoLinks:
    """References are not looked up: a record that has any goes the ordinary road."""

    def golden_id(self, entity: str, external_id: str) -> str | None:  # noqa: ARG002
        return None

    def external_id(self, entity: str, golden_id: str) -> str | None:  # noqa: ARG002
        return None

    def may_come(self, golden_id: str) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True, slots=True)
class _Draft:
    """A plain record on its way, not yet compared with the index."""

    change: Change
    sight: Sight
    kind: str
    form: Form
    keys: dict[int, str]


def prepare_page(hub: Hub, asked: tuple[Run, Page]) -> Prepared:
    """Return what becomes of a page; nothing is written."""
    run, page = asked
    mapping = hub.mapping(run.connection, run.object_type)
    prepared = Prepared([], [])
    drafts = []
    unusual = hub.db.read(lambda c: _unusual(c, run, page))
    for change in page.changes:
        draft = None if change.external_id in unusual else _draft(hub, run, mapping, change)
        if draft is None:
            prepared.left.append(change)
        else:
            drafts.append(draft)
    known = hub.db.read(lambda c: _like_known(hub, c, drafts))
    taking = _Taking(hub, run, mapping, page)
    for place, draft in enumerate(drafts):
        taken = None if place in known else taking.take(draft)
        if taken is None:
            prepared.left.append(draft.change)
        else:
            prepared.taken.append(taken)
    return prepared


def _unusual(connection: Connection, run: Run, page: Page) -> set[str]:
    """Return the records that are known, erased on request, or shown twice on this page."""
    ids = [change.external_id for change in page.changes]
    place = run.connection, run.object_type
    heads = golden_store.heads_by_external(connection, *place, sorted(set(ids)))
    found = {head.external_id for head in heads if head.external_id}
    lanes = {lane_key(*place, each): each for each in ids}
    found |= {lanes[each] for each in erased_among(connection, lanes)}
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            found.add(each)
        seen.add(each)
    return found


def _draft(hub: Hub, run: Run, mapping: CompiledMapping, change: Change) -> _Draft | None:
    """Read a record; None: it is not plain."""
    if change.kind is not ChangeKind.CHANGED or change.record is None or change.client_key:
        return None
    if not mapping.accepts(change.record):
        return None
    schema = entity_schema(mapping.entity)
    blank = identity.unlinked((run.connection, run.object_type, change.external_id), mapping.entity)
    inbound = mapping.to_golden(change.record, None, _NoLinks())
    sight = sight_of(inbound, blank, {}, schema, hub.env.ids.new)
    if sight.problems or sight.unresolved:
        return None
    kind, form = golden_form(mapping.entity, identity.body_of(sight))
    shown = keys_of(kind, form) if kind else ()
    if kind and not shown:
        return None
    return _Draft(change, sight, kind, form, {hashed(f"{kind}:{key}"): key for key in shown})


def _like_known(hub: Hub, connection: Connection, drafts: Sequence[_Draft]) -> set[int]:
    """Return the places of drafts that are, or may be, a golden record of the index."""
    wanted = sorted({key for draft in drafts for key in draft.keys})
    if not wanted or not index.first_of_each(connection, 1):
        return set()
    scorers: Scorers = hub.scorers
    scorers.refresh(connection, {draft.kind for draft in drafts if draft.kind})
    hits = index.numbers_by_key(connection, wanted)
    near = {
        place: candidates(hits, draft.keys, scorers.of(draft.kind).statistics.records)[0]
        for place, draft in enumerate(drafts)
        if draft.kind
    }
    stored = index.forms_of(connection, sorted({one for each in near.values() for one in each}))
    return {
        place
        for place, numbers in near.items()
        if any(_is_like(scorers, drafts[place], stored[one][2]) for one in numbers if one in stored)
    }


def _is_like(scorers: Scorers, draft: _Draft, other: Form) -> bool:
    scorer = scorers.of(draft.kind)
    weight = scorer.weight(draft.form, other)
    zone = scorer.zone(draft.form, other, weight)
    return zone is not Zone.NEW or bool(shared_identifiers(draft.form, other))


class _Taking:
    """Makes the rows of plain records of one page."""

    def __init__(self, hub: Hub, run: Run, mapping: CompiledMapping, page: Page) -> None:
        self._new_id = hub.env.ids.new
        self._run = run
        self._mapping = mapping
        self._schema = entity_schema(mapping.entity)
        self._at = page.read_at
        ranks = {each.id: each.rank for each in hub.directory.connections().values()}
        clocks = Clocks(ranks, frozenset())
        self._weighing = Weighing(default_policies(), clocks, lambda _path: ())
        dialect = hub.db.dialect
        self._golden = row_packer(dialect, golden, GOLDEN)
        self._crossref = row_packer(dialect, crossref, CROSSREF)
        self._version = row_packer(dialect, golden_version, VERSION)

    def take(self, draft: _Draft) -> Taken | None:
        """Return the rows of a record; None: it is not as plain as it looked."""
        change = draft.change
        place = self._run.connection, self._run.object_type, change.external_id
        own_id = GoldenId(self._new_id("gr"))
        blank = identity.unlinked(place, self._mapping.entity)
        case = Case(
            crossref=replace(blank, id=CrossrefId(self._new_id("xr")), golden_id=own_id),
            golden=Golden(own_id, self._mapping.entity, 0, GoldenState.ACTIVE, {}),
            record=change.record or {},
            remote_version=change.version,
            sight=draft.sight,
            sighting=self._sighting(change),
            mapping_version=self._mapping.version,
        )
        found = decide(case, self._schema, self._weighing)
        plain = found.rejected is None and not (found.deferred or found.conflicts)
        if not plain or found.outcome not in _SETTLED:
            return None
        version = {
            "golden_id": own_id,
            "version": found.golden.version,
            "at": self._at,
            "connection": self._run.connection,
            "event_id": None,
            "actor": None,
            "mapping_version": found.crossref.mapping_version,
            "changes": found.changes,
            "snapshot": None,
        }
        entry = index.Entry(own_id, draft.kind, draft.form)
        stamped = {"created_at": self._at, "updated_at": self._at}
        return Taken(
            external_id=change.external_id,
            golden=self._golden(golden_store.golden_row(found.golden) | stamped),
            crossref=self._crossref(
                golden_store.crossref_row(found.crossref) | {"gone": None, "created_at": self._at}
            ),
            version=self._version(version),
            form=index.form_row(entry) if draft.kind else None,
            keys=tuple(draft.keys),
            identifying=tuple(map(is_identifier, draft.keys.values())),
        )

    def _sighting(self, change: Change) -> Sighting:
        at = to_microseconds(self._at)
        stamp = to_microseconds(change.changed_at) if change.changed_at else at
        return Sighting(self._run.id, 0, at, max(0, min(stamp, at)))
