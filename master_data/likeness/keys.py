"""Blocking keys: two records are compared if they share one that few others have."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from types import MappingProxyType

from master_data.forms.records import Form

STOP = 60
"""A key of more records is a stop key: it finds nobody any more."""
CANDIDATES = 20
"""The most golden records one record is compared with, those of the rarest shared keys first."""

LEAST_RARE = 2.0
"""Bits that the shared keys of two records may fall short of telling one record from all."""

IDENTIFIERS = ("code", "gtin", "item", "national_id", "registered", "registry", "tax_id")
"""Fields of a form with numbers that somebody gave to one thing alone."""

_IDENTIFYING = tuple(f"{name}:" for name in IDENTIFIERS)
_VOWELS = re.compile(r"[aeiouyhw]")
_blake2b, _from_bytes = hashlib.blake2b, int.from_bytes
_TWICE = re.compile(r"(.)\1+")
_SKELETON = 5
_LONGEST_ALONE = 2
_MOST_WORDS = 14
_PAIRED = 7


def keys_of(entity: str, form: Form) -> tuple[str, ...]:
    """Return the keys of a record, each `kind:value`; none if there is nothing to match on."""
    return tuple(dict.fromkeys(_KEYS.get(entity, _other)(form)))


def is_identifier(key: str) -> bool:
    """Say whether a key is a number that somebody gave to one thing alone."""
    return key.startswith(_IDENTIFYING)


def shared_identifiers(form: Form, other: Form) -> tuple[str, ...]:
    """Return the kinds of numbers of which two records have the same one."""
    return tuple(
        name
        for name in IDENTIFIERS
        if name in form and not set(form[name]).isdisjoint(other.get(name, ()))
    )


def hashed(key: str) -> int:
    """Return a key as a signed 64-bit number, as it is stored."""
    return _from_bytes(_blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def hashed_keys_of(entity: str, form: Form) -> Mapping[int, str]:
    """Return the keys of a record: as they are stored -> as they are read."""
    packed = tuple((name, tuple(values)) for name, values in form.items())  # stored ones are lists
    return _hashed_keys(entity, packed)


@lru_cache(maxsize=1024)  # a record is asked for, put on the board and stored: once each
def _hashed_keys(entity: str, form: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[int, str]:
    return MappingProxyType({hashed(f"{entity}:{key}"): key for key in keys_of(entity, dict(form))})


@lru_cache(maxsize=8192)
def skeleton(word: str) -> str:
    """Return what most misspellings keep: the first letter and the consonants after it."""
    return word[:1] + _TWICE.sub(r"\1", _VOWELS.sub("", word[1:].replace(" ", "")))[:_SKELETON]


def _exact(form: Form, *names: str) -> list[str]:
    return [f"{name}:{value}" for name in names if name in form for value in form[name]]


def _crossed(kind: str, firsts: Sequence[str], seconds: Sequence[str]) -> list[str]:
    return [f"{kind}:{first}:{second}" for first in firsts for second in seconds]


def _skeletons(form: Form, name: str) -> list[str]:
    values = form.get(name)
    if not values:
        return []
    if len(values) == 1:
        return [skeleton(values[0])]
    return list(dict.fromkeys(map(skeleton, values)))


def _places(form: Form) -> list[str]:
    streets = _skeletons(form, "street")
    if not streets:
        return []
    near = [*form.get("postal", ())[:1], *(_skeletons(form, "city")[:1])]
    numbered = [f"{s}:{n}" for s in streets for n in form.get("number", ("",))]
    return _crossed("street", numbered, [""]) + _crossed("near", streets, near)


def _person(form: Form) -> list[str]:
    found = _exact(form, "national_id", "tax_id", "iban", "email", "phone", "birth")
    for email in form.get("email", ()):
        user = email.partition("@")[0]
        found.append(f"user:{skeleton(user.strip('0123456789'))}")
    given, family = _skeletons(form, "given"), _skeletons(form, "family")
    births, cities = form.get("birth", ()), _skeletons(form, "city")
    names = given + family
    found += [
        f"name:{one}:{two}" if one <= two else f"name:{two}:{one}"
        for one in given
        for two in family
    ]
    parts = [each for b in births for each in (b[:6], b[:4] + b[6:], b[4:])]
    found += _crossed("born", names, parts)
    found += _crossed("post", names, [code[:4] for code in form.get("postal", ())])
    found += _crossed("town", names, cities)
    found += _crossed("lives", births, cities)
    found += [f"one:{name}" for name in names]
    for number in form.get("national_id", ()):
        found += (f"id4:{number[:4]}", f"id-4:{number[-4:]}")
    return found + _places(form)


def _company(form: Form) -> Iterator[str]:
    yield from _exact(form, "tax_id", "registry", "registered", "iban", "email", "phone", "domain")
    posts, towns = [code[:3] for code in form.get("postal", ())], _skeletons(form, "city")
    for name in form.get("name", ()):
        words = name.split()[:_MOST_WORDS]
        roots = sorted({skeleton(word) for word in words if len(word) > 1})
        yield "name:" + ":".join(roots)
        yield f"joined:{name.replace(' ', '')[:10]}"
        yield "letters:" + "".join(word[0] for word in words if word != "and")
        for word in words:
            yield f"word:{word}"
        for root in roots:
            yield f"root:{root}"
            yield from _crossed("post", [root], posts)
            yield from _crossed("town", [root], towns)
    yield from _places(form)


def _product(form: Form) -> Iterator[str]:
    yield from _exact(form, "gtin", "item", "sku", "mpn")
    for model in form.get("models", ()):
        yield f"model:{model}"
        yield f"model4:{model[:6]}"
    yield from _title(form)


def _title(form: Form) -> Iterator[str]:
    for title in form.get("title", ()):
        words = [word for word in title.split() if len(word) > 1][:_MOST_WORDS]
        for word in words:
            yield f"word:{word}"
        for one, two in combinations(sorted(words[:_PAIRED]), 2):
            yield f"two:{one}:{two}"


def _category(form: Form) -> list[str]:
    return _exact(form, "code")


def _other(form: Form) -> Iterator[str]:
    yield from _title(form)
    for title in form.get("title", ()):
        for word in title.split():
            yield f"root:{skeleton(word)}"


_KEYS: dict[str, Callable[[Form], Iterable[str]]] = {
    "person": _person,
    "company": _company,
    "product": _product,
    "category": _category,
}
