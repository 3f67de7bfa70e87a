"""The portal's SQL: takes and returns model values. Statements are built once, they are hot."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from ground.database import Database, Remembered
from ground.statements import insert_many
from portal.model import ApiKey, Kind, Principal, Role, Session, Theme, User
from portal.tables import api_keys, failures, sessions, users

KeyRing: TypeAlias = Remembered[str, ApiKey | None]
"""Keys by the digest of their secret."""

_USER = select(*(column for column in users.c if column is not users.c.password_hash))
_KEY = select(*(column for column in api_keys.c if column is not api_keys.c.secret_hash))
_USER_BY_ID = _USER.where(users.c.id == bindparam("id"))
_KEY_BY_HASH = _KEY.where(api_keys.c.secret_hash == bindparam("hash"))
_SESSION = (
    select(sessions, users.c.name, users.c.email, users.c.role, users.c.language, users.c.theme)
    .join(users, users.c.id == sessions.c.user_id)
    .where(sessions.c.token_hash == bindparam("hash"), users.c.disabled.is_(False))
)


# users


def list_users(connection: Connection) -> list[User]:
    """Return all users by name."""
    rows = connection.execute(_USER.order_by(func.lower(users.c.name), users.c.id))
    return [_user(row) for row in rows]


def user_by_id(connection: Connection, user_id: str) -> User | None:
    """Return the user or None."""
    row = connection.execute(_USER_BY_ID, {"id": user_id}).first()
    return None if row is None else _user(row)


def user_and_hash(connection: Connection, email: str) -> tuple[User, str] | None:
    """Return the user with this address, in normal form, and the password's hash."""
    found = select(users.c.id, users.c.password_hash).where(users.c.email == email)
    row = connection.execute(found).first()
    user = None if row is None else user_by_id(connection, row.id)
    return None if row is None or user is None else (user, row.password_hash)


def add_user(connection: Connection, user: User, password_hash: str) -> bool:
    """Insert the user; return False if the address is taken."""
    row = {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role.value,
        "language": user.language,
        "theme": user.theme.value,
        "password_hash": password_hash,
        "disabled": user.disabled,
        "created_at": user.created_at,
        "signed_in_at": user.signed_in_at,
        "version": user.version,
    }
    return insert_many(connection, users, [row], on_conflict="nothing") == 1


def change_user(connection: Connection, user_id: str, values: Mapping[str, Any]) -> bool:
    """Update these columns; return False if there is no such user."""
    changed = {**values, "version": users.c.version + 1}
    return (
        connection.execute(update(users).where(users.c.id == user_id).values(changed)).rowcount == 1
    )


def lock_admins(connection: Connection) -> frozenset[str]:
    """Return the ids of active administrators, locked until the unit ends."""
    found = (
        select(users.c.id)
        .where(users.c.role == Role.ADMIN.value, users.c.disabled.is_(False))
        .order_by(users.c.id)
        .with_for_update()
    )
    return frozenset(connection.execute(found).scalars())


# sessions


def session_by_hash(connection: Connection, token_hash: str) -> tuple[Session, Principal] | None:
    """Return the session and its active user, by one read."""
    row = connection.execute(_SESSION, {"hash": token_hash}).first()
    if row is None:
        return None
    session = Session(row.token_hash, row.user_id, row.started_at, row.seen_at)
    principal = Principal(
        id=row.user_id,
        name=row.name,
        kind=Kind.USER,
        role=Role(row.role),
        language=row.language,
        theme=Theme(row.theme),
        email=row.email,
    )
    return session, principal


def add_session(connection: Connection, session: Session) -> None:
    """Insert a new session."""
    row = {
        "token_hash": session.token_hash,
        "user_id": session.user_id,
        "started_at": session.started_at,
        "seen_at": session.seen_at,
    }
    connection.execute(insert(sessions).values(row))


def touch_session(connection: Connection, token_hash: str, now: datetime) -> None:
    """Note that the session was used."""
    found = sessions.c.token_hash == token_hash
    connection.execute(update(sessions).where(found).values(seen_at=now))


def end_session(connection: Connection, token_hash: str) -> None:
    """Delete one session."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def end_sessions_of(connection: Connection, user_id: str) -> None:
    """Delete all sessions of a user."""
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id))


def end_sessions_before(connection: Connection, started: datetime) -> None:
    """Delete sessions that are too old to live."""
    connection.execute(delete(sessions).where(sessions.c.started_at < started))


# API keys


def list_keys(connection: Connection) -> list[ApiKey]:
    """Return all keys, newest first."""
    return [_key(row) for row in connection.execute(_KEY.order_by(api_keys.c.id.desc()))]


def key_by_hash(connection: Connection, secret_hash: str) -> ApiKey | None:
    """Return the key, revoked or not, by its primary key."""
    row = connection.execute(_KEY_BY_HASH, {"hash": secret_hash}).first()
    return None if row is None else _key(row)


def key_ring(database: Database) -> KeyRing:
    """Return the keys, each looked up once until anybody commits."""
    return Remembered(database, lambda digest: lambda connection: key_by_hash(connection, digest))


def key_by_id(connection: Connection, key_id: str) -> ApiKey | None:
    """Return the key, revoked or not."""
    row = connection.execute(_KEY.where(api_keys.c.id == key_id)).first()
    return None if row is None else _key(row)


def add_key(connection: Connection, key: ApiKey, secret_hash: str) -> None:
    """Insert a new key."""
    row = {
        "secret_hash": secret_hash,
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "role": key.role.value,
        "scopes": list(key.scopes),
        "created_at": key.created_at,
        "created_by": key.created_by,
        "expires_at": key.expires_at,
    }
    connection.execute(insert(api_keys).values(row))


def touch_key(connection: Connection, key_id: str, now: datetime) -> None:
    """Note that the key was used."""
    connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(used_at=now))


def revoke_key(connection: Connection, key_id: str, now: datetime) -> ApiKey | None:
    """Revoke the key for ever and return it; None if there is none."""
    found = api_keys.c.id == key_id
    live = update(api_keys).where(found, api_keys.c.revoked_at.is_(None))
    connection.execute(live.values(revoked_at=now))
    return key_by_id(connection, key_id)


# failed sign-ins


def failures_of(connection: Connection, subjects: Sequence[str]) -> dict[str, tuple[int, datetime]]:
    """Return (failures, last) of those subjects that have any, locked until the unit ends."""
    found = (
        select(failures)
        .where(failures.c.subject.in_(subjects))
        .order_by(failures.c.subject)
        .with_for_update()
    )
    return {row.subject: (row.failures, row.last_at) for row in connection.execute(found)}


def set_failures(connection: Connection, counts: Mapping[str, int], now: datetime) -> None:
    """Write the failures of these subjects."""
    rows = [
        {"subject": subject, "failures": count, "last_at": now} for subject, count in counts.items()
    ]
    insert_many(connection, failures, rows, on_conflict=["subject"])


def forget_failures(connection: Connection, subjects: Sequence[str]) -> None:
    """Delete the failures of these subjects."""
    connection.execute(delete(failures).where(failures.c.subject.in_(subjects)))


def forget_failures_before(connection: Connection, last: datetime) -> None:
    """Delete what no longer counts."""
    connection.execute(delete(failures).where(failures.c.last_at < last))


def _user(row: Row[Any]) -> User:
    values = row._asdict()
    return User(**{**values, "role": Role(row.role), "theme": Theme(row.theme)})


def _key(row: Row[Any]) -> ApiKey:
    values = row._asdict()
    return ApiKey(**{**values, "role": Role(row.role), "scopes": tuple(row.scopes)})
