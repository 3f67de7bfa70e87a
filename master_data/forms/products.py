"""Products: the words of a title, model numbers, sizes and counts with their units."""

import re
from collections.abc import Iterable
from functools import lru_cache

from master_data.forms.text import fold

_JOINED = re.compile(r"(?<=[a-z0-9])[-./](?=[a-z0-9])")
_DECIMAL = re.compile(r"(?<=\d)[.,](?=\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_PATTER = re.compile(
    r"(?<!\w)(?:brand[ -]new|new|boxed|sealed|official|genuine|free (?:shipping|delivery)|in stock)"
    r"(?!\w)"
)
_PLUS = re.compile(r"(?<=\w)\+")
_AMOUNT = re.compile(
    r"(?<![\w.])(?<![a-z]-)(\d+(?:\.\d+)?)\s*-?\s*"
    r"(milliliters?|millilitres?|liters?|litres?|ml|cl|l|kilograms?|kg|grams?|gr?|mg|pounds?|lbs?|"
    r"fl\.? ?oz|ounces?|oz|inch(?:es)?|in|\"|''|feet|foot|ft|cm|mm|meters?|metres?|m|"
    r"gigabytes?|gb|terabytes?|tb|megabytes?|mb|megapixels?|mp|watts?|w|volts?|v|"
    r"packs?|pk|count|ct|pcs?|pieces?|users?|licen[cs]es?|port|disc|sheets?|tabs?|capsules?)(?![a-z0-9])"
)
_PACK = re.compile(
    r"(?<![\w.])(?:pack|set|box|case|lot) of (\d+)(?!\w|\s*(?:ml|cl|l|k?g|oz)\b)"
    r"|(?<![\w.])(\d+)\s?(?:x\s(?=\d)|/\s?(?:pack|pk|box)(?!\w))"
)
_YEAR = re.compile(r"(?<![\w.])((?:19|20)\d\d)(?![\w.])")
_SIZE = re.compile(
    r"(?<!\w)size:? ?(\d+(?:\.5)?|[smlx]{1,3}|\d*xl)(?!\w)|(?<![\w.])(\d\d ?x ?\d\d)(?!\w)"
)
_UNITS: dict[str, tuple[str, float]] = {}
for _names, _kind, _factor in (
    ("ml milliliter milliliters millilitre millilitres", "ml", 1), ("cl", "ml", 10),
    ("l liter liters litre litres", "ml", 1000), ("mg", "g", 0.001), ("g gr gram grams", "g", 1),
    ("kg kilogram kilograms", "g", 1000), ("lb lbs pound pounds", "g", 453.6),
    ("oz ounce ounces", "oz", 1), ("floz", "oz", 1), ("inch inches in \" ''", "inch", 1),
    ("ft feet foot", "inch", 12), ("cm", "mm", 10), ("mm", "mm", 1),
    ("m meter meters metre metres", "mm", 1000), ("mb megabyte megabytes", "gb", 0.001),
    ("gb gigabyte gigabytes", "gb", 1), ("tb terabyte terabytes", "gb", 1000),
    ("mp megapixel megapixels", "mp", 1), ("w watt watts", "w", 1), ("v volt volts", "v", 1),
    ("pack packs pk count ct pc pcs piece pieces", "count", 1),
    ("user users licence licences license licenses", "users", 1),
    ("port", "port", 1), ("disc", "disc", 1),
    ("sheet sheets", "sheet", 1), ("tab tabs capsule capsules", "dose", 1),
):  # fmt: skip
    for _name in _names.split():
        _UNITS[_name] = (_kind, float(_factor))
_SHORTEST_MODEL = 4
_SHORTEST_NUMBER = 5


@lru_cache(maxsize=8192)
def title_words(text: str) -> tuple[str, ...]:
    """Return the words of a title; what hyphens, dots and slashes join stays one word.

    Amounts are written in one way (`0.5 l` is `500ml`), what shops say of every thing is left out.
    """
    plain = _AMOUNT.sub(_one_spelling, _decimals(_folded_keeping_signs(text)))
    plain = _JOINED.sub("", _PLUS.sub(" plus", _PATTER.sub(" ", plain)))
    return tuple(fold(plain).split())


def _one_spelling(found: re.Match[str]) -> str:
    kind, _, number = _amount(*found.groups()).partition("=")
    return f" {number}{kind} "


def _decimals(text: str) -> str:
    """Return numbers with a decimal point: 0,5 is 0.5 and 1,000 is 1000."""
    return _COMMA.sub(".", _THOUSANDS.sub("", text))


def _folded_keeping_signs(text: str) -> str:
    return text.lower() if text.isascii() else " ".join(fold(w) or w for w in text.split())


@lru_cache(maxsize=8192)
def amounts(text: str) -> tuple[str, ...]:
    """Return sizes and counts as `kind=number`, in base units: `500 ml` and `0.5 l` are one."""
    plain = _decimals(text.lower())
    found = {_amount(number, unit) for number, unit in _AMOUNT.findall(plain)}
    found |= {f"count={one or two}" for one, two in _PACK.findall(plain)}
    found |= {f"year={year}" for year in _YEAR.findall(plain)}
    found |= {f"size={one or two}" for one, two in _SIZE.findall(plain)}
    return tuple(sorted(found))


def _amount(number: str, unit: str) -> str:
    kind, factor = _UNITS[unit.replace(" ", "").replace(".", "")]
    return f"{kind}={float(number) * factor:.6g}"


def is_model_number(word: str) -> bool:
    """Say whether a word looks like a maker's number: letters and digits, or many digits."""
    digits = sum(sign.isdigit() for sign in word)
    if digits == len(word):
        return digits >= _SHORTEST_NUMBER
    return digits > 0 and len(word) >= _SHORTEST_MODEL and not _MEASURE.fullmatch(word)


def colours(text: str) -> tuple[str, ...]:
    """Return the colours that a title names."""
    return tuple(sorted(_COLOURS.intersection(title_words(text))))


def variants(words: Iterable[str]) -> tuple[str, ...]:
    """Return which one of a line a title means: Pro, Max, Mini."""
    found = {word for word in words if word in _VARIANTS}
    if any(_MORE_INK.fullmatch(word) for word in words):
        found.add("xl")
    return tuple(sorted(found)) or ("plain",)


def bundle(words: Iterable[str]) -> tuple[str, ...]:
    """Return whether a title means a thing with others beside it; empty if it is alone."""
    return () if _BUNDLED.isdisjoint(words) else ("bundle",)


def condition(words: Iterable[str]) -> str:
    """Say whether a thing was used before."""
    return "new" if _USED.isdisjoint(words) else "used"


def generations(words: Iterable[str]) -> tuple[str, ...]:
    """Return the short numbers of a title that are no amounts: the 12 of iPhone 12, S24, 501."""
    return tuple(
        word
        for word in words
        if len(word) <= _LONGEST_GENERATION
        and any(sign.isdigit() for sign in word)
        and not _MEASURE.fullmatch(word)
    )


_LONGEST_GENERATION = 3
_USED = frozenset("used refurbished renewed reconditioned preowned".split())
_MORE_INK = re.compile(r"[a-z]{0,4}\d+xxl|[a-z]{0,4}\d+xl|xl")
_BUNDLED = frozenset("kit bundle combo".split())
_VARIANTS = frozenset("pro max plus mini ultra lite fe".split())
_COLOURS = frozenset(
    "black white silver gray blue red pink green yellow orange purple brown gold bronze beige"
    " cyan magenta tricolor teal navy violet turquoise champagne titanium graphite"
    " charcoal burgundy ivory".split()
)
_MEASURE = re.compile(
    r"\d+(?:gb|tb|mb|mp|mm|cm|ml|kg|hz|mhz|ghz|rpm|in|inch|ft|w|v|g|x|p|k|oz|lb|pk|ct|dpi|bit|th|st|nd|rd"
    r"|count|users|port|disc|sheet|dose)"
    r"|\d+x\d+|\d{1,2}x|x\d{1,2}|(?:19|20)\d\d"
)


@lru_cache(maxsize=8192)
def maker_number(text: str) -> str:
    """Return a maker's part number as letters and digits only, lower case."""
    return fold(text).replace(" ", "")


def price(text: str) -> str:
    """Return an amount of money as plain digits with a point; empty if there is none."""
    found = re.search(r"\d[\d.,]*", text)
    if not found:
        return ""
    digits = found.group().rstrip(".,")
    head, separator, tail = digits.rpartition("," if digits.rfind(",") > digits.rfind(".") else ".")
    if separator and len(tail) != 3:  # noqa: PLR2004  three digits are thousands
        digits = re.sub(r"[.,]", "", head) + "." + tail
    else:
        digits = re.sub(r"[.,]", "", digits)
    return digits if float(digits) > 0 else ""
