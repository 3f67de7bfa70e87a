"""In which paths a system's record no longer shows golden. Pure."""

from master_data.model import Crossref, Golden, GoldenState, split_path

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
    blank, body, base = crossref.record is None, golden.body, crossref.base
    differ = [
        path
        for path in body.keys() | base.keys()
        if body.get(path) != (base[path].golden if path in base else None)
    ]
    stale = [
        path
        for path in differ
        if path in paths and (path in base or blank) and path not in crossref.absent
    ]
    for path in differ:
        list_path, element = split_path(path)
        if element is not None and list_path in lists and list_path not in crossref.absent:
            stale.append(path)
    return [path for path in stale if not _is_held(path, golden, crossref)]


def _is_held(path: str, golden: Golden, crossref: Crossref) -> bool:
    list_path = split_path(path)[0]
    return not {path, list_path}.isdisjoint(golden.held) or not {path, list_path}.isdisjoint(
        crossref.held
    )
