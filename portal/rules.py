"""Who may do what, how long a session lives, when a sign-in waits, what a password is. Pure."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

from portal.i18n import msg
from portal.model import ApiKey, Kind, Principal, Role, Session

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
PASSWORD_MIN = 12
PASSWORD_MAX = 128
_COMMON = frozenset(
    {
        "123456789012",
        "password1234",
        "passwordpassword",
        "qwertyuiop12",
        "qwertyuiopas",
        "administrator",
        "letmeinletmein",
        "changemechangeme",
        "rectoversorectoverso",
        "iloveyou1234",
        "welcome12345",
        "abcdefghijkl",
    }
)


@dataclasses.dataclass(frozen=True, slots=True)
class Grant:
    """What a role may do: permissions that match an `allow` pattern and no `deny` pattern.

    A pattern is module.object.action; `*` stands for any word, `!read` for any action but read.
    """

    allow: tuple[str, ...]
    deny: tuple[str, ...] = ()


_OWN = "portal.account.*"
_APPS_SETUP = (
    "crm.managed_fields.!read",
    "erp.managed_fields.!read",
    "crm.endpoints.*",
    "erp.endpoints.*",
)

GRANTS: Mapping[Role, Grant] = MappingProxyType(
    {
        Role.ADMIN: Grant(("*.*.*",)),
        Role.INTEGRATOR: Grant((_OWN, "hub.*.*", "crm.*.*", "erp.*.*")),
        Role.STEWARD: Grant(
            (_OWN, "hub.*.*", "crm.*.read", "erp.*.read"),
            ("hub.connections.!read", "hub.mappings.!read", "crm.endpoints.*", "erp.endpoints.*"),
        ),
        Role.SALES: Grant(
            (_OWN, "crm.*.*", "erp.*.read", "hub.*.read"),
            (*_APPS_SETUP, "crm.products.!read"),  # the CRM's products are kept by a system
        ),
        Role.CLERK: Grant((_OWN, "erp.*.*", "crm.*.read", "hub.*.read"), _APPS_SETUP),
        Role.VIEWER: Grant((_OWN, "crm.*.read", "erp.*.read", "hub.*.read"), _APPS_SETUP),
    }
)
"""The one table of roles; what it does not allow is forbidden."""


def can(principal: Principal, permission: str) -> bool:
    """Tell whether the principal holds "module.object.action"; a key has no account of its own."""
    if principal.kind is Kind.KEY and permission.startswith("portal.account."):
        return False
    return allowed(principal.role, principal.scopes, permission)


@lru_cache(maxsize=8192)
def allowed(role: Role, scopes: tuple[str, ...], permission: str) -> bool:
    """Tell whether a role, narrowed by scopes, holds the permission; nobody holds a bad one."""
    words = permission.split(".")
    if len(words) != 3 or not all(words):  # noqa: PLR2004 - module.object.action
        return False
    grant = GRANTS[role]
    if any(_matches(pattern, words) for pattern in grant.deny):
        return False
    if scopes and not any(_matches(scope, words) for scope in scopes):
        return False
    return any(_matches(pattern, words) for pattern in grant.allow)


def scope_problem(scope: str) -> str | None:
    """Return why `scope` is no pattern of permissions, or None."""
    words = scope.split(".")
    if len(words) != 3 or not all(_is_word(word) for word in words):  # noqa: PLR2004
        return msg("A scope reads module.object.action; * stands for any word.")
    return None


def _is_word(word: str) -> bool:
    return word == "*" or (word.replace("_", "").isalpha() and word.isascii() and word.islower())


def _matches(pattern: str, words: list[str]) -> bool:
    return all(
        wish in ("*", word) or (wish.startswith("!") and wish[1:] != word)
        for wish, word in zip(pattern.split("."), words, strict=True)
    )


def session_is_live(session: Session, now: datetime) -> bool:
    """Tell whether a session is neither idle for too long nor too old."""
    return now - session.seen_at < IDLE and now - session.started_at < ABSOLUTE


def key_is_live(key: ApiKey, now: datetime) -> bool:
    """Tell whether a key is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def is_due(last: datetime | None, now: datetime) -> bool:
    """Tell whether a "last seen" must be written again: at most once a minute."""
    return last is None or now - last >= SEEN_EVERY


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """So many failures of one subject are free; each further one makes it wait twice as long."""

    free: int
    first_wait: timedelta = timedelta(minutes=1)
    longest_wait: timedelta = timedelta(minutes=15)


PER_ACCOUNT_AND_ADDRESS = Limit(free=5)
PER_ACCOUNT = Limit(free=20)
PER_ADDRESS = Limit(free=50)
FORGET_FAILURES_AFTER = timedelta(minutes=30)


def wait_after(limit: Limit, failures: int, last: datetime, now: datetime) -> timedelta:
    """Return how long the next attempt must still wait; zero if it may be made now."""
    if failures < limit.free or now - last >= FORGET_FAILURES_AFTER:
        return timedelta(0)
    doublings = min(failures - limit.free, 8)
    wait: timedelta = min(limit.first_wait * (1 << doublings), limit.longest_wait)
    return max(last + wait - now, timedelta(0))


def password_problem(password: str, email: str, name: str) -> str | None:
    """Return why a new password is refused, or None."""
    if len(password) < PASSWORD_MIN:
        return msg("Use at least 12 characters.")
    if len(password) > PASSWORD_MAX:
        return msg("Use at most 128 characters.")
    low = password.lower()
    if low in _COMMON or len(set(low)) < 4:  # noqa: PLR2004 - "aaaabbbbaaaa"
        return msg("This password is too easy to guess.")
    own = [part for part in (email.partition("@")[0].lower(), name.lower()) if len(part) > 3]  # noqa: PLR2004
    if any(low.startswith(part) and len(low) - len(part) < 6 for part in own):  # noqa: PLR2004
        return msg("This password is too close to your name.")
    return None


def email_problem(email: str) -> str | None:
    """Return why this is no address to sign in with, or None."""
    local, _, host = email.partition("@")
    odd = any(c.isspace() or not c.isprintable() or c == "@" for c in local + host)
    if not local or not host or odd or len(email) > 254:  # noqa: PLR2004 - RFC 5321
        return msg("Write an e-mail address.")
    return None


def name_problem(name: str) -> str | None:
    """Return why this is no name of a user or key, or None."""
    return None if 0 < len(name) <= 120 else msg("Write a name.")  # noqa: PLR2004 - the column


def days_problem(days: int | None) -> str | None:
    """Return why a key cannot live so long, or None."""
    return None if days is None or 0 < days <= 3650 else msg("Choose between 1 and 3650 days.")  # noqa: PLR2004


def normal_email(email: str) -> str:
    """Return the form under which an account is found."""
    return email.strip().lower()


def keeps_an_admin(admins: frozenset[str], user_id: str, *, role: Role, disabled: bool) -> bool:
    """Tell whether an active admin is left once this user has this role and state."""
    stays = role is Role.ADMIN and not disabled
    return stays or bool(admins - {user_id})


def local_path(target: str) -> str:
    """Return `target` if it is a path of this server, else "/": no other host, no scheme."""
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if any(c in "\\\r\n\t" or not c.isprintable() for c in target) or len(target) > 2000:  # noqa: PLR2004
        return "/"
    return target
