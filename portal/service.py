"""The portal's use cases on users and API keys; signing in is in sign_in.py.

Each function is one unit of work or a few short ones; hashing happens between them, never inside.
"""

import dataclasses
from datetime import timedelta
from typing import Any

from ground.database import Connection
from ground.env import Env
from portal import rules, secrets, store
from portal.errors import FieldsRefused, LastAdmin, NoSuchKey, NoSuchUser, SignInRefused
from portal.i18n import LANGUAGES, msg
from portal.model import ApiKey, Kind, Principal, Role, Theme, User
from portal.sign_in import sign_in


@dataclasses.dataclass(frozen=True, slots=True)
class CreatedUser:
    """A new user; `password` is shown once and kept nowhere."""

    user: User
    password: str


@dataclasses.dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key; `secret` is shown once and kept nowhere."""

    key: ApiKey
    secret: str


# a person's own account


def change_password(env: Env, principal: Principal, current: str, new: str, *, address: str) -> str:
    """Set a new password, end all sessions of the user and return the token of a new one."""
    if principal.kind is not Kind.USER:
        raise NoSuchUser
    try:
        sign_in(env, principal.email, current, address)
    except SignInRefused:
        raise FieldsRefused({"current": msg("This is not your password.")}) from None
    problem = rules.password_problem(new, principal.email, principal.name)
    if problem:
        raise FieldsRefused({"new": problem})
    _set_password(env, principal.id, new)
    return sign_in(env, principal.email, new, address)


def rename_user(env: Env, user_id: str, name: str) -> None:
    """Call the user otherwise. Raise FieldsRefused."""
    name = " ".join(name.split())
    problem = rules.name_problem(name)
    if problem:
        raise FieldsRefused({"name": problem})
    env.db.write(lambda connection: store.change_user(connection, user_id, {"name": name}))


def set_preferences(env: Env, user_id: str, *, language: str = "", theme: str = "") -> None:
    """Keep the language and theme of a user; unknown ones are left out."""
    values: dict[str, Any] = {}
    if language in LANGUAGES:
        values["language"] = language
    if theme in list(Theme):
        values["theme"] = theme
    if values:
        env.db.write(lambda connection: store.change_user(connection, user_id, values))


# users


def list_users(env: Env) -> list[User]:
    """Return all users by name."""
    return env.db.read(store.list_users)


def read_user(env: Env, user_id: str) -> User:
    """Return the user; raise NoSuchUser."""
    found = env.db.read(lambda connection: store.user_by_id(connection, user_id))
    if found is None:
        raise NoSuchUser
    return found


def create_user(
    env: Env, name: str, email: str, role: Role, password: str | None = None
) -> CreatedUser:
    """Create a user; without a password a random one is made. Raise FieldsRefused."""
    name, email = " ".join(name.split()), rules.normal_email(email)
    reasons = {
        "name": rules.name_problem(name),
        "email": rules.email_problem(email),
        "password": None if password is None else rules.password_problem(password, email, name),
    }
    refused = {field: reason for field, reason in reasons.items() if reason}
    if refused:
        raise FieldsRefused(refused)
    chosen = password or secrets.new_password(env.rng)
    hashed = secrets.hash_password(chosen, env.rng)
    user = User(
        id=env.ids.new("us"),
        email=email,
        name=name,
        role=role,
        language="",
        theme=Theme.AUTO,
        disabled=False,
        created_at=env.clock.now(),
        signed_in_at=None,
        version=1,
    )
    if not env.db.write(lambda connection: store.add_user(connection, user, hashed)):
        raise FieldsRefused({"email": msg("There is already a user with this address.")})
    return CreatedUser(user, chosen)


def change_user(env: Env, user_id: str, *, role: Role, disabled: bool) -> User:
    """Set role and state; all sessions of the user end. Raise LastAdmin or NoSuchUser."""

    def change(connection: Connection) -> None:
        admins = store.lock_admins(connection)
        if not rules.keeps_an_admin(admins, user_id, role=role, disabled=disabled):
            raise LastAdmin
        values = {"role": role.value, "disabled": disabled}
        if not store.change_user(connection, user_id, values):
            raise NoSuchUser
        store.end_sessions_of(connection, user_id)

    env.db.write(change)
    return read_user(env, user_id)


def reset_password(env: Env, user_id: str) -> CreatedUser:
    """Give the user a new random password; all sessions end."""
    user = read_user(env, user_id)
    password = secrets.new_password(env.rng)
    _set_password(env, user_id, password)
    return CreatedUser(user, password)


def ensure_admin(env: Env, email: str = "admin@localhost") -> CreatedUser | None:
    """Create an administrator if there is no active one; return it with its password, once."""
    admins = [u for u in list_users(env) if u.role is Role.ADMIN and not u.disabled]
    return None if admins else create_user(env, "Administrator", email, Role.ADMIN)


def _set_password(env: Env, user_id: str, password: str) -> None:
    hashed = secrets.hash_password(password, env.rng)

    def change(connection: Connection) -> None:
        if not store.change_user(connection, user_id, {"password_hash": hashed}):
            raise NoSuchUser
        store.end_sessions_of(connection, user_id)

    env.db.write(change)


# API keys


def list_keys(env: Env) -> list[ApiKey]:
    """Return all keys, newest first."""
    return env.db.read(store.list_keys)


def read_key(env: Env, key_id: str) -> ApiKey:
    """Return the key; raise NoSuchKey."""
    found = env.db.read(lambda connection: store.key_by_id(connection, key_id))
    if found is None:
        raise NoSuchKey
    return found


def create_key(  # noqa: PLR0913 - what a key is made of
    env: Env,
    name: str,
    role: Role,
    scopes: tuple[str, ...] = (),
    *,
    days: int | None = None,
    created_by: str = "",
) -> CreatedKey:
    """Create a key that lives `days`, or until it is revoked. Raise FieldsRefused."""
    name = " ".join(name.split())
    bad = [problem for problem in map(rules.scope_problem, scopes) if problem]
    reasons = {
        "name": rules.name_problem(name),
        "scopes": bad[0] if bad else None,
        "days": rules.days_problem(days),
    }
    refused = {field: reason for field, reason in reasons.items() if reason}
    if refused:
        raise FieldsRefused(refused)
    secret = secrets.new_key(env.rng)
    now = env.clock.now()
    key = ApiKey(
        id=env.ids.new("ak"),
        name=name,
        hint=secrets.hint(secret),
        role=role,
        scopes=scopes,
        created_at=now,
        created_by=created_by,
        expires_at=None if days is None else now + timedelta(days=days),
        used_at=None,
        revoked_at=None,
    )
    digest = secrets.digest(secret)
    env.db.write(lambda connection: store.add_key(connection, key, digest))
    return CreatedKey(key, secret)


def revoke_key(env: Env, key_id: str) -> ApiKey:
    """Revoke a key: dead at once, for ever. Raise NoSuchKey."""
    now = env.clock.now()
    key = env.db.write(lambda connection: store.revoke_key(connection, key_id, now))
    if key is None:
        raise NoSuchKey
    return key
