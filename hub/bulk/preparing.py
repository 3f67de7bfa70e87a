"""A page of records -> the rows they become. Only what is plain is taken.

Plain is a record that nobody knows, that says what it says without a problem, and that is like no
golden record of the index. Whatever is special goes the ordinary road, as an event: the two roads
must not differ in what they decide, so this one decides by the same rules or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from connectors.contract import Change, ChangeKind
from ground.database import Connection
from ground.instants import to_microseconds
from hub.bulk.firsts import FirstContacts, FirstRows
from hub.bulk.model import Page, Prepared, Run
from hub.erasures.store import erased_among
from hub.events import store as events
from hub.projection.views import Sight, sight_of
from hub.sync import identity
from hub.wiring import Hub
from mappings import CompiledMapping
from master_data import store as golden_store
from master_data.fields import entity_schema
from master_data.forms.goldens import fresh_form
from master_data.forms.records import Form
from master_data.index import store as index
from master_data.index.online import candidates
from master_data.index.scorers import Scorers
from master_data.likeness.keys import hashed, is_identifier, keys_of, shared_identifiers
from master_data.likeness.model import Zone
from master_data.merge import Sighting
from master_data.model import Crossref, lane_key
from master_data.policies import default_policies
from master_data.survivorship import Clocks

__all__ = ["prepare_page"]


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
    left, drafts, changes = [], [], page.changes
    unusual = hub.db.read(lambda c: _unusual(c, run, changes))
    for change in changes:
        draft = None if change.external_id in unusual else _draft(hub, run, mapping, change)
        if draft is None:
            left.append(change)
        else:
            drafts.append(draft)
    known = hub.db.read(lambda c: _like_known(hub, c, drafts))
    firsts = _firsts(hub, run, mapping, page)
    taken = []
    for place, draft in enumerate(drafts):
        rows = None if place in known else _rows(run, page, firsts, draft)
        if rows is None:
            left.append(draft.change)
        else:
            taken.append((draft, rows))
    return _prepared(taken, left)


def _unusual(connection: Connection, run: Run, changes: Sequence[Change]) -> set[str]:
    """Return the records that are known, erased, told of as deleted, or twice on this page."""
    ids = [change.external_id for change in changes]
    place = run.connection, run.object_type
    heads = golden_store.heads_by_external(connection, *place, sorted(set(ids)))
    found = {head.external_id for head in heads if head.external_id}
    lanes = {lane_key(*place, each): each for each in ids}
    found |= {lanes[each] for each in erased_among(connection, lanes)}
    found |= {lanes[each] for each in events.told_deleted(connection, list(lanes))}
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
    blank = _nobody(run.connection, run.object_type, mapping.entity)
    inbound = mapping.to_golden(change.record, None, _NoLinks())
    sight = sight_of(inbound, blank, {}, schema, hub.env.ids.new)
    if sight.problems or sight.unresolved:
        return None
    kind, form = fresh_form(mapping.entity, identity.body_of(sight))
    shown = keys_of(kind, form) if kind else ()
    if kind and not shown:
        return None
    return _Draft(change, sight, kind, form, {hashed(f"{kind}:{key}"): key for key in shown})


@lru_cache(maxsize=8)
def _nobody(connection: str, object_type: str, entity: str) -> Crossref:
    return identity.unlinked((connection, object_type, ""), entity)


def _like_known(hub: Hub, connection: Connection, drafts: Sequence[_Draft]) -> set[int]:
    """Return the places of drafts that are, or may be, a golden record of the index."""
    wanted = sorted({key for draft in drafts for key in draft.keys})
    if not wanted or index.is_empty(connection):
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


def _firsts(hub: Hub, run: Run, mapping: CompiledMapping, page: Page) -> FirstContacts:
    ranks = {each.id: each.rank for each in hub.directory.connections().values()}
    return FirstContacts(
        hub.db.dialect,
        (run.connection, run.object_type, mapping.entity, mapping.version),
        page.read_at,
        (default_policies(), Clocks(ranks, frozenset())),
        hub.env.ids.new,
    )


def _rows(run: Run, page: Page, firsts: FirstContacts, draft: _Draft) -> FirstRows | None:
    """Return the rows of a record; None: it is not as plain as it looked."""
    change, at = draft.change, to_microseconds(page.read_at)
    stamp = to_microseconds(change.changed_at) if change.changed_at else at
    seen = Sighting(run.id, 0, at, max(0, min(stamp, at)))
    return firsts.rows(change.external_id, change.version, change.record or {}, draft.sight, seen)


def _prepared(taken: Sequence[tuple[_Draft, FirstRows]], left: list[Change]) -> Prepared:
    keyed = [(draft, rows.golden_id) for draft, rows in taken if draft.kind]
    forms = [index.form_row(index.Entry(own, draft.kind, draft.form)) for draft, own in keyed]
    flat = [shown for draft, _ in keyed for shown in draft.keys.values()]
    return Prepared(
        taken=[draft.change.external_id for draft, _ in taken],
        goldens=[rows.golden for _, rows in taken],
        crossrefs=[rows.crossref for _, rows in taken],
        versions=[rows.version for _, rows in taken],
        forms=forms,
        numbers=np.array([row[0] for row in forms], np.int64).tobytes(),
        counts=np.array([len(draft.keys) for draft, _ in keyed], np.int64).tobytes(),
        hashes=np.array([key for draft, _ in keyed for key in draft.keys], np.int64).tobytes(),
        identifying=np.array([is_identifier(shown) for shown in flat], np.bool_).tobytes(),
        left=left,
    )
