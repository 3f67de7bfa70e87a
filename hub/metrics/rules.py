"""Figures in the text form of Prometheus. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Figure", "Kind", "render"]

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Kind(StrEnum):
    """How a figure moves."""

    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: samples are (labels, value)."""

    name: str
    help: str
    kind: Kind
    samples: list[tuple[Mapping[str, str], float]] = field(default_factory=list)


def render(figures: Iterable[Figure]) -> str:
    """Return the text."""
    lines: list[str] = []
    for each in figures:
        lines += [f"# HELP {each.name} {each.help}", f"# TYPE {each.name} {each.kind.value}"]
        lines += [f"{each.name}{_labels(labels)} {value:g}" for labels, value in each.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    told = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{told}}}" if told else ""
