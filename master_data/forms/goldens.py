"""A golden record, or what a system says of one, in the words that comparison forms know."""

from functools import lru_cache
from typing import TypeAlias

from master_data.forms.records import Form, Words, form_of
from master_data.model import Flat, Value, split_path

_POINTS = {"phone": "phone", "mobile": "phone", "fax": "phone", "email": "email", "web": "web"}
_ADDRESS = [
    (name, f"address.{name}")
    for name in ("street", "street2", "postal_code", "city", "subdivision")
]
_NOTHING: frozenset[str] = frozenset()
_TELLING = {
    "customer": frozenset(
        "kind name legal_name given_name family_name tax_ids other_ids addresses"
        " contact_points".split()
    ),
    "product": frozenset({"name", "gtins", "sku"}),
    "category": frozenset({"code"}),
}
_REGISTERED = frozenset({"lei", "gln", "duns"})


def kind_of(entity: str, body: Flat) -> str | None:
    """Return the comparison model of a golden record; None: this entity is not matched."""
    if entity == "customer":
        named = body.get("kind")
        apart = not named and (body.get("given_name") or body.get("family_name"))
        return "person" if named == "person" or apart else "company"
    return entity if entity in ("product", "category") else None


def kinds_of(entity: str) -> set[str]:
    """Return the comparison models that golden records of an entity may have."""
    if entity == "customer":
        return {"person", "company"}
    return {entity} if entity in ("product", "category") else set()


def words_of(entity: str, body: Flat) -> Words:
    """Return what of a golden record says who or what it is; the rest is left out."""
    match entity:
        case "customer":
            return _customer(body)
        case "product":
            return {
                "name": _text(body.get("name")),
                "gtins": [str(each) for each in body.get("gtins") or []],
                "item_number": _text(body.get("sku")),
            }
        case "category":
            return {"code": _text(body.get("code"))}
        case _:
            return {}


def says_else(entity: str, before: Flat, now: Flat) -> bool:
    """Say whether a golden record says something else of who it is; asked at every change."""
    telling = _TELLING.get(entity, _NOTHING)
    return any(
        before.get(path) != now.get(path)
        for path in before.keys() | now.keys()
        if path.partition("[")[0] in telling
    )


def golden_form(entity: str, body: Flat) -> tuple[str, Form]:
    """Return (comparison model, form) of a golden record; ("", {}) if it is not matched."""
    kind = kind_of(entity, body)
    return (kind, dict(_form(kind, _packed(words_of(entity, body))))) if kind else ("", {})


def fresh_form(entity: str, body: Flat) -> tuple[str, Form]:
    """Return `golden_form` of what is asked for only once: nothing is kept."""
    kind = kind_of(entity, body)
    return (kind, form_of(kind, words_of(entity, body))) if kind else ("", {})


_Packed: TypeAlias = tuple[tuple[str, str | tuple[str, ...] | None], ...]


def _packed(words: Words) -> _Packed:
    return tuple(
        (name, said if said is None or isinstance(said, str) else tuple(said))
        for name, said in words.items()
    )


@lru_cache(maxsize=1024)  # a record is asked for, put on the board and stored: once each
def _form(kind: str, words: _Packed) -> Form:
    return form_of(kind, dict(words))


def _customer(body: Flat) -> Words:
    lists = _lists(body)
    words: dict[str, str | list[str]] = {
        "name": [text for name in ("name", "legal_name") if (text := _text(body.get(name)))],
        "given_name": _text(body.get("given_name")),
        "family_name": _text(body.get("family_name")),
    }
    if addresses := lists.get("addresses"):
        words["address.country"] = _text(addresses[0].get("country"))
        for name, word in _ADDRESS:
            words[word] = [_text(each.get(name)) for each in addresses]
    for each in lists.get("contact_points", ()):
        point = _POINTS.get(each.get("kind", ""))
        if point:
            words.setdefault(point, []).append(_text(each.get("value")))  # type: ignore[union-attr]  # a list
    if tax_ids := lists.get("tax_ids"):
        words["tax_id"] = [_tax_id(each) for each in tax_ids]
    if other_ids := lists.get("other_ids"):
        words["registered"] = [
            f"{each['scheme']}{each['value']}"
            for each in other_ids
            if each.get("scheme") in _REGISTERED and each.get("value")
        ]
    return words


def _lists(body: Flat) -> dict[str, list[dict[str, Value]]]:
    """Return list path -> its elements."""
    found: dict[str, list[dict[str, Value]]] = {}
    for path, value in body.items():
        if value and path.endswith("]"):
            found.setdefault(split_path(path)[0], []).append(value)
    return found


def _tax_id(each: dict[str, Value]) -> str:
    """Return the number behind its country, as `forms.identifiers.tax_id` reads it."""
    country, number = _text(each.get("country")).upper(), _text(each.get("value"))
    bare = "".join(sign for sign in number.upper() if sign.isalnum())
    return number if not country or bare.startswith(country) else f"{country}{bare}"


def _text(value: Value) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
