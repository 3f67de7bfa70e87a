"""Folding: ASCII letters and digits in lower case, whatever the script was."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_TOKEN = re.compile(r"[a-z0-9]+")
_JOINED = re.compile(r"(?<=\w)['`](?=\w)")  # o'brien, l'oreal: one word
_LATIN_LIMIT = 0x250


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return the words of a text in ASCII, lower case, single spaces between them."""
    if text.isascii():
        if text.isalnum():
            return text.lower()
        plain = text
    else:
        plain = anyascii(unicodedata.normalize("NFKC", text))
    plain = plain.lower()
    if "&" in plain:
        plain = plain.replace("&", " and ")
    if "'" in plain or "`" in plain:
        plain = _JOINED.sub("", plain)
    return " ".join(_TOKEN.findall(plain))


def native(text: str) -> str:
    """Return the text in its own script, case folded; empty if that script is Latin."""
    if text.isascii() or ord(max(text)) < _LATIN_LIMIT:
        return ""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def compact(text: str) -> str:
    """Return letters and digits only, ASCII, upper case: identifiers and codes."""
    return fold(text).replace(" ", "").upper()
