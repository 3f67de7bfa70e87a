"""Secrets the portal makes and checks: passwords, session tokens, API keys, form tokens.

Only hashes are kept. All randomness is Env's.
"""

import base64
import hashlib
import hmac
import random
import string
import zlib

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

KEY_PREFIX = "rvk_"
_KEY_RANDOM = 40
_KEY_CHECK = 6
_LETTERS = string.digits + string.ascii_letters
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_MASK = 16
_ARGON = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# A hash of a password nobody has: an unknown account costs the same time as a known one.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$cmVjdG92ZXJzby5ub2JvZHk"
    "$iqCSTEAgYBLHkWQSXqQqSwR7PT1WLaKzGLFw3Wb0y7k"
)


def new_password(rng: random.Random) -> str:
    """Return a password that can be read aloud: about 99 bits."""
    return "-".join("".join(rng.choices(_READABLE, k=5)) for _ in range(4))


def hash_password(password: str, rng: random.Random) -> str:
    """Return its argon2id hash with parameters and salt."""
    return _ARGON.hash(password, salt=rng.randbytes(16))


def password_fits(password: str, password_hash: str | None) -> bool:
    """Tell whether it is the password; None stands for an unknown account and takes as long."""
    try:
        _ARGON.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def new_token(rng: random.Random) -> str:
    """Return a random token of 256 bits for a cookie."""
    return base64.urlsafe_b64encode(rng.randbytes(32)).rstrip(b"=").decode()


def digest(secret: str) -> str:
    """Return the hash under which a token or key is kept; they are random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_key(rng: random.Random) -> str:
    """Return a new API key: prefix, 40 random characters, checksum."""
    body = "".join(rng.choices(_LETTERS, k=_KEY_RANDOM))
    return KEY_PREFIX + body + _checksum(body)


def looks_like_key(secret: str) -> bool:
    """Tell by prefix and checksum whether it can be a key at all, without asking the database."""
    body = secret.removeprefix(KEY_PREFIX)
    if body == secret or len(body) != _KEY_RANDOM + _KEY_CHECK or not body.isascii():
        return False
    return _checksum(body[:_KEY_RANDOM]) == body[_KEY_RANDOM:]


def hint(secret: str) -> str:
    """Return the part of a key that may be shown."""
    return secret[: len(KEY_PREFIX) + 4]


def form_token(cookie: str, rng: random.Random) -> str:
    """Return the token for forms of the browser with this cookie; masked, so each page differs."""
    mask = rng.randbytes(_MASK)
    return base64.urlsafe_b64encode(mask + _xor(mask, _form_secret(cookie))).decode()


def form_token_fits(token: str, cookie: str) -> bool:
    """Tell whether the token was made for this cookie."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError:
        return False
    return len(raw) == 2 * _MASK and hmac.compare_digest(
        _xor(raw[:_MASK], raw[_MASK:]), _form_secret(cookie)
    )


def _form_secret(cookie: str) -> bytes:
    return hmac.digest(cookie.encode(), b"form", "sha256")[:_MASK]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _checksum(body: str) -> str:
    number, out = zlib.crc32(body.encode()), ""
    for _ in range(_KEY_CHECK):
        number, rest = divmod(number, len(_LETTERS))
        out += _LETTERS[rest]
    return out
