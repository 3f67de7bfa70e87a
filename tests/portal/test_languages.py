"""Every text of the portal is translated, and only what a page says is translated."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import portal
from portal.i18n import LANGUAGES, Catalogues, language, pick_language

FOLDER = Path(portal.__file__).parent
KEYWORDS = {
    "msg": None,
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "Column": (2,),
    "Filter": (2,),
    "NavEntry": (1,),
    "Toast": (1,),
}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


@pytest.fixture(scope="module")
def texts():
    """The portal's own texts; the shared pages of records are not translated yet."""
    options = {"**/templates/**.html": {"silent": "false", "trim_blocks": "true"}}
    found = extract_from_dir(FOLDER, METHODS, options, KEYWORDS)
    return {message for name, _, message, _, _ in found if message and "record" not in name}


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_every_text_is_translated(code, texts):
    with (FOLDER / "locale" / code / "LC_MESSAGES/portal.po").open("rb") as source:
        catalogue = read_po(source, locale=code)
    translated = {message.id for message in catalogue if message.id and message.string}
    assert texts - translated == set()
    assert [message.id for message in catalogue if list(message.check())] == []


def test_a_missing_text_stays_english():
    catalogues = Catalogues()
    mark = language.set("ru")
    assert catalogues.gettext("Home") == "Home"
    catalogues.add(FOLDER / "locale")
    assert catalogues.gettext("Home") == "Главная"
    assert catalogues.gettext("Never translated") == "Never translated"
    assert catalogues.ngettext("%(num)s row", "%(num)s rows", 2) == "%(num)s rows"
    language.reset(mark)


@pytest.mark.parametrize(
    ("chosen", "accepted", "code"),
    [
        ("ro", "es", "ro"),
        ("tlh", "es", "es"),
        ("", "fr-FR, ru;q=0.5, es;q=0.9", "es"),
        ("", "de, *;q=0.1", "en"),
        ("", "es;q=x, id", "id"),
        ("", "", "en"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_best_accepted(chosen, accepted, code):
    assert pick_language(chosen, accepted) == code
