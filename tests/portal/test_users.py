"""Users, sessions and keys on both databases."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ground.database import open_database
from portal import (
    FieldsRefused,
    LastAdmin,
    NoSuchKey,
    NoSuchUser,
    Portal,
    Role,
    secrets,
    service,
    sign_in,
    store,
)
from portal.errors import SignInRefused, SignInThrottled

PASSWORD = "a-long-enough-password"


@pytest.fixture
def admin(portal):
    return portal.create_user("Lucía Marín", "Lucia@Example.com ", Role.ADMIN, PASSWORD).user


def enter(portal, email="lucia@example.com", password=PASSWORD, address="10.0.0.1", **more):
    return sign_in.sign_in(portal.env, email, password, address, **more)


def who_is(portal, token):
    principal = sign_in.principal_of_session(portal.env, token)
    assert principal is not None
    return principal


def eventually(holds):
    """Wait for a note that is written without waiting."""
    give_up = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.002)


def seen_at(portal, token):
    found = portal.env.db.read(lambda c: store.session_by_hash(c, secrets.digest(token)))
    return found[0].seen_at


def test_a_user_signs_in_with_the_address_however_it_is_written(portal, admin):
    token = enter(portal, " LUCIA@example.com")
    who = who_is(portal, token)
    assert (who.id, who.name, who.role) == (admin.id, "Lucía Marín", Role.ADMIN)


def test_an_address_belongs_to_one_user(portal, admin):
    with pytest.raises(FieldsRefused) as refused:
        portal.create_user("Other", "lucia@example.com", Role.VIEWER)
    assert list(refused.value.reasons) == ["email"]


def test_what_a_person_typed_is_refused_field_by_field(portal):
    with pytest.raises(FieldsRefused) as refused:
        portal.create_user(" ", "nobody", Role.VIEWER, "short")
    assert set(refused.value.reasons) == {"name", "email", "password"}


def test_the_first_administrator_is_made_once(portal):
    created = portal.ensure_admin()
    assert enter(portal, "admin@localhost", created.password)
    assert portal.ensure_admin() is None


def test_the_last_administrator_stays(portal, admin):
    with pytest.raises(LastAdmin):
        service.change_user(portal.env, admin.id, role=Role.VIEWER, disabled=False)
    with pytest.raises(LastAdmin):
        service.change_user(portal.env, admin.id, role=Role.ADMIN, disabled=True)
    assert service.read_user(portal.env, admin.id) == admin


def test_two_administrators_who_remove_each_other_leave_one(portal, admin):
    other = portal.create_user("Other", "other@example.com", Role.ADMIN, PASSWORD).user

    def demote(user):
        try:
            service.change_user(portal.env, user.id, role=Role.VIEWER, disabled=False)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(demote, [admin, other]))
    assert sorted(done) == [False, True]
    assert [user.role for user in portal.list_users()].count(Role.ADMIN) == 1


@pytest.mark.parametrize("change", ["role", "password", "disabled"])
def test_a_change_of_access_ends_every_session(portal, admin, change):
    user = portal.create_user("Ana", "ana@example.com", Role.SALES, PASSWORD).user
    token = enter(portal, user.email)
    if change == "password":
        portal.reset_password(user.id)
    else:
        disabled = change == "disabled"
        service.change_user(portal.env, user.id, role=Role.VIEWER, disabled=disabled)
    assert sign_in.principal_of_session(portal.env, token) is None


def test_a_disabled_user_is_refused_like_an_unknown_one(portal, admin):
    user = portal.create_user("Ana", "ana@example.com", Role.SALES, PASSWORD).user
    service.change_user(portal.env, user.id, role=Role.SALES, disabled=True)
    with pytest.raises(SignInRefused):
        enter(portal, user.email)
    with pytest.raises(SignInRefused):
        enter(portal, "nobody@example.com")


def test_a_new_password_needs_the_old_one(portal, admin):
    who = who_is(portal, enter(portal))
    with pytest.raises(FieldsRefused) as refused:
        service.change_password(portal.env, who, "wrong", "another-long-password", address="a")
    assert "current" in refused.value.reasons
    with pytest.raises(FieldsRefused) as refused:
        service.change_password(portal.env, who, PASSWORD, "short", address="a")
    assert "new" in refused.value.reasons


def test_a_new_password_keeps_only_this_browser_signed_in(portal, admin):
    here, there = enter(portal), enter(portal)
    who = who_is(portal, here)
    new = service.change_password(portal.env, who, PASSWORD, "another-long-password", address="a")
    assert who_is(portal, new).id == admin.id
    assert sign_in.principal_of_session(portal.env, here) is None
    assert sign_in.principal_of_session(portal.env, there) is None
    with pytest.raises(SignInRefused):
        enter(portal)


def test_signing_in_ends_the_session_that_the_browser_brought(portal, admin):
    old = enter(portal)
    new = enter(portal, old_token=old)
    assert new != old
    assert sign_in.principal_of_session(portal.env, old) is None


def test_signing_out_ends_the_session(portal, admin):
    token = enter(portal)
    sign_in.sign_out(portal.env, token)
    assert sign_in.principal_of_session(portal.env, token) is None


def test_a_session_lives_while_it_is_used_but_not_for_ever(portal, admin, clock):
    token = enter(portal)
    for _ in range(24):
        clock.advance(minutes=29)
        assert sign_in.principal_of_session(portal.env, token) is not None
        eventually(lambda: seen_at(portal, token) == clock.now())
    clock.advance(minutes=25)
    assert sign_in.principal_of_session(portal.env, token) is None


def test_an_idle_session_ends(portal, admin, clock):
    token = enter(portal)
    clock.advance(minutes=30)
    assert sign_in.principal_of_session(portal.env, token) is None


def test_the_sixth_wrong_password_must_wait_and_the_right_one_too(portal, admin, clock):
    for _ in range(5):
        with pytest.raises(SignInRefused):
            enter(portal, password="wrong")
    with pytest.raises(SignInThrottled) as throttled:
        enter(portal)
    assert 0 < throttled.value.seconds <= 61
    assert enter(portal, address="10.0.0.2")
    clock.advance(seconds=61)
    assert enter(portal)


def test_an_unknown_account_is_throttled_like_a_known_one(portal):
    for _ in range(5):
        with pytest.raises(SignInRefused):
            enter(portal, "nobody@example.com")
    with pytest.raises(SignInThrottled):
        enter(portal, "nobody@example.com")


def test_guesses_spread_over_addresses_are_throttled(portal, admin):
    for number in range(20):
        with pytest.raises(SignInRefused):
            enter(portal, password="wrong", address=f"10.0.1.{number}")
    with pytest.raises(SignInThrottled):
        enter(portal, password="wrong", address="10.0.2.1")


def test_a_success_forgets_the_failures_of_that_account_and_address(portal, admin):
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignInRefused):
                enter(portal, password="wrong")
        assert enter(portal)


def test_a_key_speaks_for_its_role_until_it_is_revoked(portal):
    created = portal.create_key("Web shop", Role.CLERK, ("erp.products.read",))
    who = sign_in.principal_of_key(portal.env, portal.keys, created.secret)
    assert who is not None
    assert (who.id, who.role, who.scopes) == (created.key.id, Role.CLERK, ("erp.products.read",))
    portal.revoke_key(created.key.id)
    assert sign_in.principal_of_key(portal.env, portal.keys, created.secret) is None


def test_a_key_revoked_by_another_process_is_refused_at_once(local_portal, tmp_path):
    portal = local_portal
    created = portal.create_key("Web shop", Role.CLERK)
    assert sign_in.principal_of_key(portal.env, portal.keys, created.secret)
    elsewhere = open_database(f"sqlite:///{tmp_path}/portal.db", schema="portal")
    Portal(replace(portal.env, db=elsewhere)).revoke_key(created.key.id)
    elsewhere.close()
    assert sign_in.principal_of_key(portal.env, portal.keys, created.secret) is None


def test_a_key_dies_on_its_day(portal, clock):
    created = portal.create_key("Web shop", Role.VIEWER, days=1)
    clock.advance(hours=23)
    assert sign_in.principal_of_key(portal.env, portal.keys, created.secret)
    clock.advance(hours=1)
    assert sign_in.principal_of_key(portal.env, portal.keys, created.secret) is None


def test_the_last_use_of_a_key_is_written_once_a_minute(portal, clock):
    created = portal.create_key("Web shop", Role.VIEWER)

    writes = []
    portal.env.db.on_commit(lambda: writes.append(1))
    first = clock.now()
    sign_in.principal_of_key(portal.env, portal.keys, created.secret)
    eventually(lambda: portal.list_keys()[0].used_at == first and writes)
    del writes[:]
    clock.advance(seconds=59)
    sign_in.principal_of_key(portal.env, portal.keys, created.secret)
    assert writes == []
    clock.advance(seconds=1)
    sign_in.principal_of_key(portal.env, portal.keys, created.secret)
    eventually(lambda: portal.list_keys()[0].used_at == clock.now())


def test_a_secret_is_kept_nowhere(portal):
    created = portal.create_key("Web shop", Role.VIEWER)
    assert created.secret not in repr(portal.list_keys())


def test_bad_keys_are_refused_field_by_field(portal):
    with pytest.raises(FieldsRefused) as refused:
        portal.create_key("", Role.VIEWER, ("everything",), days=0)
    assert set(refused.value.reasons) == {"name", "scopes", "days"}


def test_what_is_not_there_is_said_so(portal):
    with pytest.raises(NoSuchUser):
        portal.reset_password("us_none")
    with pytest.raises(NoSuchKey):
        portal.revoke_key("ak_none")


def test_preferences_that_nobody_knows_are_left_out(portal, admin):
    service.set_preferences(portal.env, admin.id, language="tlh", theme="dark")
    user = service.read_user(portal.env, admin.id)
    assert (user.language, user.theme) == ("", "dark")
