"""One app record that holds several golden ones: read each, and write all back into one record."""

from collections.abc import Mapping

from mappings.compile import CompiledMapping
from mappings.view import Inbound, Links, Outbound, Record, View

WHOLE = ""


def split_record(
    mapping: CompiledMapping, record: Record, before: Mapping[str, View], links: Links
) -> dict[str, Inbound]:
    """Read a record once per golden entity it holds; the mapping's own entity is under "".

    A part whose `accept when` does not hold is not there. `before`: golden views by part.
    """
    found = {WHOLE: mapping.to_golden(record, before.get(WHOLE), links)}
    for name, part in mapping.parts.items():
        if part.accepts(record):
            found[name] = part.to_golden(record, before.get(name), links)
    return found


def join_record(
    mapping: CompiledMapping,
    views: Mapping[str, View],
    record_before: Record | None,
    links: Links,
) -> Outbound:
    """Say what one record should become for several golden records; parts without a view stay.

    Paths of a part are named "part/path" in `sources`, `unresolved` and `problems`.
    """
    joined = mapping.to_system(views[WHOLE], record_before, links)
    for name, part in mapping.parts.items():
        if name in views:
            so_far = {**(record_before or {}), **joined.values}
            joined = _with(joined, name, part.to_system(views[name], so_far, links))
    return joined


def _with(joined: Outbound, name: str, part: Outbound) -> Outbound:
    sources = dict(joined.sources)
    for top, paths in part.sources.items():
        named = frozenset(f"{name}/{path}" for path in paths)
        sources[top] = sources.get(top, frozenset()) | named
    return Outbound(
        {**joined.values, **part.values},
        sources,
        joined.unresolved | {f"{name}/{path}": one for path, one in part.unresolved.items()},
        joined.problems | {f"{name}/{path}": one for path, one in part.problems.items()},
    )
