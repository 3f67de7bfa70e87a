"""How values and outcomes read on a page. Pure."""

from collections.abc import Mapping

from hub.events.rules import Outcome
from master_data.model import Value

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
_ADDRESS = ("street", "street2", "postal_code", "city", "subdivision", "country")


def words(code: str) -> str:
    """Return a code as words: `no_op` is `no op`."""
    return code.replace("_", " ")


def readable(value: Value) -> str:
    """Return a canonical value as a person reads it; blank is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(readable(each) for each in value)
    if isinstance(value, Mapping):
        return _object(value)
    return str(value)


def _object(value: Mapping[str, Value]) -> str:
    if "amount" in value and "currency" in value:
        return f"{value['amount']} {value['currency']}" + _tail(value, ("price_list",))
    if "city" in value or "street" in value:
        return ", ".join(str(value[k]) for k in _ADDRESS if value.get(k)) + _tail(value, ("uses",))
    if "kind" in value and "value" in value:
        return f"{value['value']}" + _tail(value, ("kind", "purpose"))
    if "scheme" in value and "value" in value:
        return f"{value['value']}" + _tail(value, ("country", "scheme"))
    if "value" in value and "unit" in value:
        return f"{value['value']} {value['unit']}"
    return ", ".join(
        f"{words(k)} {readable(v)}" for k, v in value.items() if v is not None and v != ""
    )


def _tail(value: Mapping[str, Value], names: tuple[str, ...]) -> str:
    told = [readable(value[name]) for name in names if value.get(name)]
    return f" ({', '.join(told)})" if told else ""
