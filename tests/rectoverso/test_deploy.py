"""What lies in deploy/ names commands and settings that exist, and files that are there."""

import re
from pathlib import Path

import pytest
import yaml

from hub.settings import HubSettings
from rectoverso.cli import COMMANDS
from rectoverso.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SETTINGS = {
    f"RECTOVERSO_{name.upper()}" for name in {**Settings.model_fields, **HubSettings.model_fields}
}


@pytest.fixture
def services():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def test_services_of_containers_run_commands_that_exist(services):
    ours = {name: each for name, each in services.items() if each["image"] == "rectoverso"}
    assert {each["command"][0] for each in ours.values()} == {"init", "serve", "work", "first-run"}
    assert {each["command"][0] for each in ours.values()} <= COMMANDS.keys()


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
