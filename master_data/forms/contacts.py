"""Telephones, e-mail addresses and web sites in the form that is compared."""

import re
from functools import lru_cache

import phonenumbers

_NOT_DIGIT = re.compile(r"\D+")
_EXTENSION = re.compile(r"(?i)\s*(?:ext|extension|x|durchwahl|dw|#)\.?\s*\d{1,6}\s*$")
_INTERNATIONAL = re.compile(r"\+[\d .\-/]+")
_CODES = frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
_PLAIN = {"1": (10, 10), "34": (9, 9), "33": (9, 9), "48": (9, 9), "351": (9, 9), "45": (8, 8)}
"""Calling code -> length of its national numbers, where the bare number says all."""
_SHORTEST = 7
FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com yahoo.com live.com icloud.com aol.com gmx.de"
    " gmx.net web.de t-online.de wp.pl o2.pl onet.pl orange.fr free.fr laposte.net libero.it"
    " mail.ru yandex.ru bk.ru qq.com 163.com 126.com protonmail.com proton.me mail.com msn.com"
    " yahoo.co.uk yahoo.fr yahoo.de hotmail.co.uk hotmail.fr btinternet.com comcast.net me.com"
    " verizon.net att.net example.com example.org example.net".split()
)


def phone_number(text: str, country: str = "") -> str:
    """Return E.164 (`+4989123456`) where the country is known, else the digits without zeros.

    `country`: ISO 3166 alpha-2 hint. Too short to tell anybody apart is empty.
    """
    bare = text if text.removeprefix("+").isdigit() else _EXTENSION.sub("", text)
    return _plain(bare) or _from_library(bare, country)


def _plain(text: str) -> str:
    """Read what needs no library: `+` and a number of a country without trunk digits."""
    if not text.startswith("+") or "(" in text:
        return ""
    digits = text[1:]
    if not (digits.isascii() and digits.isdigit()):
        digits = _NOT_DIGIT.sub("", text)
    code = digits[:1] if digits[:1] == "1" else digits[:2] if digits[:2] in _PLAIN else digits[:3]
    shape = _PLAIN.get(code)
    national = digits[len(code) :]
    if (
        shape is None
        or len(national) != shape[0]
        or national[:1] in "01"
        or not text[1:2].isdigit()
    ):
        return ""
    return "+" + digits if _INTERNATIONAL.fullmatch(text) else ""


@lru_cache(maxsize=8192)
def _from_library(text: str, country: str) -> str:
    digits = _NOT_DIGIT.sub("", text)
    if len(digits) < _SHORTEST:
        return ""
    if text.lstrip().startswith("00"):
        text = "+" + digits[2:]
    if not country and not text.lstrip().startswith("+"):
        return digits.lstrip("0")
    try:
        parsed = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return digits.lstrip("0")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def phone_tail(number: str) -> str:
    """Return the last nine digits: they agree with and without calling code and trunk zero."""
    return number.lstrip("+")[-9:]


def email_address(text: str) -> str:
    """Return the mailbox: lower case, without display name and tag; Gmail without dots."""
    address = text.strip().lower()
    if address.endswith(">") and "<" in address:
        address = address[address.rindex("<") + 1 : -1].strip()
    address = address.removeprefix("mailto:")
    user, at, domain = address.rpartition("@")
    if not at or not user or "." not in domain:
        return ""
    user = user.partition("+")[0] or user
    if domain in ("gmail.com", "googlemail.com"):
        user, domain = user.replace(".", ""), "gmail.com"
    return f"{user}@{domain}"


def company_domain(text: str) -> str:
    """Return the domain of a mailbox or web site; empty if anybody can have one there."""
    host = text.strip().lower().rpartition("@")[2]
    host = host.partition("://")[2] or host
    host = host.partition("/")[0].partition(":")[0].removeprefix("www.")
    return "" if host in FREE_MAIL or "." not in host else host
