"""What lies in deploy/ names commands and settings that exist, and files that are there."""

import base64
import random
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from ground.database import open_database
from hub.connections.secrets import load_key
from hub.settings import HubSettings
from rectoverso.cli import COMMANDS, build
from rectoverso.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SETTINGS = {
    f"RECTOVERSO_{name.upper()}" for name in {**Settings.model_fields, **HubSettings.model_fields}
}


# What a service of ours may say, by the Compose Specification; it refuses anything else.
KEYS = {
    "build", "command", "depends_on", "environment", "healthcheck", "image", "network_mode",
    "ports", "restart", "stop_grace_period", "volumes",
}  # fmt: skip
EXAMPLES = {
    "RECTOVERSO_KEY": base64.b64encode(bytes(32)).decode(),
    "POSTGRES_PASSWORD": "a-b_c",
    "RECTOVERSO_PUBLIC_URL": "https://hub.example.org",
}


@pytest.fixture
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture
def services(compose):
    return compose["services"]


@pytest.fixture
def ours(services):
    return {name: each for name, each in services.items() if each["image"] == "rectoverso"}


def filled(text):
    """Fill in variables as compose does; what is needed and has no example fails."""

    def fill(match):
        name, kind, rest = match.groups()
        return EXAMPLES[name] if kind == ":?" else EXAMPLES.get(name, rest)

    return re.sub(r"\$\{(\w+)(:\?|:-)([^}]*)\}", fill, text)


def test_services_of_containers_run_commands_that_exist(ours):
    assert {each["command"][0] for each in ours.values()} == {"init", "serve", "work", "first-run"}
    assert {each["command"][0] for each in ours.values()} <= COMMANDS.keys()
    for each in ours.values():  # its options are read before it is asked for help
        answer = CliRunner().invoke(build(each["command"]), [*each["command"], "--help"])
        assert answer.exit_code == 0, answer.output
        wrong = CliRunner().invoke(build(each["command"]), [*each["command"], "--no", "--help"])
        assert wrong.exit_code == 2


def test_the_compose_file_says_nothing_that_is_not_known(compose, services):
    assert compose.keys() == {"name", "x-rectoverso", "services", "volumes"}
    for each in services.values():
        assert each.keys() <= KEYS
        assert each["restart"] in {"no", "unless-stopped"}  # in YAML a bare no would be False


def test_a_service_names_others_volumes_and_files_that_are_there(compose, services):
    for each in services.values():
        assert each.get("depends_on", {}).keys() <= services.keys()
        for volume in each.get("volumes", ()):
            assert volume.partition(":")[0] in compose["volumes"]
        kind, _, other = each.get("network_mode", "").partition(":")
        assert (kind, other in services) in {("", False), ("service", True)}
        assert not (kind and "ports" in each)  # the ports are those of whom it shares with
        if "build" in each:
            assert each["build"]["context"] == ".."
            assert (DEPLOY.parent / each["build"]["dockerfile"]).is_file()


def test_who_is_waited_for_can_become_what_is_waited_for(services):
    for each in services.values():
        for name, wanted in each.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in services[name]
            else:
                assert services[name]["restart"] == "no"


def test_every_container_of_ours_keeps_the_register_of_erasures(ours):
    text = (DEPLOY / "Containerfile").read_text()
    (data,) = re.findall(r"RECTOVERSO_DATA=(\S+)", text)
    assert {f"data:{data}" in each["volumes"] for each in ours.values()} == {True}
    assert f"--create-home --home-dir {data}" in text  # so a new volume is its user's


def test_variables_to_be_set_stand_in_the_example():
    needed = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    told = set(re.findall(r"^(\w+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE))
    assert needed == {"RECTOVERSO_KEY", "POSTGRES_PASSWORD"}
    assert needed <= told


def test_the_environment_of_a_container_makes_settings_that_open(ours, tmp_path, monkeypatch):
    for each in ours.values():
        assert each["environment"] == ours["serve"]["environment"]
    for name, text in ours["serve"]["environment"].items():
        monkeypatch.setenv(name, filled(text))
    monkeypatch.setenv("RECTOVERSO_DATA", str(tmp_path))
    settings, hub = Settings.load(), HubSettings()
    assert settings.address == "https://hub.example.org"
    assert hub.redis_url.get_secret_value() == "redis://doorbell:6379/0"
    assert hub.alert_webhook is None
    assert load_key(hub, random.Random(1)) == bytes(32)
    database = open_database(settings.database("hub"), schema="hub")
    assert database.dialect == "postgresql"
    database.close()


def test_the_image_is_built_without_what_lies_about(compose):
    assert compose["x-rectoverso"]["build"]["dockerfile"] == "deploy/Containerfile"
    left_out = (DEPLOY.parent / ".dockerignore").read_text().split()
    assert {".git", ".venv", "data", "deploy/.env", "**/*.key"} <= set(left_out)


def test_services_begin_after_what_they_need_is_ready(services):
    for name in ("serve", "work", "connect"):
        assert services[name]["depends_on"] == {
            "init": {"condition": "service_completed_successfully"}
        }
    assert services["init"]["depends_on"] == {"database": {"condition": "service_healthy"}}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_a_command_that_exists(unit):
    (command,) = re.findall(
        r"^ExecStart=/opt/rectoverso/bin/rectoverso (\S+)", unit.read_text(), re.MULTILINE
    )
    assert command in COMMANDS


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_does_not_start_again_when_settings_are_wrong(unit):
    text = unit.read_text()
    assert ("Restart=always" in text) == ("RestartPreventExitStatus=78" in text)


@pytest.mark.parametrize("file", ["compose.yaml", "example.env", "Containerfile", "README.md"])
def test_every_setting_that_is_named_exists(file):
    named = set(re.findall(r"RECTOVERSO_[A-Z_]+", (DEPLOY / file).read_text()))
    assert named
    assert named <= SETTINGS


def test_a_setting_left_empty_counts_as_not_given(monkeypatch):
    for name in ("RECTOVERSO_ALERT_WEBHOOK", "RECTOVERSO_REDIS_URL", "RECTOVERSO_ALERT_TO"):
        monkeypatch.setenv(name, "")
    settings = HubSettings()
    assert (settings.alert_webhook, settings.redis_url, settings.alert_to) == (None, None, [])
