"""Secrets at rest: each sealed with a key of its own, that key with the key encryption key.

The place (`connection/<id>/<field>`) is authenticated, so a sealed text moved to another row or
field does not open.
"""

import base64
import binascii
import hashlib
import os
import random
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import BadKey, SecretUnreadable
from hub.settings import HubSettings

__all__ = ["SealedVault", "load_key"]

_FORM = "v1"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealedVault:
    """AES-256-GCM twice: secret under its own key, that key under the key encryption key."""

    def __init__(self, key: bytes, rng: random.Random) -> None:
        if len(key) != _KEY_BYTES:
            raise BadKey(f"the key must have {_KEY_BYTES} bytes")
        self._key = AESGCM(key)
        self._key_id = hashlib.sha256(b"rectoverso key id" + key).hexdigest()[:16]
        self._rng = rng

    def seal(self, place: str, secret: str) -> str:
        """Return the sealed text."""
        own_key = self._rng.randbytes(_KEY_BYTES)
        bound = self._bound(place)
        wrapped = self._encrypt(self._key, own_key, bound)
        sealed = self._encrypt(AESGCM(own_key), secret.encode(), bound)
        return f"{_FORM}.{self._key_id}.{wrapped}.{sealed}"

    def unseal(self, place: str, sealed: str) -> str:
        """Return the secret. Raises SecretUnreadable."""
        form, _, rest = sealed.partition(".")
        key_id, _, rest = rest.partition(".")
        wrapped, _, body = rest.partition(".")
        if form != _FORM or not body:
            raise SecretUnreadable("the sealed text is damaged")
        if key_id != self._key_id:
            raise SecretUnreadable("sealed with another key")
        bound = self._bound(place)
        try:
            own_key = self._decrypt(self._key, wrapped, bound)
            return self._decrypt(AESGCM(own_key), body, bound).decode()
        except (InvalidTag, ValueError):
            raise SecretUnreadable("damaged, or sealed for another place") from None

    def _bound(self, place: str) -> bytes:
        return f"{_FORM}|{self._key_id}|{place}".encode()

    def _encrypt(self, key: AESGCM, text: bytes, bound: bytes) -> str:
        nonce = self._rng.randbytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + key.encrypt(nonce, text, bound)).decode()

    @staticmethod
    def _decrypt(key: AESGCM, text: str, bound: bytes) -> bytes:
        raw = base64.urlsafe_b64decode(text)
        return key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound)


def load_key(settings: HubSettings, rng: random.Random) -> bytes:
    """Return the key encryption key: the setting, else the key file, made at the first start."""
    if settings.key is not None:
        return _decoded(settings.key.get_secret_value())
    if not settings.key_file.exists():
        _create(settings.key_file, rng)
    if settings.key_file.stat().st_mode & 0o077:
        raise BadKey(f"{settings.key_file} must be readable by its owner only (chmod 600)")
    return _decoded(settings.key_file.read_text())


def _create(path: Path, rng: random.Random) -> None:
    """Write a new key whole and closed to others; if another process was first, keep its key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{rng.randbytes(8).hex()}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(rng.randbytes(_KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("the key is not base64") from None
