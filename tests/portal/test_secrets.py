import random

import pytest

from portal import secrets

RNG = random.Random(1)


def test_a_password_fits_its_own_hash_only():
    hashed = secrets.hash_password("correct horse battery", RNG)
    assert hashed.startswith("$argon2id$")
    assert secrets.password_fits("correct horse battery", hashed)
    assert not secrets.password_fits("correct horse batterz", hashed)
    assert not secrets.password_fits("correct horse battery", "no hash")


def test_an_unknown_account_fits_no_password():
    assert not secrets.password_fits("anything", None)


def test_an_unknown_account_is_checked_at_the_same_cost():
    parameters = secrets.hash_password("x", RNG).split("$")[2:4]
    assert secrets._NOBODY.split("$")[2:4] == parameters


def test_a_new_key_carries_prefix_and_checksum():
    key = secrets.new_key(RNG)
    assert key.startswith("rvk_")
    assert secrets.looks_like_key(key)
    assert secrets.hint(key) == key[:8]


@pytest.mark.parametrize(
    "broken",
    [
        lambda key: key[:-1],
        lambda key: key + "0",
        lambda key: key.replace("rvk_", "abc_"),
        lambda key: key[:10] + ("a" if key[10] != "a" else "b") + key[11:],
        lambda _key: "",
        lambda _key: "rvk_" + "é" * 46,
    ],
    ids=["short", "long", "prefix", "letter", "empty", "accents"],
)
def test_a_mistyped_key_is_known_without_asking_the_database(broken):
    assert not secrets.looks_like_key(broken(secrets.new_key(RNG)))


def test_a_form_token_is_masked_and_bound_to_its_cookie():
    one, other = secrets.form_token("cookie", RNG), secrets.form_token("cookie", RNG)
    assert one != other
    assert secrets.form_token_fits(one, "cookie")
    assert secrets.form_token_fits(other, "cookie")
    assert not secrets.form_token_fits(one, "another cookie")


@pytest.mark.parametrize("token", ["", "x", "####", "AAAA", "é"])
def test_a_malformed_form_token_fits_nothing(token):
    assert not secrets.form_token_fits(token, "cookie")


def test_new_passwords_are_long_and_readable():
    password = secrets.new_password(RNG)
    assert len(password) == 23
    assert not set(password) & set("01lioO")
