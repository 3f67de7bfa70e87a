"""The portal's use cases: sign-in and sessions, users, API keys.

Each function is one unit of work or a few short ones; hashing happens between them, never inside.
"""

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from ground.database import Connection
from ground.env import Env
from portal import rules, secrets, store
from portal.errors import (
    FieldsRefused,
    LastAdmin,
    NoSuchKey,
    NoSuchUser,
    SignInRefused,
    SignInThrottled,
)
from portal.i18n import LANGUAGES
from portal.model import ApiKey, Kind, Principal, Role, Session, Theme, User


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


# authentication


def principal_of_key(env: Env, secret: str) -> Principal | None:
    """Return who presents this API key, or None; one read, and none for what is no key at all."""
    if not secrets.looks_like_key(secret):
        return None
    digest = secrets.digest(secret)
    key = env.db.read(lambda connection: store.key_by_hash(connection, digest))
    now = env.clock.now()
    if key is None or not rules.key_is_live(key, now):
        return None
    if rules.is_due(key.used_at, now):
        env.db.submit(lambda connection: store.touch_key(connection, key.id, now))
    return Principal(key.id, key.name, Kind.KEY, key.role, scopes=key.scopes)


def principal_of_session(env: Env, token: str) -> Principal | None:
    """Return who is signed in with this cookie, or None; one read."""
    digest = secrets.digest(token)
    found = env.db.read(lambda connection: store.session_by_hash(connection, digest))
    now = env.clock.now()
    if found is None or not rules.session_is_live(found[0], now):
        return None
    if rules.is_due(found[0].seen_at, now):
        env.db.submit(lambda connection: store.touch_session(connection, digest, now))
    return found[1]


# sign-in


def sign_in(env: Env, email: str, password: str, address: str, *, old_token: str = "") -> str:
    """Return the token of a new session; the browser's old one ends.

    Raise SignInThrottled or SignInRefused; both take the same way whether the account exists or not.
    """
    email = rules.normal_email(email)
    subjects = _subjects(email, address)
    _reserve_attempt(env, subjects)
    found = env.db.read(lambda connection: store.user_and_hash(connection, email))
    fits = secrets.password_fits(password[: rules.PASSWORD_MAX], found[1] if found else None)
    if found is None or not fits or found[0].disabled:
        raise SignInRefused
    token = secrets.new_token(env.rng)
    now = env.clock.now()
    session = Session(secrets.digest(token), found[0].id, now, now)

    def begin(connection: Connection) -> None:
        _give_attempt_back(connection, subjects, now)
        store.end_sessions_before(connection, now - rules.ABSOLUTE)
        store.end_session(connection, secrets.digest(old_token))
        store.add_session(connection, session)
        store.change_user(connection, session.user_id, {"signed_in_at": now})

    env.db.write(begin)
    return token


def sign_out(env: Env, token: str) -> None:
    """End the session of this cookie, if there is one."""
    digest = secrets.digest(token)
    env.db.write(lambda connection: store.end_session(connection, digest))


def _subjects(email: str, address: str) -> dict[str, rules.Limit]:
    account = secrets.digest(email)[:24]
    return {
        f"both:{account}:{address[:45]}": rules.PER_ACCOUNT_AND_ADDRESS,
        f"account:{account}": rules.PER_ACCOUNT,
        f"address:{address[:45]}": rules.PER_ADDRESS,
    }


def _reserve_attempt(env: Env, subjects: dict[str, rules.Limit]) -> None:
    """Count the attempt as failed before it is made: parallel guesses cannot slip through."""
    now = env.clock.now()

    def reserve(connection: Connection) -> timedelta:
        store.forget_failures_before(connection, now - rules.FORGET_FAILURES_AFTER)
        known = store.failures_of(connection, list(subjects))
        counts = {subject: known.get(subject, (0, None)) for subject in subjects}
        waits = (
            rules.wait_after(limit, *counts[subject], now) for subject, limit in subjects.items()
        )
        wait = max(waits)
        if not wait:
            more = {subject: count + 1 for subject, (count, _) in counts.items()}
            store.set_failures(connection, more, now)
        return wait

    wait = env.db.write(reserve)
    if wait:
        raise SignInThrottled(int(wait.total_seconds()) + 1)


def _give_attempt_back(
    connection: Connection, subjects: dict[str, rules.Limit], now: datetime
) -> None:
    both, *others = subjects
    known = store.failures_of(connection, list(subjects))
    store.forget_failures(connection, [both])
    store.set_failures(
        connection, {name: known[name][0] - 1 for name in others if name in known}, now
    )


# a person's own account


def change_password(env: Env, principal: Principal, current: str, new: str, *, address: str) -> str:
    """Set a new password, end all sessions of the user and return the token of a new one."""
    if principal.kind is not Kind.USER:
        raise NoSuchUser
    try:
        sign_in(env, principal.email, current, address)
    except SignInRefused:
        raise FieldsRefused({"current": "This is not your password."}) from None
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
        raise FieldsRefused({"email": "There is already a user with this address."})
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
