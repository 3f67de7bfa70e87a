"""Streets and places: words written out, the house number apart."""

import re
from functools import lru_cache

from master_data.forms.text import compact, fold

_WORDS = {
    short: long
    for long, shorts in {
        "street": "st str strt", "road": "rd", "avenue": "ave av aven avda avenida",
        "drive": "dr drv",
        "boulevard": "blvd blv boul bvd bd", "place": "pl plc", "square": "sq", "court": "ct crt",
        "lane": "ln", "highway": "hwy hway", "parkway": "pkwy pky", "terrace": "tce terr ter",
        "crescent": "cres cr crs", "close": "cl", "circuit": "cct", "north": "n no",
        "south": "s so",
        "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se",
        "southwest": "sw", "strasse": "strasze", "platz": "pltz", "calle": "c", "plaza": "plz pza",
        "floor": "fl", "suite": "ste", "apartment": "apt appt", "building": "bldg", "mount": "mt",
        "saint": "snt", "center": "centre ctr cntr", "fort": "ft", "route": "rte rt",
        "ulitsa": "ul",
        "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
        "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
    }.items()
    for short in shorts.split()
}  # fmt: skip
_NUMBER = re.compile(r"\d+[a-z]?")
_ASIDE = re.compile(r"[,(;]| at | between | near | off ")
_GERMAN = re.compile(r"(?<=\w{3})(?:strasse|str)$")
_UNIT = frozenset("suite apartment floor unit flat room level shop door".split())


@lru_cache(maxsize=8192)
def street_and_number(text: str, number: str = "") -> tuple[str, str]:
    """Return (street without number, house number); the number may stand in front or behind."""
    words = _street_words(text)
    house = fold(number).replace(" ", "")
    if not house:
        words, house = _take_number(words)
    return " ".join(words), house


def _street_words(text: str) -> list[str]:
    plain = fold(_ASIDE.split(text.lower(), maxsplit=1)[0] or text)
    words = [_WORDS.get(word, word) for word in plain.split()]
    if "str" in plain:
        words = [_GERMAN.sub("strasse", word) for word in words]
    if len(words) > 1 and words[0] == "street":  # "st james", "st. mary's road"
        words[0] = "saint"
    for place, word in enumerate(words):
        if place > 1 and word in _UNIT:
            return words[:place]
    return words


def _take_number(words: list[str]) -> tuple[list[str], str]:
    for place in (0, len(words) - 1):
        if len(words) > 1 and _NUMBER.fullmatch(words[place]):
            rest = words[:place] + words[place + 1 :]
            return rest, words[place]
    for place, word in enumerate(words):
        if place and words[2:] and _NUMBER.fullmatch(word):
            return words[:place], word
    return words, ""


@lru_cache(maxsize=8192)
def place_name(text: str) -> str:
    """Return a town folded, abbreviations written out."""
    words = [_WORDS.get(word, word) if len(word) > 1 else word for word in fold(text).split()]
    if len(words) > 1 and words[0] == "street":
        words[0] = "saint"
    return " ".join(words)


@lru_cache(maxsize=8192)
def postal_code(text: str) -> str:
    """Return a postal code without spaces; an American one without its last four digits."""
    code = compact(text)
    if code.isdigit() and len(code) == 9:  # noqa: PLR2004  ZIP+4
        return code[:5]
    return code
