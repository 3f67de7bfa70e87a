"""Made-up values that a JSON Schema allows: Hypothesis strategies by type, format and limits.

Hypothesis shrinks towards the first alternative, so the plain values stand first and the awkward
ones (as long as may be, accents in two signs, spaces at the ends) after them.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from mappings.shapes import Shape
from mappings.view import Json

Samples = st.SearchStrategy[Json]

# Few letters, but the awkward ones: spaces, accents in one sign or two, capitals of another length.
LETTERS: Final = " aAbñN\u0303éßİΐ0"
AWKWARD: Final = ("ΐ", "ß", "İ", "n\u0303", "ñ", "é", " a", "a ", "a  b")
LONGEST: Final = 400
MOST_ITEMS: Final = 3
DEEPEST: Final = 4
INTEGERS: Final = (-1000, 1000)
DATES: Final = st.dates(min_value=date(1000, 1, 1))
ZONES: Final = st.sampled_from([UTC, timezone(timedelta(hours=2))])
# No year 1 or 9999, for which other zones have another year that does not exist.
MOMENTS: Final = st.datetimes(datetime(1000, 1, 2), datetime(9998, 12, 30), timezones=ZONES)  # noqa: DTZ001 zones are drawn
DECIMALS: Final = st.decimals(-(10**6), 10**6, places=3)
BY_FORMAT: Final[dict[str, Samples]] = {
    "date": DATES.map(date.isoformat),
    "date-time": MOMENTS.map(datetime.isoformat),
    "email": st.sampled_from(["a@b.es", "A.b@c.example"]),
    "uri": st.sampled_from(["https://a.example", "https://a.example/b?c=d"]),
    "uuid": st.uuids().map(str),
}


def plain(number: Decimal) -> str:
    """Spell a number without zeros at the end, so that equal numbers are equal text."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def by_schema(shape: Shape, depth: int = 0) -> Samples:
    """Make values that a place's schema allows; null is left to the caller."""
    listed = shape.items is not None  # its codes are those of its elements
    if (codes := sorted(shape.codes, key=str)) and not listed:
        return st.sampled_from(codes)
    kinds = sorted(shape.types) or ["array" if listed else "string"]
    made = st.one_of([_by_type(kind, shape, depth) for kind in kinds])
    return made.filter(lambda value: shape.misfit(value) is None)


def _by_type(kind: str, shape: Shape, depth: int) -> Samples:  # noqa: PLR0911 one arm per type
    match kind:
        case "boolean":
            return st.booleans()
        case "integer":
            low, high = _range(shape)
            return st.integers(low, high)
        case "number":
            low, high = _range(shape)
            return st.decimals(low, high, places=2)
        case "object":
            return _objects(shape, depth)
        case "array":
            inner = shape.items if depth < DEEPEST else None
            if inner is None:
                return st.just([])
            return st.lists(by_schema(inner, depth + 1), max_size=MOST_ITEMS, unique_by=repr)
        case _:
            return texts(shape)


def _objects(shape: Shape, depth: int) -> Samples:
    if depth >= DEEPEST:
        return st.just({})
    inner = {name: by_schema(one, depth + 1) for name, one in shape.properties.items()}
    must = {name: one for name, one in inner.items() if name in shape.required}
    may = {name: one for name, one in inner.items() if name not in must}
    return st.fixed_dictionaries(must, optional=may)


def _range(shape: Shape) -> tuple[int, int]:
    low, high = shape.limit("minimum"), shape.limit("maximum")
    low = (INTEGERS[0] if high is None else min(INTEGERS[0], high)) if low is None else low
    high = INTEGERS[1] if high is None else high
    return low, max(low, high)  # what no number can be is left out by who asks


def texts(shape: Shape) -> Samples:
    """Make texts by format, pattern or length; sometimes as long as may be."""
    schema = shape.schema
    if schema.get("format") in BY_FORMAT:
        return BY_FORMAT[schema["format"]]
    if (pattern := schema.get("pattern")) is not None and _compiles(pattern):
        return st.from_regex(pattern, fullmatch=True)
    least, most = shape.limit("minLength") or 0, shape.limit("maxLength")
    short = st.text(LETTERS, min_size=max(least, 1), max_size=max(least, min(most or 6, 6)))
    some = [word for word in AWKWARD if least <= len(word) <= (most or LONGEST)]
    longest = "a" * min(most or LONGEST, LONGEST)
    return short | st.sampled_from([*some, longest])


def _compiles(pattern: str) -> bool:
    """Whether Python reads a pattern that was written for JavaScript; most it does."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
