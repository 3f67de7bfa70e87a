import pytest

from rectoverso.errors import WrongSettings
from rectoverso.settings import Settings
from rectoverso.wiring import Houses


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RECTOVERSO_{name.upper()}", raising=False)


def test_options_win_over_the_environment_and_that_over_the_file(tmp_path, monkeypatch):
    (tmp_path / "rectoverso.toml").write_text('port = 1111\nhost = "127.0.0.2"\ndata = "file"\n')
    monkeypatch.setenv("RECTOVERSO_PORT", "2222")
    monkeypatch.setenv("RECTOVERSO_HOST", "127.0.0.3")

    settings = Settings.load(port=3333, host=None)

    assert (settings.port, settings.host, str(settings.data)) == (3333, "127.0.0.3", "file")


@pytest.mark.parametrize("name", ["database_url", "redis_url", "key", "api_key"])
def test_a_secret_in_the_file_is_refused_without_being_shown(tmp_path, name):
    (tmp_path / "rectoverso.toml").write_text(f'{name} = "hush"\n')

    with pytest.raises(WrongSettings) as caught:
        Settings.load()

    assert f"RECTOVERSO_{name.upper()}" in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_misspelt_setting_in_the_file_is_named(tmp_path):
    (tmp_path / "rectoverso.toml").write_text("prot = 8000\n")

    with pytest.raises(WrongSettings, match="prot"):
        Settings.load()


def test_settings_of_the_hub_may_stand_in_the_same_file(tmp_path):
    (tmp_path / "rectoverso.toml").write_text("poll_every = 5.0\nport = 8001\n")

    assert Settings.load().port == 8001


def test_a_wrong_value_names_its_setting_and_never_a_secret(monkeypatch):
    monkeypatch.setenv("RECTOVERSO_PORT", "many")

    with pytest.raises(WrongSettings, match="RECTOVERSO_PORT"):
        Settings.load()


def test_every_house_has_its_own_file_or_all_share_one_postgresql(tmp_path, monkeypatch):
    assert Settings.load().database("crm") == f"sqlite:///{tmp_path}/data/crm.db"

    monkeypatch.setenv("RECTOVERSO_DATABASE_URL", "postgresql+psycopg://localhost/x")

    assert Settings.load().database("crm") == "postgresql+psycopg://localhost/x"


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch):
    monkeypatch.setenv("RECTOVERSO_KEY", "hush-hush")

    assert "hush" not in repr(Settings.load())


def test_every_setting_is_described():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_wrong_setting_of_the_hub_is_named_too(monkeypatch):
    monkeypatch.setenv("RECTOVERSO_LEASE", "5")  # too short for a write to begin in

    with pytest.raises(WrongSettings, match=r"RECTOVERSO_LEASE: .* greater than or equal to 10"):
        assert Houses(Settings.load()).hub_settings
