"""The words of field names, and what they mean in business systems: the same idea, one word."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from mappings.view import Json

# What a field may be called -> the word used here for it; spaces part the words of a name.
_MEANINGS: Final = {
    "name": "name|names|title|label|display name|full name|name 1|bezeichnung|nombre|nom"
    "|description|наименование",
    "legal name": "legal name|registered name|firma|razon social|наименование полное",
    "given name": "given name|given|first name|forename|vorname|имя",
    "family name": "family name|family|last name|surname|nachname|apellidos|фамилия",
    "number": "number|no|nr|num|code|ref|reference|nummer|код",
    "kind": "kind|type|category|scheme|is company|is organisation|is organization|art",
    "phone": "phone|telephone|tel|fon|telefon|phone number|telephone number|phone no|teléfono"
    "|номер телефона|телефон",
    "mobile": "mobile|cell|cellphone|cell phone|handy|mobile phone|mobile no|mobile number",
    "email": "email|mail|e mail|email id|email address|mail address|e mail address|correo"
    "|адрес эп|адрес электронной почты",
    "web": "web|website|web site|url|homepage|home page|web address|internet",
    "fax": "fax|telefax|fax number|fax no",
    "postal code": "postal code|postal|zip|zip code|post code|postcode|plz|postcodes|индекс",
    "city": "city|town|ort|locality|city name|ciudad|ville|город",
    "street": "street|address|addresses|adressen|line 1|address line|address line 1|address 1"
    "|street address|street name|street 1|strasse|straße|calle|улица",
    "second street": "street 2|line 2|address line 2|address 2|second street|second line",
    "subdivision": "subdivision|state|region|province|county|bundesland|state code|регион",
    "country": "country|land|nation|country code|country id|pays|país|страна",
    "tax id": "vat|tax id|vat id|vat number|tax number|vat no|tax no|ust id nr|ustid|nif|cif"
    "|tax registration number|vat registration number|vat registration no|tin|tva",
    "tax ids": "tax ids|tax|taxes",
    "inn": "inn|инн",
    "kpp": "kpp|кпп",
    "currency": "currency|currency code|currency iso code|iso currency|waers|währung|валюта",
    "language": "language|lang|locale|language code|sprache|idioma|язык",
    "lifecycle": "lifecycle|lifecycle stage|lifecyclestage|stage|status",
    "owner": "owner|assignee|salesperson|responsible|account manager|sales rep",
    "segment": "segment|group|segmentation",
    "industry": "industry|branch|sector|branche",
    "time zone": "time zone|timezone|tz",
    "notes": "notes|note|remarks|comment|comments|memo|комментарий",
    "payment terms": "payment terms|payment term|terms of payment|zahlungsbedingungen",
    "payment method": "payment method|payment mode",
    "price list": "price list|pricelist|price book|price level",
    "credit limit": "credit limit|creditlimit|kreditlimit",
    "unit": "uom|unit|unit of measure|base unit",
    "sku": "sku|item code|product code|article|article number|item number|артикул",
    "contact points": "contact points|contact information|communications|контактная информация",
    "billing": "billing|bill to|invoice|invoicing",
    "shipping": "shipping|ship to|delivery",
    "organisation": "organisation|organization|company|business|firm|partnership|corporation",
    "person": "person|individual|private|consumer",
}
_LONGEST: Final = 3
# Words that name the record itself or say nothing; kept where nothing else is left.
_NOISE: Final = frozenset(
    {
        *("id", "c", "x", "to", "the", "of", "value", "default", "results"),
        *("property", "properties", "custom", "fields", "customer", "customers", "account"),
        *("partner", "client", "business", "bp", "organization", "organisation", "company"),
        "counterparty",
    }
)


def _spelled() -> dict[tuple[str, ...], str]:
    return {
        tuple(name.split()): meaning
        for meaning, names in _MEANINGS.items()
        for name in names.split("|")
    }


_SPELLED: Final = _spelled()


@lru_cache(maxsize=20_000)
def words_of(path: str) -> tuple[str, ...]:
    """Return the words of a path in small letters: `PostalCode2` -> postal code 2."""
    return tuple("".join(_parted(path)).casefold().split())


def _parted(path: str) -> Iterator[str]:
    """Yield the signs of a name, with a space where a word ends."""
    for before, sign, after in zip(f" {path}", path, f"{path[1:]} ", strict=False):
        begins = sign.isupper() and (before.islower() or (before.isupper() and after.islower()))
        if begins or sign.isdigit() != before.isdigit():
            yield " "
        yield sign if sign.isalnum() else " "


@lru_cache(maxsize=20_000)
def meanings_of(path: str) -> tuple[str, ...]:
    """Return the ideas a path names, as few as they can be; what is not known stays as it is."""
    words = words_of(path)
    found: list[str] = []
    at = 0
    while at < len(words):
        for many in range(min(_LONGEST, len(words) - at), 0, -1):
            meaning = _SPELLED.get(words[at : at + many])
            if meaning is not None and not (many == 1 and words[at] in _NOISE):
                break
        else:
            many, meaning = 1, words[at]
        found.append(meaning)
        at += many
    told = [each for each in found if each not in _NOISE]
    return tuple(told or [each for each in found if each != "id"] or found)


def meaning_of_code(code: Json) -> str:
    """Return what a code stands for: `Company` -> organisation."""
    words = words_of(str(code))
    return _SPELLED.get(words, " ".join(words))


def names_a_link(path: str) -> bool:
    """Say whether a name is that of another record's id: `ownerId`, `payment_term_id`."""
    words = words_of(path)
    return len(words) > 1 and words[-1] in {"id", "key"} and words[-2:] not in _SPELLED
