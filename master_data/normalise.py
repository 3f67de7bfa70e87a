"""Comparison forms: what two spellings of one thing have in common. Never shown as a value."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"\w+")
_LATIN = """
    ab ag anonima ao aps as bv co company corp corporation cv dd doo eireli gmbh inc
    ip kft kg kk lda limited llc llp lp ltd ltda nv oao ooo oy pao pjsc plc pt pte
    pty sa sac sae sapi sarl sas scs sl slu sociedad spa spzoo srl sro tbk ua ud zao
"""
_CYRILLIC = "ооо оао зао пао ао ип"  # noqa: RUF001 - Cyrillic is meant
LEGAL_FORMS = frozenset(f"{_LATIN} {_CYRILLIC}".split())


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower-case, without accents and punctuation, single spaces."""
    if text.isascii():
        return " ".join(_WORD.findall(text.lower()))
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", letters).split())


@lru_cache(maxsize=8192)
def fold_name(text: str) -> str:
    """Fold a name without its legal form: `S.A. Ibarra, S.L.` and `Ibarra SL` are `ibarra`."""
    letters = re.sub(r"\b(\w) (?=\w\b)", r"\1", fold(text)).replace("sp zoo", "spzoo")
    words = [word for word in letters.split() if word not in LEGAL_FORMS]
    return " ".join(words) or fold(text)


def compact(text: str) -> str:
    """Keep letters and digits, upper-case: tax ids, codes, postal codes."""
    return "".join(c for c in text.upper() if c.isalnum())
