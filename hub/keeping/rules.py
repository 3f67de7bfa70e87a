"""From policies and a mapping to the list of fields a system shows read-only."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from connectors.contract import ManagedField
from master_data.policies import KeptField

__all__ = ["fields_to_keep"]


def fields_to_keep(
    kept: Sequence[KeptField],
    app_fields: Mapping[str, AbstractSet[str]],
    titles: Mapping[str, str],
) -> list[ManagedField]:
    """Return the app fields of which every golden path is kept by a live connection.

    `app_fields`: golden path -> app fields that hold it; `titles`: live connection -> its title.
    """
    keepers = {each.path: _first_live(each.kept_by, titles) for each in kept}
    free = {
        field
        for path, fields in app_fields.items()
        for field in fields
        if keepers.get(path) is None
    }
    managed = {
        field: keeper
        for path, keeper in keepers.items()
        if keeper is not None
        for field in app_fields.get(path, frozenset())
        if field not in free
    }
    return [
        ManagedField(field, keeper, f"Kept in {titles[keeper]}: change it there.")
        for field, keeper in sorted(managed.items())
    ]


def _first_live(owners: Sequence[str], titles: Mapping[str, str]) -> str | None:
    return next((owner for owner in owners if owner in titles), None)
