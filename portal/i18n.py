"""Languages: one catalogue per language, made of every module's, and the language of this request.

Message ids are the English texts. Catalogues are read from .po files when first needed.
"""

import io
from collections.abc import Mapping
from contextvars import ContextVar
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from types import MappingProxyType

from babel.messages import mofile, pofile

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "en": "English",
        "es": "Español",
        "ru": "Русский",
        "id": "Indonesia",
        "ro": "Română",
    }
)
"""Language codes and their own names, in the order of the menu."""

language: ContextVar[str] = ContextVar("language", default="en")
"""The language of the request being answered."""


def msg(text: str) -> str:
    """Mark an English text that a page will translate, so that pybabel finds it."""
    return text


class Catalogues:
    """The texts of all modules in all languages; a missing text stays English."""

    def __init__(self) -> None:
        self._folders: list[Path] = []
        self._loaded: dict[str, NullTranslations] = {}

    def add(self, folder: Path) -> None:
        """Take `<folder>/<language>/LC_MESSAGES/*.po` in; earlier folders win."""
        self._folders.append(folder)
        self._loaded.clear()

    def gettext(self, message: str) -> str:
        """Return the message in the language of this request."""
        return self._of(language.get()).gettext(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Return the right plural of the message in the language of this request."""
        return self._of(language.get()).ngettext(one, many, number)

    def _of(self, code: str) -> NullTranslations:
        found = self._loaded.get(code)
        if found is None:
            found = self._loaded[code] = self._load(code)
        return found

    def _load(self, code: str) -> NullTranslations:
        chain = NullTranslations()
        for folder in reversed(self._folders):
            for path in sorted((folder / code / "LC_MESSAGES").glob("*.po")):
                catalogue = _read(path, code)
                catalogue.add_fallback(chain)
                chain = catalogue
        return chain


def _read(path: Path, code: str) -> NullTranslations:
    compiled = io.BytesIO()
    with path.open("rb") as source:
        mofile.write_mo(compiled, pofile.read_po(source, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


def pick_language(chosen: str, accepted: str) -> str:
    """Return the chosen language if we speak it, else the best of an Accept-Language header."""
    if chosen in LANGUAGES:
        return chosen
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(accepted[:200].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        code = tag.strip().split("-")[0].lower()
        if code in LANGUAGES:
            wishes.append((-_weight(weight), position, code))
    return min(wishes)[2] if wishes else "en"


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
