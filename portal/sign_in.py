"""Who is there: sign-in with its throttle, sessions, and the principal behind a cookie or a key.

Passwords are checked between units of work, never inside one.
"""

from datetime import datetime, timedelta

from ground.database import Connection
from ground.env import Env
from portal import rules, secrets, store
from portal.errors import SignInRefused, SignInThrottled
from portal.model import Kind, Principal, Session
from portal.store import KeyRing


def principal_of_key(env: Env, keys: KeyRing, secret: str) -> Principal | None:
    """Return who presents this API key, or None; no read for what is no key at all."""
    if not secrets.looks_like_key(secret):
        return None
    digest = secrets.digest(secret)
    key = keys.find(digest)
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


def sign_in(env: Env, email: str, password: str, address: str, *, old_token: str = "") -> str:
    """Return the token of a new session; the browser's old one ends.

    Raise SignInThrottled or SignInRefused; both go the same way if there is no such account.
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
        wait = max(
            (rules.wait_after(subjects[each], *found, now) for each, found in known.items()),
            default=timedelta(0),
        )
        if not wait:
            more = {each: known[each][0] + 1 if each in known else 1 for each in subjects}
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
