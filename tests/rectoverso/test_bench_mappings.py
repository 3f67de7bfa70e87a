"""What the bench of mappings compares says the same; its figures are there."""

import pytest

from mappings import View, compile_mapping, parse
from rectoverso.bench.mapping import by_hand, peers, run
from rectoverso.bench.mapping.documents import customers

DOCUMENTS = customers(60)


@pytest.fixture
def plain():
    text = "\n".join(
        line for line in run.MAPPING.read_text("utf-8").splitlines() if "LIBRARY" not in line[-9:]
    )
    return compile_mapping(parse(text, name="customer.yaml"))


def test_the_mapping_by_hand_says_what_ours_says(plain):
    assert len(plain.paths) == 30
    for document in DOCUMENTS:
        inbound = plain.to_golden(document, None, run.LINKS)
        golden = {path: read.value for path, read in inbound.scalars.items()}
        assert golden == by_hand.to_golden(document)
        written = plain.to_system(View(golden, {}), None, run.LINKS)
        assert written.values == by_hand.to_system(golden)
        assert (inbound.problems, written.problems) == ({}, {})


@pytest.mark.parametrize("turns", [peers.jsonata_turns, peers.jmespath_turns])
def test_a_peer_says_what_the_mapping_by_hand_says(turns):
    try:
        get, put = turns()
    except ImportError:
        pytest.skip("the peers come with the extra `bench`")
    for document in DOCUMENTS:
        golden = by_hand.to_golden(document)
        assert get(document) == golden
        assert put(golden) == by_hand.to_system(golden)


def test_the_bench_prints_its_figures_and_says_what_to_install(monkeypatch):
    said = []

    def missing():
        raise ImportError

    monkeypatch.setattr(run, "jsonata_turns", missing)
    monkeypatch.setattr(run, "ROUNDS", 1)
    figures = run.bench_mappings(40, said.append)
    wanted = ("documents_per_s_get", "documents_per_s_put", "documents_per_s_plain")
    assert all(figures[name] > 0 for name in (*wanted, "ratio_to_hand_written"))
    assert figures["ratio_to_jsonata"] is None
    assert 'the peers are not installed: pip install "rectoverso[bench]"' in said
