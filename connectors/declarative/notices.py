"""What a notice says, by the paths of the manifest. Pure."""

from collections.abc import Collection

from connectors.contract import BrokenItem, Change, ChangeKind, Json
from connectors.declarative.paths import at, exact, instant_at, record_at, text_at
from connectors.errors import NotUnderstood
from connectors.manifest import NoticeRule

__all__ = ["parse_notice"]


def parse_notice(
    rule: NoticeRule, object_types: Collection[str], document: object
) -> list[Change | BrokenItem]:
    """Return the changes in their order; a broken one is told as such, its neighbours stand."""
    plain = exact(document)
    items = at(plain, rule.changes)
    if not isinstance(items, list):
        raise NotUnderstood(f"there is no list of changes at {rule.changes!r}")
    return [_parse(rule, object_types, item) for item in items]


def _parse(rule: NoticeRule, object_types: Collection[str], item: Json) -> Change | BrokenItem:
    word = text_at(item, rule.object)
    object_type = rule.objects.get(word, word) if word is not None else None
    if object_type not in object_types or object_type is None:
        return BrokenItem(f"unknown object type at {rule.object!r}", item)
    external_id = text_at(item, rule.id)
    if external_id is None:
        return BrokenItem(f"no id at {rule.id!r}", item)
    kind = text_at(item, rule.kind)
    if kind is None:
        return BrokenItem(f"no kind at {rule.kind!r}", item)
    deleted = kind in rule.deleted
    return Change(
        object_type=object_type,
        external_id=external_id,
        kind=ChangeKind.DELETED if deleted else ChangeKind.CHANGED,
        version=text_at(item, rule.version),
        changed_at=instant_at(item, rule.changed_at),
        client_key=text_at(item, rule.client_key),
        record=None if deleted else record_at(item, rule.record),
        actor=text_at(item, rule.actor),
    )
