"""How canonical values read on a page, in a sentence and at the command line. Pure."""

from collections.abc import Mapping

from master_data.model import Value

__all__ = ["readable", "words"]

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
