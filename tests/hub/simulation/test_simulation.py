"""Whole seeds: they hold, they are the same twice, and what failed once stays mended."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hub.effects import store as effects
from hub.simulation.canaries import CANARIES, RECORDED, removed
from hub.simulation.profile import FAULTS, Options, draw, narrow
from hub.simulation.progress import Progress
from hub.simulation.service import noticing_seed, shrink, simulate
from hub.simulation.world import run_seed

pytestmark = pytest.mark.timeout(300)  # a whole life of a hub, some of them several

MENDED = json.loads((Path(__file__).parent / "mended.json").read_text())
"""Seeds that failed once, made small: what was on, and what had been wrong."""


@pytest.mark.parametrize("seed", range(3))
def test_a_seed_holds_and_is_the_same_twice(seed):
    first, again = run_seed(seed), run_seed(seed)
    assert first.failures == ()
    assert first == again
    assert first.edits > 0


def test_a_seed_is_the_same_in_another_process_with_other_hashes():
    program = "from hub.simulation.world import run_seed; print(run_seed(7).trace_hash)"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1


@pytest.mark.parametrize("mended", MENDED, ids=lambda each: f"{each['seed']}: {each['was']}")
def test_what_failed_once_holds(mended):
    options = Options(edits=mended["edits"], without=frozenset(mended["without"]))
    assert run_seed(mended["seed"], options).failures == ()


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path):
    progress = Progress(tmp_path / "state.json")
    for upto in (2, 3):
        report, following = progress.resume(0)
        seeds = range(following, upto)
        keep = progress.keep
        simulate(seeds, processes=1, say=print, report=report, keep=keep)
    report, following = progress.resume(0)
    assert (report.seeds, report.failures, following) == (3, 0, 3)


def test_every_fault_is_drawn_by_some_seed():
    drawn = {word for seed in range(200) for word in draw(seed, Options()).rates}
    assert drawn == set(FAULTS)


def test_a_world_told_in_words_is_so_and_draws_nothing_else():
    told = narrow("kill answer_lost=0.4 erp:no_notices one_record latency=2 gap=0.3 edits=5")
    profile = draw(3, told)
    assert set(profile.words()) == {"kill", "answer_lost", "one_record", "erp:no_notices"}
    assert (profile.rates["answer_lost"], profile.edits, profile.gap) == (0.4, 5, 0.3)
    assert {each.latency for each in profile.systems} == {2.0}


def test_a_word_that_names_nothing_is_refused():
    with pytest.raises(ValueError, match="ansver_lost"):
        narrow("kill ansver_lost")
    with pytest.raises(ValueError, match="latencies"):
        narrow("kill latencies=2")


@pytest.mark.parametrize("name", RECORDED)
def test_a_canary_is_caught(name):
    assert noticing_seed(name) is not None


def test_a_defence_is_back_after_its_canary():
    before = effects.lost
    with removed("lost_effects"):
        assert effects.lost is not before
    assert effects.lost is before
    assert set(RECORDED) <= set(CANARIES)


def test_a_failing_seed_is_made_small():
    options = replace(RECORDED["ack_early"].options, edits=8)
    with removed("ack_early"):
        seed = next(each for each in range(20) if run_seed(each, options).failures)
        whole = run_seed(seed, options)
        found = shrink(seed, lambda _: None, options)
        assert found is not None
        again = run_seed(found.seed, found.options)
    assert again.failures == found.ending.failures != ()
    assert found.ending.trace
    assert (found.ending.edits, len(found.ending.on)) < (whole.edits, len(whole.on))
