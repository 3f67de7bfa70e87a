"""How values and outcomes read on a page. Pure."""

from hub.events.rules import Outcome
from hub.golden.readable import readable, words

__all__ = ["OUTCOME_TONES", "SYSTEM_TONES", "readable", "words"]

OUTCOME_TONES = {
    Outcome.APPLIED.value: "ok",
    Outcome.NO_OP.value: "",
    Outcome.SUPERSEDED.value: "",
    Outcome.REJECTED.value: "bad",
    Outcome.CONFLICT.value: "bad",
    Outcome.HELD.value: "warn",
    Outcome.WAITING.value: "warn",
    "undecided": "accent",
}
SYSTEM_TONES = {"crm": "violet", "erp": "cyan"}
