"""Telephone numbers (E.164), e-mail and web addresses."""

import re
from functools import lru_cache

import phonenumbers

from ground.standards.errors import NotStandard

_EMAIL = re.compile(
    r"[^\s@,;<>\"()\[\]\\]{1,64}@((?:[^\s@.,;<>\"()\[\]\\/]{1,63}\.)+[^\W\d_]{2,63})"
)
_WEB = re.compile(
    r"(?:(https?)://)?((?:[^\s/?#@:.]{1,63}\.)+[^\W_]{2,63})(:\d{1,5})?([/?#]\S*)?",
    re.IGNORECASE,
)
_EXTENSION_LENGTH = 11


@lru_cache(maxsize=65_536)
def phone(text: str, country: str | None) -> str:
    """Return E.164, with `;ext=` for an extension; `country` reads national numbers."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise NotStandard(_phone_advice(text, country)) from error
    if not phonenumbers.is_possible_number(number):
        raise NotStandard(_phone_advice(text, country))
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.extension:
        return f"{written};ext={number.extension[:_EXTENSION_LENGTH]}"
    return written


def _phone_advice(text: str, country: str | None) -> str:
    if country is None and not text.lstrip().startswith("+"):
        return "Write the number with its country code, for example +34 915 550 100."
    return "This is not a telephone number; write it like +34 915 550 100."


def email(text: str) -> str:
    """Return the address with its domain in lower case; the part before @ belongs to its owner."""
    match = _EMAIL.fullmatch(text)
    if match is None:
        raise NotStandard("Write an e-mail address like name@example.com.")
    domain = match.group(1)
    return text[: -len(domain)] + domain.lower()


def web(text: str) -> str:
    """Return an http or https address; `https://` is put before a bare host."""
    match = _WEB.fullmatch(text)
    if match is None:
        raise NotStandard("Write a web address like https://example.com.")
    scheme, host, port, rest = match.groups()
    return f"{(scheme or 'https').lower()}://{host.lower()}{port or ''}{rest or ''}"
