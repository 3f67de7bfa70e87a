"""What a request must look like before its body is read, and how each ending is answered."""

import re
from collections.abc import Mapping
from enum import StrEnum

from hub.events.model import Acceptance

__all__ = ["RETRY_AFTER", "STATUS", "Refusal", "connection_of", "refuse_by_headers"]

_PATH = re.compile(r"/hub/webhooks/([a-z0-9][a-z0-9_-]{0,39})")
_MEDIA_TYPE = re.compile(r"application/(?:[a-z0-9.-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


class Refusal(StrEnum):
    """Why a notice was not taken."""

    METHOD = "only POST is understood here"
    LENGTH = "the length is not a number"
    TOO_LARGE = "the notice is too large"
    TOO_SLOW = "the notice took too long to come"
    ENCODED = "the notice must not be compressed"
    NOT_JSON = "the notice must be application/json in UTF-8"
    UNSIGNED = "the signature is missing or wrong"
    MALFORMED = "the notice is not strict JSON"
    NOT_A_NOTICE = "the document is not a notice of this system"
    CONTRADICTED = "another notice came under this id"
    BUSY = "too much at once, try again soon"
    TOO_MANY = "too many notices of this system wait already, try again later"


STATUS: Mapping[Refusal | Acceptance, int] = {
    Refusal.METHOD: 405,
    Refusal.LENGTH: 400,
    Refusal.TOO_LARGE: 413,
    Refusal.TOO_SLOW: 408,
    Refusal.ENCODED: 415,
    Refusal.NOT_JSON: 415,
    Refusal.UNSIGNED: 401,
    Refusal.MALFORMED: 400,
    Refusal.NOT_A_NOTICE: 400,
    Refusal.CONTRADICTED: 409,
    Refusal.BUSY: 503,
    Refusal.TOO_MANY: 429,
    Acceptance.NEW: 202,
    Acceptance.REPEATED: 200,
    Acceptance.CONTRADICTED: 409,
}

RETRY_AFTER: Mapping[Refusal, int] = {Refusal.BUSY: 1, Refusal.TOO_MANY: 5}
"""Seconds after which a sender may try again."""


def connection_of(path: str) -> str:
    """Return the connection id in the path; empty text if none could be meant."""
    match = _PATH.fullmatch(path)
    return match[1] if match else ""


def refuse_by_headers(method: str, headers: Mapping[str, str], max_body: int) -> Refusal | None:
    """Return why the body need not be read at all. Header names are lower-case."""
    if method != "POST":
        return Refusal.METHOD
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        return Refusal.LENGTH
    if len(length) > len(str(max_body)) or int(length) > max_body:
        return Refusal.TOO_LARGE
    if headers.get("content-encoding", "identity").lower() != "identity":
        return Refusal.ENCODED
    return None if _is_json(headers.get("content-type", "")) else Refusal.NOT_JSON


def _is_json(content_type: str) -> bool:
    charset = _CHARSET.search(content_type)
    return _MEDIA_TYPE.fullmatch(content_type) is not None and (
        charset is None or charset[1].lower() in {"utf-8", "utf8"}
    )
