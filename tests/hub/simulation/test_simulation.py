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
from hub.simulation.service import find_canary, noticing_seed, shrink, simulate
from hub.simulation.world import run_seed

pytestmark = pytest.mark.timeout(300)  # a whole life of a hub, some of them several

MENDED = json.loads((Path(__file__).parent / "mended.json").read_text())
"""Seeds that failed once, made small: what was on, and what had been wrong."""


SEEDS, BLOCK = 300, 15
"""How many seeds hold in every run of the tests, and how many of them a worker takes at a time."""


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_the_first_seeds_hold(first):
    endings = [run_seed(seed) for seed in range(first, first + BLOCK)]
    assert [(each.seed, each.failures) for each in endings if each.failures] == []
    assert all(each.edits for each in endings)


def test_seeds_are_the_same_in_another_process_with_other_hashes():
    program = (
        "from hub.simulation.world import run_seed\n"
        "for seed in (3, 7, 15): print(run_seed(seed).trace_hash)"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split()
        for hash_seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert len(set(told[0])) == 3


@pytest.mark.parametrize("mended", MENDED, ids=lambda each: f"{each['seed']}: {each['was']}")
def test_what_failed_once_holds(mended):
    world = mended.get("world")
    options = narrow(world) if world else Options()
    edits, without = mended.get("edits"), mended.get("without", ())
    options = replace(options, edits=edits or options.edits, without=frozenset(without))
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


@pytest.mark.chaos
@pytest.mark.parametrize("name", RECORDED)
def test_a_canary_is_found_again_among_other_seeds(name):
    assert find_canary(name, range(1000, 1200), RECORDED[name].options) is not None


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
