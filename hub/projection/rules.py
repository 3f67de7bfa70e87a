"""In which paths a system's record no longer shows golden. Pure."""

from collections.abc import Mapping

from master_data.model import Base, Crossref, Flat, Golden, GoldenState, split_path

__all__ = ["stale_paths"]


def stale_paths(
    golden: Golden, crossref: Crossref, paths: frozenset[str], lists: frozenset[str]
) -> list[str]:
    """Return the paths in which this crossref does not show golden and may be written.

    `paths` and `lists` are what its mapping writes. Never read (no base, not a create of ours) is
    never written; held fields and elements are left out of every projection.
    """
    if crossref.parked or golden.state is not GoldenState.ACTIVE:
        return []
    blank = crossref.record is None
    stale = [
        path
        for path in paths
        if (path in crossref.base or (blank and path in golden.body))
        and path not in crossref.absent
        and _differs(path, golden.body, crossref.base)
    ]
    for path in {*golden.body, *crossref.base}:
        list_path, element = split_path(path)
        if element is None or list_path not in lists or list_path in crossref.absent:
            continue
        if _differs(path, golden.body, crossref.base):
            stale.append(path)
    return [path for path in stale if not _is_held(path, golden, crossref)]


def _differs(path: str, body: Flat, base: Mapping[str, Base]) -> bool:
    agreed = base.get(path)
    return body.get(path) != (agreed.golden if agreed else None)


def _is_held(path: str, golden: Golden, crossref: Crossref) -> bool:
    list_path = split_path(path)[0]
    return not {path, list_path}.isdisjoint(golden.held) or not {path, list_path}.isdisjoint(
        crossref.held
    )
