import base64
import random
import stat

import pytest
from pydantic import SecretStr

from hub.connections.secrets import SealedVault, load_key
from hub.errors import BadKey, SecretUnreadable
from hub.settings import HubSettings

KEY = bytes(range(32))
PLACE = "connection/crm/secret"


@pytest.fixture
def vault():
    return SealedVault(KEY, random.Random(1))


def test_sealed_secret_opens_at_its_place(vault):
    sealed = vault.seal(PLACE, "sésame")
    assert "sésame" not in sealed
    assert vault.unseal(PLACE, sealed) == "sésame"


def test_same_secret_is_never_sealed_alike(vault):
    assert vault.seal(PLACE, "x") != vault.seal(PLACE, "x")


@pytest.mark.parametrize("place", ["connection/erp/secret", "connection/crm/webhook_secrets", ""])
def test_seal_moved_to_another_row_or_field_does_not_open(vault, place):
    with pytest.raises(SecretUnreadable):
        vault.unseal(place, vault.seal(PLACE, "sesame"))


def test_other_key_does_not_open(vault):
    other = SealedVault(bytes(32), random.Random(1))
    with pytest.raises(SecretUnreadable, match="another key"):
        other.unseal(PLACE, vault.seal(PLACE, "sesame"))


def test_every_changed_character_is_noticed(vault):
    sealed = vault.seal(PLACE, "sesame")
    for position in range(len(sealed)):
        spoilt = sealed[:position] + ("A" if sealed[position] != "A" else "B")
        spoilt += sealed[position + 1 :]
        if spoilt.rstrip("=") != sealed.rstrip("="):
            try:
                assert vault.unseal(PLACE, spoilt) == "sesame"  # unused bits of the last character
            except SecretUnreadable:
                continue
            assert position in {len(sealed.rstrip("=")) - 1, sealed.rindex(".") - 1}


@pytest.mark.parametrize("sealed", ["", "v1", "v1.a.b", "v2.a.b.c", "nonsense.with.dots.!!"])
def test_damaged_seal_does_not_open(vault, sealed):
    with pytest.raises(SecretUnreadable):
        vault.unseal(PLACE, sealed)


def test_key_must_have_32_bytes():
    with pytest.raises(BadKey):
        SealedVault(b"short", random.Random(1))


def test_key_file_is_made_once_and_closed_to_others(tmp_path):
    settings = HubSettings(data=tmp_path / "new")
    key = load_key(settings, random.Random(1))
    assert len(key) == 32
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert load_key(settings, random.Random(2)) == key
    assert [each.name for each in settings.data.iterdir()] == ["hub.key"]


def test_key_file_open_to_others_is_refused(tmp_path):
    settings = HubSettings(data=tmp_path)
    load_key(settings, random.Random(1))
    settings.key_file.chmod(0o644)
    with pytest.raises(BadKey, match="owner only"):
        load_key(settings, random.Random(1))


def test_key_setting_wins_over_the_file(tmp_path):
    settings = HubSettings(data=tmp_path, key=SecretStr(base64.b64encode(KEY).decode()))
    assert load_key(settings, random.Random(1)) == KEY
    assert not settings.key_file.exists()


def test_key_setting_that_is_no_base64_is_refused(tmp_path):
    with pytest.raises(BadKey):
        load_key(HubSettings(data=tmp_path, key=SecretStr("not base64!")), random.Random(1))
