"""`rectoverso golden`, `conflicts`, `connections` on a hub that is served."""

from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from hub.conflicts import store as conflicts
from hub.conflicts.model import NewConflict, OpenConflict, Rival
from hub.onboarding import store as onboarding
from hub.replanning import store as replanning
from portal import Role
from rectoverso.cli import build
from rectoverso.commands.connections import _watch
from rectoverso.errors import CommandError, NotPossible
from tests.hub.conftest import hub_settings, live_env, serve  # noqa: F401 - fixtures of a hub
from tests.hub.test_api import site  # noqa: F401
from tests.hub.test_clusters_api import steward  # noqa: F401

WHY = "Same name: speaks strongly for it (+14.2). Same telephone: speaks for it (+7.0). " * 4


@pytest.fixture
def run(site, monkeypatch):  # noqa: F811
    """Run a command against the hub; its port is said before the inner command."""

    def invoke(command, *words, role=Role.STEWARD):
        key = site.portal.create_key(f"command of a {role}", role).secret
        monkeypatch.setenv("RECTOVERSO_API_KEY", key)
        monkeypatch.setenv("COLUMNS", "80")
        told = [command, *words]
        result = CliRunner().invoke(build(told), told)
        if isinstance(result.exception, CommandError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


def test_a_name_lists_the_ids_of_those_called_so(run, site, steward):  # noqa: F811
    del steward
    with pytest.raises(CommandError, match=r"(?s)Ibarra is no id.*gr_1  Ibarra.*gr_2  Ibarra SL"):
        run("golden", "--port", str(site.port), "show", "Ibarra")
    with pytest.raises(CommandError, match="No golden record has the id or the name Nobody/There"):
        run("explain", "Nobody/There", "--port", str(site.port))
    assert "Ibarra SL" in run("golden", "--port", str(site.port), "show", "gr_2")


def test_conflicts_can_be_read_at_eighty_columns(run, site, steward):  # noqa: F811
    del steward
    duplicate = OpenConflict(
        kind="possible_duplicate",
        entity="customer",
        golden_id="gr_2",
        subject="gr_1",
        connection="crm",
        rule="match",
        why=WHY,
        rivals=(Rival("tax", "gr_1", 0),),
    )
    rivals = OpenConflict(
        kind="rival_values",
        entity="customer",
        golden_id="gr_1",
        subject="legal_name",
        connection="crm",
        rule="manual",
        why="both changed it",
        rivals=(Rival("crm", "Ibarra", 0), Rival("erp", "Ibarra SL", 0)),
    )
    new = [NewConflict("cf_1", duplicate, None), NewConflict("cf_2", rivals, None)]
    site.hub.db.write(lambda c: conflicts.open_many(c, new, site.hub.db.now(c)))
    shown = run("conflicts", "--port", str(site.port)).splitlines()
    assert max(map(len, shown)) <= 80
    said = " ".join(each.strip() for each in shown)
    assert "cf_1 possible duplicate crm" in said.replace("  ", " ")
    assert WHY.strip() in said
    assert "Ibarra SL (gr_2) and Ibarra (gr_1)" in said
    assert "Ibarra (gr_1): legal_name both changed it crm says Ibarra; erp says Ibarra SL" in said


def test_a_connection_is_paused_and_resumed_by_commands(run, site):  # noqa: F811
    site.add()
    place = ("--port", str(site.port))
    assert "crm is paused.\n" in run("connections", *place, "pause", "crm", role=Role.INTEGRATOR)
    with pytest.raises(CommandError, match="cannot pause crm: it is paused"):
        run("connections", *place, "pause", "crm", role=Role.INTEGRATOR)
    told = run("connections", *place, "resume", "crm", role=Role.INTEGRATOR)
    assert "crm is onboarding.\n" in told


def test_a_load_that_is_held_goes_on_by_a_command(run, site):  # noqa: F811
    site.add()
    place = ("--port", str(site.port))
    told = run("connections", *place, "approve", "crm", role=Role.INTEGRATOR)
    assert "crm is approved; its load goes on by itself.\n" in told
    held = {"held": "3 of 10 refused"}
    site.hub.db.write(lambda c: replanning.set_columns(c, "crm", held))

    def progress():
        return site.hub.db.read(lambda c: onboarding.progress(c, "crm", site.hub.db.now(c)))

    assert progress().held == "3 of 10 refused"
    watch = {"done": 7, "total": 90, "per_second": 1.0, "eta": None, "to_deliver": 83} | held
    with pytest.raises(NotPossible, match=r"3 of 10 refused.*connections go-on crm"):
        _watch(Mock(get=Mock(return_value=watch)), "crm")
    assert "crm goes on: " in run("connections", *place, "go-on", "crm", role=Role.INTEGRATOR)
    assert progress().held is None


def test_only_those_who_keep_records_export_and_erase_them(run, site, steward):  # noqa: F811
    del steward
    place = ("--port", str(site.port))
    erase = ("--reason", "asked", "--yes", *place)
    for role in (Role.VIEWER, Role.SALES, Role.CLERK):
        for words in (("erase", "gr_1", *erase), ("export", "gr_1", *place)):
            with pytest.raises(CommandError, match="Only stewards, integrators and administrators"):
                run("golden", *words, role=role)
    for role, golden_id in ((Role.INTEGRATOR, "gr_1"), (Role.STEWARD, "gr_2")):
        assert f"Erased: {golden_id}." in run("golden", "erase", golden_id, *erase, role=role)
