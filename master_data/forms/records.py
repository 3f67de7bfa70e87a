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

VERSION = 2
"""Counts up with every change of a form: stored forms of another version are made again."""

Words: TypeAlias = Mapping[str, str | Sequence[str] | None]
Form: TypeAlias = dict[str, tuple[str, ...]]

_DATE = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ].*)?")
_EUROPEAN = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_DAYS, _MONTHS = 31, 12


def form_of(entity: str, words: Words) -> Form:
    """Return the comparison form of a record; blanks are left out.

    `entity`: person, company, product, category; anything else is compared by its words. Each
    value is one text or several. Never raises on what a text holds.
    """
    form = _FORMS.get(entity, _other)(words)
    return {field: values for field, values in form.items() if values}


def known_words(entity: str) -> frozenset[str]:
    """Return the words that are read of a record; none where any word is one."""
    return _KNOWN.get(entity, frozenset())


def _texts(words: Words, *names: str) -> list[str]:
    found: list[str] = []
    for name in names:
        value = words.get(name)
        if isinstance(value, str):
            if value.strip():
                found.append(value)
        elif value:
            found += [text for text in value if text and text.strip()]
    return found


def _each(texts: Iterable[str], change: Callable[[str], str]) -> tuple[str, ...]:
    if not texts:
        return ()
    return tuple(dict.fromkeys(changed for text in texts if (changed := change(text))))


def _country(words: Words) -> str:
    found = _texts(words, "address.country", "country")
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


def _shared(words: Words) -> Form:
    """Return what people and companies have in common: where and how to reach them."""
    country = _country(words)
    phones = _each(
        _texts(words, "phone", "mobile", "fax"), lambda text: phone_number(text, country)
    )
    return _address(words) | {
        "phone": tuple(dict.fromkeys(map(phone_tail, phones))),
        "phone_e164": phones,
        "email": _each(_texts(words, "email"), email_address),
        "country": (country,) if country else (),
        "tax_id": _each(_texts(words, "tax_id", "vat"), lambda text: tax_id(text, country)),
        "iban": _each(_texts(words, "iban"), iban_number),
    }


def _address(words: Words) -> Form:
    streets, numbers = [], []
    for place, text in enumerate(_texts(words, "address.street", "street", "address")):
        houses = _texts(words, "address.building_number", "building_number")
        street, house = street_and_number(text, houses[place] if place < len(houses) else "")
        streets.append(street)
        numbers.append(house)
    if not streets:
        numbers = _texts(words, "address.building_number", "building_number")
    return {
        "street": tuple(dict.fromkeys(filter(None, streets))),
        "number": tuple(dict.fromkeys(filter(None, numbers))),
        "street2": _each(_texts(words, "address.street2", "street2"), place_name),
        "postal": _each(
            _texts(words, "address.postal_code", "postal_code", "postcode"), postal_code
        ),
        "city": _each(_texts(words, "address.city", "city"), place_name),
        "region": _each(_texts(words, "address.subdivision", "subdivision", "state"), fold),
    }


def _person(words: Words) -> Form:
    given = _each(_texts(words, "given_name", "first_name"), given_name)
    families = [family_name(text) for text in _texts(words, "family_name", "last_name", "surname")]
    family = tuple(dict.fromkeys(name for name, _ in families if name))
    generations = [generation for _, generation in families]
    if not given and not family:
        for text in _texts(words, "name", "full_name"):
            first, last, generation = split_person(text)
            given += (first,) if first else ()
            family += (last,) if last else ()
            generations.append(generation)
    generations += [fold(text) for text in _texts(words, "generation", "suffix")]
    return _shared(words) | {
        "given": given,
        "family": family,
        "middle": _each(_texts(words, "middle_name"), given_name),
        "native": _each(_texts(words, "name", "given_name", "family_name"), native),
        "generation": tuple(dict.fromkeys(filter(None, generations))),
        "birth": _each(_texts(words, "birth_date", "date_of_birth", "dob"), birth_date),
        "national_id": _each(_texts(words, "national_id"), compact),
        "gender": _each(_texts(words, "gender", "sex"), lambda text: fold(text)[:1]),
    }


def _company(words: Words) -> Form:
    names = _texts(words, "name", "legal_name")
    split = [split_legal_form(fold(text)) for text in names]
    sites = [*_texts(words, "email"), *_texts(words, "web", "website", "url")]
    return _shared(words) | {
        "name": tuple(dict.fromkeys(" ".join(kept) for kept, _ in split if any(kept))),
        "native": _each(names, native),
        "legal_form": tuple(
            dict.fromkeys(family for _, family in split if family not in ("", "word"))
        ),
        "domain": _each(sites, company_domain),
        "industry": _each(_texts(words, "industry"), fold),
        "registry": _each(_texts(words, "registry", "gln", "duns", "lei"), compact),
        "registered": _each(_texts(words, "registered"), compact),
    }


def _product(words: Words) -> Form:
    titles = _texts(words, "name", "title")
    said = [*titles, *_texts(words, "description")]
    brands = _each(_texts(words, "brand", "manufacturer"), fold)
    makers = _each(_texts(words, "mpn", "model", "model_number", "modelno"), maker_number)
    tokens = tuple(dict.fromkeys(word for text in titles for word in title_words(text)))
    models = tuple(word for word in tokens if is_model_number(word))
    return {
        "title": (" ".join(tokens),) if tokens else (),
        "text": (" ".join(dict.fromkeys(w for text in said for w in title_words(text))),),
        "models": tuple(dict.fromkeys(makers + models)),
        "variant": variants(tokens) if tokens else (),
        "condition": (condition(tokens),) if tokens else (),
        "generation": (" ".join(generations(tokens)),),
        "mpn": makers,
        "gtin": _each(_texts(words, "gtin", "gtins", "ean", "upc"), gtin14),
        "sku": _each(_texts(words, "sku"), maker_number),
        "item": _each(_texts(words, "item_number"), compact),
        "brand": brands,
        "amounts": tuple(
            dict.fromkeys(
                a for text in titles + _texts(words, "size", "pack_size") for a in amounts(text)
            )
        ),
        "price": _each(_texts(words, "price"), price),
        "colours": tuple(
            dict.fromkeys(
                c for text in [*titles, *_texts(words, "colour", "color")] for c in colours(text)
            )
        ),
        "category": _each(_texts(words, "category"), fold),
    }


def _category(words: Words) -> Form:
    return {"code": _each(_texts(words, "code"), compact)}


_IDENTITY_WORDS = frozenset({"id", "source"})


def _other(words: Words) -> Form:
    title = _texts(words, "name", "title")
    form: Form = {"title": _each(title, lambda text: " ".join(title_words(text)))}
    for name in sorted(set(words) - {"name", "title"} - _IDENTITY_WORDS):
        form[name] = _each(_texts(words, name), fold)
    return form


_FORMS: dict[str, Callable[[Words], Form]] = {
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
