"""Signatures of Standard Webhooks 1.0.0: `v1,` and HMAC-SHA256 over id, time and body."""

import base64
import binascii
import hashlib
import hmac
import random
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

_PREFIX = "whsec_"
_KEY_BYTES = 32
_VERSION = "v1,"
_MOST_SIGNATURES = 20
_NOTICE_ID = re.compile(r"[!-\-/-~]{1,255}")  # printable, no dot: it separates what is signed
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


class BadSignature(Exception):
    """A delivery that is not shown to come from whom it claims to; answer 401 and say no more."""


def new_secret(rng: random.Random) -> str:
    """Return a new secret in its public form, `whsec_` and base64."""
    return _PREFIX + base64.b64encode(rng.randbytes(_KEY_BYTES)).decode()


def sign(secrets: Sequence[str], notice_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers; one signature per secret, so that a receiver may change over."""
    timestamp = str(int(at.timestamp()))
    signatures = [_signature(_key(secret), notice_id, timestamp, body) for secret in secrets]
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_VERSION + each for each in signatures),
    }


def verify(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    tolerance: int = 300,
) -> str:
    """Return the notice id; raise BadSignature. `tolerance` is in seconds, both ways.

    `body` is what came over the wire, byte for byte. The id may have been seen before.
    """
    given = {name.lower(): value for name, value in headers.items()}
    notice_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not _NOTICE_ID.fullmatch(notice_id):
        raise BadSignature("no usable id")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("no usable time")
    if abs(int(now.timestamp()) - int(timestamp)) > tolerance:
        raise BadSignature("too old, or from the future")
    signatures = given.get("webhook-signature", "").split(" ")[:_MOST_SIGNATURES]
    offered = [each.removeprefix(_VERSION) for each in signatures if each.startswith(_VERSION)]
    right = False
    for secret in secrets:
        expected = _signature(_key(secret), notice_id, timestamp, body).encode()
        for each in offered:
            right |= hmac.compare_digest(expected, each.encode("utf-8", "replace"))
    if not right:
        raise BadSignature("no signature fits")
    return notice_id


def _signature(key: bytes, notice_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{notice_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    text = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        msg = "a secret is whsec_ and base64"
        raise ValueError(msg)
    return key
