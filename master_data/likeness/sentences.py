"""A weighed pair as sentences that a steward understands."""

from collections.abc import Mapping
from typing import Any

from master_data.forms.records import Form
from master_data.likeness.model import Zone
from master_data.likeness.scoring import BLANK, Finding, Weighed

_VERDICTS = {
    Zone.LINK: "This is the same {one}",
    Zone.REVIEW: "This may be the same {one}; a person should look",
    Zone.NEW: "These are two {many}",
}
_NOUNS = {
    "company": ("company", "companies"),
    "person": ("person", "people"),
    "product": ("product", "products"),
    "category": ("category", "categories"),
}
_CLEAR, _STRONG = 3.0, 10.0


def explain_pair(entity: str, weighed: Weighed, came: str = "") -> list[str]:
    """Return what was decided and why, the weightiest reason first; `came`: what came of it."""
    lines = [_verdict(entity, weighed), *([came] if came else [])]
    lines += [f"Whatever else agrees: {why}." for _, why in weighed.vetoes]
    told = [each for each in weighed.findings if each.level != BLANK and each.bits]
    for finding in sorted(told, key=lambda each: -abs(each.bits)):
        lines.append(f"{_capital(finding.label)}: {_strength(finding.bits)} ({finding.bits:+.1f}).")
    for name, cut in weighed.cuts:
        lines.append(f"Several of these say one thing, the {name}: {cut:.1f} are taken off again.")
    lines.append(
        f"Two records that nobody knows anything about start at {weighed.prior:.1f};"
        f" all together it is {weighed.weight:+.1f} bits{_odds(weighed.weight)}."
    )
    silent = [each.comparison.replace("_", " ") for each in weighed.findings if each.level == BLANK]
    if silent:
        lines.append(f"Not known on both sides: {', '.join(silent)}.")
    return lines


def to_json(weighed: Weighed) -> dict[str, object]:
    """Return the decision as it is logged; `rebuild` returns its weight to the bit."""
    return {
        "weight": weighed.weight,
        "zone": weighed.zone.value,
        "prior": weighed.prior,
        "levels": [
            {
                "comparison": each.comparison,
                "level": each.level,
                "label": each.label,
                "bits": each.bits,
            }
            for each in weighed.findings
        ],
        "cuts": [{"group": name, "bits": cut} for name, cut in weighed.cuts],
        "vetoes": [{"name": name, "why": why} for name, why in weighed.vetoes],
    }


def from_json(stored: Mapping[str, Any]) -> Weighed:
    """Return a logged decision as it was weighed then, whatever is counted or shipped by now."""
    return Weighed(
        weight=rebuild(stored),
        zone=Zone(stored["zone"]),
        prior=stored["prior"],
        findings=tuple(
            Finding(each["comparison"], each["level"], each["label"], each["bits"])
            for each in stored["levels"]
        ),
        cuts=tuple((each["group"], each["bits"]) for each in stored["cuts"]),
        vetoes=tuple((each["name"], each["why"]) for each in stored["vetoes"]),
    )


def rebuild(stored: Mapping[str, Any]) -> float:
    """Return the weight of a logged decision from its levels and cuts alone."""
    weight: float = stored["prior"]
    for kind, sign in (("levels", 1.0), ("cuts", -1.0)):
        for each in stored[kind]:
            weight += sign * each["bits"]
    return weight


def shared_words(a: Form, b: Form) -> dict[str, tuple[str, str]]:
    """Return both sides of every field that both have, for a table beside the sentences."""
    both = sorted(a.keys() & b.keys())
    return {name: ("; ".join(a[name]), "; ".join(b[name])) for name in both}


def _verdict(entity: str, weighed: Weighed) -> str:
    one, many = _NOUNS.get(entity, ("thing", "things"))
    return _VERDICTS[weighed.zone].format(one=one, many=many) + "."


def _strength(bits: float) -> str:
    size = abs(bits)
    how = "strongly " if size >= _STRONG else "" if size >= _CLEAR else "a little "
    return f"speaks {how}{'for' if bits > 0 else 'against'} it"


def _odds(weight: float) -> str:
    if abs(weight) > 30:  # noqa: PLR2004  more than a thousand million to one
        return ", beyond doubt"
    odds = round(2 ** abs(weight))
    return f", {odds:,} to 1 {'for' if weight > 0 else 'against'} it" if odds > 1 else ", even odds"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
