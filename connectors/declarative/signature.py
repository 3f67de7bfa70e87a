"""Who signed a notice: the schemes a manifest may name. Pure.

Secrets are text. `standard_webhooks` is the scheme of https://www.standardwebhooks.com: the
HMAC-SHA256 of "id.timestamp.body" in base64, several signatures apart by spaces, any good one
counts; its secret is base64 behind "whsec_".
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.errors import BadSignature, SignatureFault

__all__ = ["TOLERANCE", "sign_standard", "verify_standard"]

TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"


def sign_standard(secret: str, notice_id: str, stamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`; `stamp` is in epoch seconds."""
    content = f"{notice_id}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(_digest(secret, content)).decode()


def verify_standard(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
) -> str:
    """Return the notice's id, or raise `BadSignature`."""
    try:
        notice_id = headers["webhook-id"]
        stamp_text = headers["webhook-timestamp"]
        offered = headers["webhook-signature"]
    except KeyError:
        raise BadSignature(SignatureFault.MISSING) from None
    if not notice_id or "." in notice_id:  # a dot would make what was signed ambiguous
        raise BadSignature(SignatureFault.MALFORMED)
    _check_age(stamp_text, now)
    content = f"{notice_id}.{stamp_text}.".encode() + body
    digests = [_digest(secret, content) for secret in secrets]
    for signature in _v1(offered):
        for digest in digests:
            if hmac.compare_digest(signature, digest):
                return notice_id
    raise BadSignature(SignatureFault.WRONG)


def _check_age(stamp_text: str, now: datetime) -> None:
    if not (stamp_text.isascii() and stamp_text.isdigit() and len(stamp_text) <= 10):  # noqa: PLR2004
        raise BadSignature(SignatureFault.MALFORMED)
    age = now - datetime.fromtimestamp(int(stamp_text), UTC)
    if age > TOLERANCE:
        raise BadSignature(SignatureFault.OLD)
    if age < -TOLERANCE:
        raise BadSignature(SignatureFault.FUTURE)


def _v1(offered: str) -> list[bytes]:
    signatures = []
    for part in offered.split(" ")[:16]:
        version, _, text = part.partition(",")
        if version != "v1":
            continue
        try:
            signatures.append(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            continue
    return signatures


def _digest(secret: str, content: bytes) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = secret.encode()
    return hmac.new(key, content, hashlib.sha256).digest()
