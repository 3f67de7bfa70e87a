"""The rows of a record that nobody knew: what deciding makes of it, without its detours.

Nothing was said before and nobody else said anything, so there is no base to compare with, no
rival to weigh and no conflict to open: each value that is not blank is the golden one. A test
holds these rows against those that `decide` makes of the same record.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ground.statements import row_packer
from ground.strict_json import dumps
from hub.bulk.model import Row
from hub.bulk.store import CROSSREF, GOLDEN, VERSION
from hub.projection.views import Sight
from hub.sync import identity
from master_data import store as golden_store
from master_data.fields import entity_schema, title_of_record
from master_data.merge import Sighting
from master_data.model import (
    ConnectionId,
    Contribution,
    Golden,
    GoldenId,
    GoldenState,
    Record,
    is_blank,
    split_path,
)
from master_data.normalise import fold
from master_data.policies import PolicyTable
from master_data.survivorship import Clocks, Survivor, survive
from master_data.tables import crossref, golden, golden_version

__all__ = ["FirstContacts", "FirstRows"]


class FirstRows(NamedTuple):
    """A new golden record, as `copy_rows` takes it."""

    golden_id: str
    golden: Row
    crossref: Row
    version: Row


class FirstContacts:
    """Makes rows of the records of one page. `new_id(prefix)` names them."""

    def __init__(
        self,
        dialect: str,
        place: tuple[str, str, str, int],
        at: datetime,
        ways: tuple[PolicyTable, Clocks],
        new_id: Callable[[str], str],
    ) -> None:
        """Take (connection, object type, entity, mapping version) and when the page was read."""
        self._connection, object_type, self._entity, mapping_version = place
        self._schema = entity_schema(self._entity)
        self._policies, self._clocks = ways
        self._new_id = new_id
        self._rules: dict[str, tuple[str, str]] = {}
        nobody = identity.unlinked((self._connection, object_type, ""), self._entity)
        nothing = Golden(GoldenId(""), self._entity, 1, GoldenState.ACTIVE, {})
        times = {"created_at": at, "updated_at": at}
        self._golden = _packed(
            row_packer(dialect, golden, GOLDEN), GOLDEN, golden_store.golden_row(nothing) | times
        )
        self._crossref = _packed(
            row_packer(dialect, crossref, CROSSREF),
            CROSSREF,
            golden_store.crossref_row(nobody.with_(mapping_version=mapping_version))
            | {"gone": None, "created_at": at},
        )
        version = dict.fromkeys(VERSION) | {
            "version": 1,
            "at": at,
            "connection": self._connection,
            "mapping_version": mapping_version,
        }
        self._version = _packed(row_packer(dialect, golden_version, VERSION), VERSION, version)

    def rows(
        self, external_id: str, version: str | None, record: Record, sight: Sight, seen: Sighting
    ) -> FirstRows | None:
        """Return the rows of a record; None: the schema refuses some of it."""
        said = {path: r for path, r in sight.readings.items() if not is_blank(r.value)}
        body = {path: reading.value for path, reading in said.items()}
        if not self._schema.is_sound(body):
            return None
        own_id, source = self._new_id("gr"), self._connection
        shared = [seen.since, seen.at, seen.stamp, seen.event, *([True] if seen.filled else [])]
        title = title_of_record(self._entity, body)
        golden_row = self._golden | {
            "id": own_id,
            "title": title,
            "folded": fold(title),
            "body": _text(body),
            "provenance": _text(dict.fromkeys(body, 1)),
        }
        crossref_row = self._crossref | {
            "id": self._new_id("xr"),
            "golden_id": own_id,
            "external_id": external_id,
            "remote_version": version,
            "record": _text(record),
            "base": _text(
                {
                    path: [r.words, r.value if path in body else None]
                    for path, r in sight.readings.items()
                    if path in body or not split_path(path)[1]
                }
            ),
            "contributions": _text({path: [value, *shared] for path, value in body.items()}),
            "elements": _text(sight.elements),
            "absent": _text(sorted(sight.absent)),
            "seen_at": max(0, seen.stamp) or None,
        }
        version_row = self._version | {
            "golden_id": own_id,
            "changes": _text(
                {p: [value, None, *self._rule(p), source, []] for p, value in body.items()}
            ),
        }
        rows = (golden_row, crossref_row, version_row)
        return FirstRows(own_id, *[tuple(row.values()) for row in rows])

    def _rule(self, path: str) -> tuple[str, str]:
        """Return by which rule a value survives that nobody rivals, and why."""
        name = split_path(path)[0]
        found = self._rules.get(name)
        if found is None:
            alone = Contribution(ConnectionId(self._connection), "x", 0, 1, 1, "")
            policy = self._policies.of(self._entity, name)
            survivor = survive(policy, alone, (), concurrent=False, clocks=self._clocks)
            if not isinstance(survivor, Survivor):
                raise TypeError(policy)  # nobody to tie with
            found = self._rules[name] = survivor.rule, survivor.why
        return found


def _packed(
    pack: Callable[[Mapping[str, Any]], Row], columns: tuple[str, ...], row: dict[str, Any]
) -> dict[str, Any]:
    """Return column -> what is stored, in the order of the columns."""
    return dict(zip(columns, pack(row), strict=True))


def _text(value: object) -> str:
    return dumps(value).decode()
