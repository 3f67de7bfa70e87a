"""`rectoverso match calibrate`, and its page, on a hub that is served."""

import json

import pytest

from hub.conflicts import store as conflicts
from hub.conflicts.model import Closing, NewConflict, OpenConflict
from hub.matching import store as match_log
from hub.matching.model import NewDecision
from master_data.likeness.model import shipped_model
from portal import Role
from rectoverso.errors import CommandError
from tests.hub.conftest import hub_settings, live_env, serve  # noqa: F401 - fixtures of a hub
from tests.hub.test_api import site  # noqa: F401
from tests.rectoverso.test_golden_command import run  # noqa: F401

WEIGHT = shipped_model("person").link - 1.0


@pytest.fixture
def answered(site):  # noqa: F811
    """Let a steward have called 800 pairs of people the same, a bit below the threshold."""
    ids = [f"{n:04d}" for n in range(800)]
    now = site.hub.env.clock.now()
    questions = [
        NewConflict(
            f"cf_{each}",
            OpenConflict(
                kind="possible_duplicate",
                entity="customer",
                golden_id=f"gr_{each}",
                subject=f"gr_{each}b",
                connection="crm",
                rule="match",
                why="",
            ),
            None,
        )
        for each in ids
    ]
    weighed = [
        NewDecision(
            id=f"md_{each}",
            golden_id=f"gr_{each}",
            other_id=f"gr_{each}b",
            crossref_id=f"xr_{each}",
            connection="crm",
            entity="customer",
            zone="review",
            weight=WEIGHT,
            model="m",
            statistics="s",
            evidence={"kind": "person", "vetoes": [], "came": ""},
        )
        for each in ids
    ]

    def unit(connection):
        conflicts.open_many(connection, questions, now)
        match_log.log(connection, weighed, now)
        closings = [Closing(f"cf_{each}", "us_1", {"choice": "same"}) for each in ids]
        conflicts.close_many(connection, closings, now)

    site.hub.db.write(unit)
    return site


def calibrate(run, site, *words, **more):  # noqa: F811
    told = run("match", "calibrate", *words, "--port", str(site.port), "--json", **more)
    return json.loads(told)


def test_answers_are_told_and_published_by_a_command(run, answered):  # noqa: F811
    (person,) = calibrate(run, answered, "person")["items"]
    assert (person["same"], person["changes"], person["current"]["version"]) == (800, True, 0)
    assert float(person["proposed"]["link"]) == WEIGHT
    published = calibrate(run, answered, "person", "--apply")["published"]
    assert (float(published["link"]), published["version"]) == (WEIGHT, 1)
    again = calibrate(run, answered, "person", "--apply")
    assert again["published"] is None
    assert again["items"][0]["sentences"][-1] == "Nothing changes."
    back = calibrate(run, answered, "person", "--shipped")["published"]
    assert back == person["shipped"] | {"version": 2}


def test_too_few_answers_are_called_so(run, answered):  # noqa: F811
    said = run("match", "calibrate", "company", "--apply", "--port", str(answered.port))
    assert "Too little speaks for linking" in said
    assert "Nothing changes." in said
    assert "Published" not in said


def test_who_may_not_decide_is_refused(run, answered):  # noqa: F811
    with pytest.raises(CommandError, match="403"):
        calibrate(run, answered, "person", "--apply", role=Role.VIEWER)
    with pytest.raises(CommandError, match="There is no kind ships"):
        calibrate(run, answered, "ships")
    with pytest.raises(CommandError, match="Say of which records"):
        calibrate(run, answered, "--apply")
