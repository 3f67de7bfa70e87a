"""A record in words that mean something -> its comparison form. Every path goes through here."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from master_data.forms.addresses import place_name, postal_code, street_and_number
from master_data.forms.contacts import company_domain, email_address, phone_number, phone_tail
from master_data.forms.identifiers import gtin14, iban_number, tax_id
from master_data.forms.legal_forms import split_legal_form
from master_data.forms.names import family_name, given_name, split_person
from master_data.forms.products import (
    amounts,
    bundle,
    colours,
    condition,
    generations,
    is_model_number,
    maker_number,
    price,
    title_words,
    variants,
)
from master_data.forms.text import compact, fold, native

VERSION = 3
"""Counts up with every change of a form: stored forms of another version are made again."""

Words: TypeAlias = Mapping[str, str | Sequence[str] | None]
Form: TypeAlias = dict[str, tuple[str, ...]]
_Told: TypeAlias = Mapping[str, Sequence[str]]

_DATE = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ].*)?")
_EUROPEAN = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_DAYS, _MONTHS = 31, 12


def form_of(entity: str, words: Words) -> Form:
    """Return the comparison form of a record; blanks are left out.

    `entity`: person, company, product, category; anything else is compared by its words. Each
    value is one text or several. Never raises on what a text holds.
    """
    form = _FORMS.get(entity, _other)(_told(words))
    return {field: values for field, values in form.items() if values}


def known_words(entity: str) -> frozenset[str]:
    """Return the words that are read of a record; none where any word is one."""
    return _KNOWN.get(entity, frozenset())


def _told(words: Words) -> _Told:
    """Return word -> its texts; what is blank is left out, so that nobody looks at it again."""
    told: dict[str, Sequence[str]] = {}
    for name, value in words.items():
        if not value:
            continue
        if isinstance(value, str):
            if not value.isspace():
                told[name] = (value,)
        elif found := [text for text in value if text and not text.isspace()]:
            told[name] = found
    return told


def _texts(told: _Told, *names: str) -> Sequence[str]:
    found: Sequence[str] = ()
    for name in names:
        more = told.get(name)
        if more:
            found = [*found, *more] if found else more
    return found


def _each(texts: Sequence[str], change: Callable[[str], str]) -> tuple[str, ...]:
    if not texts:
        return ()
    if len(texts) == 1:
        changed = change(texts[0])
        return (changed,) if changed else ()
    return tuple(dict.fromkeys(changed for text in texts if (changed := change(text))))


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))


def _country(told: _Told) -> str:
    found = _texts(told, "address.country", "country")
    code = found[0].strip().upper() if found else ""
    return code if len(code) == 2 else ""  # noqa: PLR2004  ISO 3166 alpha-2


def birth_date(text: str) -> str:
    """Return YYYYMMDD; the digits as they are if that is no date."""
    found = _DATE.fullmatch(text.strip())
    if found:
        return "".join(found.groups())
    turned = _EUROPEAN.fullmatch(text.strip())
    if turned:
        day, month, year = turned.groups()
        if int(month) > _MONTHS:
            day, month = month, day
        return f"{year}{int(month):02}{int(day):02}"
    return "".join(sign for sign in text if sign.isdigit())


def _shared(told: _Told) -> Form:
    """Return what people and companies have in common: where and how to reach them."""
    country = _country(told)
    phones = _each(_texts(told, "phone", "mobile", "fax"), lambda text: phone_number(text, country))
    return _address(told) | {
        "phone": tuple(dict.fromkeys(map(phone_tail, phones))),
        "phone_e164": phones,
        "email": _each(_texts(told, "email"), email_address),
        "country": (country,) if country else (),
        "tax_id": _each(_texts(told, "tax_id", "vat"), lambda text: tax_id(text, country)),
        "iban": _each(_texts(told, "iban"), iban_number),
    }


def _address(told: _Told) -> Form:
    streets: list[str] = []
    numbers: list[str] = []
    for place, text in enumerate(_texts(told, "address.street", "street", "address")):
        houses = _texts(told, "address.building_number", "building_number")
        street, house = street_and_number(text, houses[place] if place < len(houses) else "")
        streets.append(street)
        numbers.append(house)
    if not streets:
        numbers = [*_texts(told, "address.building_number", "building_number")]
    return {
        "street": _unique(streets),
        "number": _unique(numbers),
        "street2": _each(_texts(told, "address.street2", "street2"), place_name),
        "postal": _each(
            _texts(told, "address.postal_code", "postal_code", "postcode"), postal_code
        ),
        "city": _each(_texts(told, "address.city", "city"), place_name),
        "region": _each(_texts(told, "address.subdivision", "subdivision", "state"), fold),
    }


def _person(told: _Told) -> Form:
    given = _each(_texts(told, "given_name", "first_name"), given_name)
    families = [family_name(text) for text in _texts(told, "family_name", "last_name", "surname")]
    family = tuple(dict.fromkeys(name for name, _ in families if name))
    generations = [generation for _, generation in families]
    if not given and not family:
        for text in _texts(told, "name", "full_name"):
            first, last, generation = split_person(text)
            given += (first,) if first else ()
            family += (last,) if last else ()
            generations.append(generation)
    generations += [fold(text) for text in _texts(told, "generation", "suffix")]
    return _shared(told) | {
        "given": given,
        "family": family,
        "middle": _each(_texts(told, "middle_name"), given_name),
        "native": _each(_texts(told, "name", "given_name", "family_name"), native),
        "generation": tuple(dict.fromkeys(filter(None, generations))),
        "birth": _each(_texts(told, "birth_date", "date_of_birth", "dob"), birth_date),
        "national_id": _each(_texts(told, "national_id"), compact),
        "gender": _each(_texts(told, "gender", "sex"), lambda text: fold(text)[:1]),
    }


def _company(told: _Told) -> Form:
    names = _texts(told, "name", "legal_name")
    split = [split_legal_form(fold(text)) for text in names]
    sites = [*_texts(told, "email"), *_texts(told, "web", "website", "url")]
    return _shared(told) | {
        "name": tuple(dict.fromkeys(" ".join(kept) for kept, _ in split if any(kept))),
        "native": _each(names, native),
        "legal_form": tuple(
            dict.fromkeys(family for _, family in split if family not in ("", "word"))
        ),
        "domain": _each(sites, company_domain),
        "industry": _each(_texts(told, "industry"), fold),
        "registry": _each(_texts(told, "registry", "gln", "duns", "lei"), compact),
        "registered": _each(_texts(told, "registered"), compact),
    }


def _product(told: _Told) -> Form:
    titles = _texts(told, "name", "title")
    said = [*titles, *_texts(told, "description")]
    brands = _each(_texts(told, "brand", "manufacturer"), fold)
    makers = _each(_texts(told, "mpn", "model", "model_number", "modelno"), maker_number)
    tokens = tuple(dict.fromkeys(word for text in titles for word in title_words(text)))
    models = tuple(word for word in tokens if is_model_number(word))
    return {
        "title": (" ".join(tokens),) if tokens else (),
        "text": (" ".join(dict.fromkeys(w for text in said for w in title_words(text))),),
        "models": tuple(dict.fromkeys(makers + models)),
        "variant": variants(tokens) if tokens else (),
        "bundle": bundle(tokens),
        "condition": (condition(tokens),) if tokens else (),
        "generation": (" ".join(generations(tokens)),),
        "mpn": makers,
        "gtin": _each(_texts(told, "gtin", "gtins", "ean", "upc"), gtin14),
        "sku": _each(_texts(told, "sku"), maker_number),
        "item": _each(_texts(told, "item_number"), compact),
        "brand": brands,
        "amounts": tuple(
            dict.fromkeys(
                a for text in (*titles, *_texts(told, "size", "pack_size")) for a in amounts(text)
            )
        ),
        "price": _each(_texts(told, "price"), price),
        "colours": tuple(
            dict.fromkeys(
                c for text in [*titles, *_texts(told, "colour", "color")] for c in colours(text)
            )
        ),
        "category": _each(_texts(told, "category"), fold),
    }


def _category(told: _Told) -> Form:
    return {"code": _each(_texts(told, "code"), compact)}


_IDENTITY_WORDS = frozenset({"id", "source"})


def _other(told: _Told) -> Form:
    title = _texts(told, "name", "title")
    form: Form = {"title": _each(title, lambda text: " ".join(title_words(text)))}
    for name in sorted(set(told) - {"name", "title"} - _IDENTITY_WORDS):
        form[name] = _each(_texts(told, name), fold)
    return form


_FORMS: dict[str, Callable[[_Told], Form]] = {
    "person": _person,
    "company": _company,
    "product": _product,
    "category": _category,
}

_REACHED = (
    "phone mobile fax email country tax_id vat iban address street street2 building_number"
    " postal_code postcode city subdivision state address.street address.street2"
    " address.building_number address.postal_code address.city address.subdivision address.country"
)
_KNOWN = {
    "person": frozenset(
        f"{_REACHED} name full_name given_name first_name family_name last_name surname middle_name"
        " generation suffix birth_date date_of_birth dob national_id gender sex".split()
    ),
    "company": frozenset(
        f"{_REACHED} name legal_name web website url industry registry gln duns lei"
        " registered".split()
    ),
    "product": frozenset(
        "name title description brand manufacturer mpn model model_number modelno gtin gtins ean"
        " upc sku item_number size pack_size price colour color category".split()
    ),
    "category": frozenset({"code"}),
}
