"""How much two fields look alike: by their names, by their values, by their kinds and formats."""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Final

from mappings.view import Json

# Words that mean the same in the field names of business systems.
SYNONYMS: Final = (
    {"name", "title", "label", "description1"},
    {"phone", "telephone", "tel", "fon"},
    {"mobile", "cell", "cellphone", "handy"},
    {"email", "mail", "emailaddress"},
    {"zip", "postal", "postcode", "plz", "postalcode", "zipcode"},
    {"city", "town", "ort", "locality"},
    {"street", "address", "line1", "addressline1", "strasse"},
    {"subdivision", "state", "region", "province", "county"},
    {"country", "land", "countrycode", "nation"},
    {"vat", "tax", "taxid", "vatid", "vatnumber", "taxnumber"},
    {"sku", "itemcode", "productcode", "article", "articlenumber"},
    {"currency", "currencycode", "waers"},
    {"lang", "language", "locale", "languagecode"},
    {"lifecycle", "status", "state", "stage"},
    {"owner", "assignee", "salesperson", "responsible"},
    {"uom", "unit", "unitofmeasure"},
    {"number", "no", "nr", "code", "customernumber", "accountnumber"},
    {"terms", "paymentterms", "conditions"},
    {"surname", "lastname", "family", "familyname"},
    {"given", "firstname", "forename", "givenname"},
)
_BOUNDARY: Final = re.compile(r"[^0-9A-Za-z\u0080-\uffff]+|(?<=[a-z0-9])(?=[A-Z])")
_MOST_VALUES: Final = 500


@lru_cache(maxsize=20_000)
def words_of(path: str) -> tuple[str, ...]:
    """Return the words of a path in small letters: `BillingPostalCode` -> billing postal code."""
    found = (word.lower() for word in _BOUNDARY.split(path))
    return tuple(word for word in found if word and word not in {"id", "c", "x"})


@lru_cache(maxsize=200_000)
def name_likeness(one: str, other: str) -> float:
    """Return how much two paths are alike by their words, 0 to 1; the last word counts most."""
    mine, theirs = words_of(one), words_of(other)
    if not mine or not theirs:
        return 0.0
    last = _word_likeness(mine[-1], theirs[-1])
    whole = max(
        _word_likeness("".join(mine), "".join(theirs)),
        _word_likeness("".join(mine), theirs[-1]) * 0.95,
        _word_likeness(mine[-1], "".join(theirs)) * 0.95,
    )
    shared = sum(max(_word_likeness(word, each) for each in theirs) for word in mine) / len(mine)
    return max(whole, 0.6 * last + 0.4 * shared)


def _word_likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if any(one in group and other in group for group in SYNONYMS):
        return 0.9
    return difflib.SequenceMatcher(None, one, other).ratio() * 0.8


def value_overlap(mine: Iterable[Json], theirs: Iterable[Json]) -> float:
    """Return the share of the rarer side's values that the other side has too, 0 to 1."""
    one, other = _folded(mine), _folded(theirs)
    if not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))


def _folded(values: Iterable[Json]) -> set[str]:
    told = (each for each in values if isinstance(each, str | int) and not isinstance(each, bool))
    return {" ".join(str(each).casefold().split()) for each in islice(told, _MOST_VALUES)} - {""}
