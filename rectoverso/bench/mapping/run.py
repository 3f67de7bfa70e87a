"""Times the engine on made-up customers, one core, beside the same mapping written otherwise."""

import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from mappings import CompiledMapping, View, compile_mapping, parse
from mappings.identifiers import phone_to_app, phone_to_golden, tax_id
from rectoverso.bench.mapping import by_hand
from rectoverso.bench.mapping.documents import Record, customers
from rectoverso.bench.mapping.peers import Turn, jmespath_turns, jsonata_turns

MAPPING: Final = Path(__file__).with_name("customer.yaml")
ROUNDS: Final = 7
PEERS: Final = 'the peers are not installed: pip install "rectoverso[bench]"'


class NoLinks:
    """Links of a mapping without references."""

    def golden_id(self, entity: str, external_id: str) -> str | None:
        """Return nothing."""

    def external_id(self, entity: str, golden_id: str) -> str | None:
        """Return nothing."""


LINKS: Final = NoLinks()


def bench_mappings(count: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Return documents per second of CPU time and ratios, all from one run.

    `get`: read an app's record with no golden record known; `put`: write a golden record as a new
    record of the app. Best of several rounds; a ratio is our rate divided by theirs, both ways
    together. `plain` leaves out telephone numbers and tax ids; `cold` meets each one anew.
    """
    documents = customers(count)
    text = MAPPING.read_text("utf-8")
    whole = compile_mapping(parse(text, name=MAPPING.name))
    plain = compile_mapping(parse(_without_libraries(text), name=MAPPING.name))
    say("measuring ours")
    cold = _cold(whole, documents)
    ours = _ours(plain, documents)
    libraries = _ours(whole, documents)
    say("measuring the same mapping by hand and by others")
    hand = _both((by_hand.to_golden, by_hand.to_system), documents)
    figures = {
        "documents_per_s_get": _rate(libraries[0]),
        "documents_per_s_put": _rate(libraries[1]),
        "documents_per_s_get_cold": _rate(cold),
        "documents_per_s_plain": _rate(max(ours)),
        "documents_per_s_plain_get": _rate(ours[0]),
        "documents_per_s_plain_put": _rate(ours[1]),
        "hand_written_get": _rate(hand[0]),
        "hand_written_put": _rate(hand[1]),
        "ratio_to_hand_written": _ratio(hand, ours),
        "ratio_to_jsonata": _peer(jsonata_turns, documents, ours, say),
        "ratio_to_jmespath": _peer(jmespath_turns, documents, ours, say),
    }
    return {**figures, "settings": _settings(count, plain)}


def _without_libraries(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.endswith("# LIBRARY"))


def _settings(count: int, plain: CompiledMapping) -> dict[str, Any]:
    return {
        "documents": count,
        "fields": len(plain.paths),
        "rounds": ROUNDS,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _ours(mapping: CompiledMapping, documents: Sequence[Record]) -> tuple[float, float]:
    """Return seconds per document, reading and writing."""
    views = [_view(mapping, document) for document in documents]
    return (
        _seconds(lambda document: mapping.to_golden(document, None, LINKS), documents),
        _seconds(lambda view: mapping.to_system(view, None, LINKS), views),
    )


def _both(turns: tuple[Turn, Turn], documents: Sequence[Record]) -> tuple[float, float]:
    get, put = turns
    goldens = [by_hand.to_golden(document) for document in documents]
    return _seconds(get, documents), _seconds(put, goldens)


def _peer(
    turns: Callable[[], tuple[Turn, Turn]],
    documents: Sequence[Record],
    ours: tuple[float, float],
    say: Callable[[str], None],
) -> float | None:
    try:
        both = turns()
    except ImportError:
        say(PEERS)
        return None
    return _ratio(_both(both, documents[: max(len(documents) // 20, 1)]), ours)


def _view(mapping: CompiledMapping, document: Record) -> View:
    inbound = mapping.to_golden(document, None, LINKS)
    return View({path: read.value for path, read in inbound.scalars.items()}, {})


def _cold(mapping: CompiledMapping, documents: Sequence[Record]) -> float:
    """Return seconds per document where no telephone number or tax id was met before."""
    mapping.to_golden(documents[0], None, LINKS)  # the libraries themselves are loaded
    for remembered in (phone_to_golden, phone_to_app, tax_id):
        remembered.cache_clear()
    began = time.process_time()
    for document in documents:
        mapping.to_golden(document, None, LINKS)
    return (time.process_time() - began) / len(documents)


def _seconds(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Return the least CPU seconds per item over several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for item in items:
            work(item)
        best = min(best, time.process_time() - began)
    return best / len(items)


def _rate(seconds: float) -> int:
    return round(1 / seconds)


def _ratio(theirs: tuple[float, float], ours: tuple[float, float]) -> float:
    return round(sum(theirs) / sum(ours), 3)
