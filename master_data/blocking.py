"""Match keys: equal exact keys say `the same thing`, equal candidate keys only `perhaps`.

An empty component gives no key, so blanks never meet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from master_data.model import Flat, Value, split_path
from master_data.normalise import compact, fold_name


@dataclass(frozen=True, slots=True)
class MatchKeys:
    """`exact`: in order of strength; `candidate`: worth a person's look."""

    exact: tuple[str, ...] = ()
    candidate: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Return every key, exact ones first."""
        return self.exact + self.candidate


def match_keys(entity: str, body: Flat) -> MatchKeys:
    """Return the keys under which a golden record is found."""
    match entity:
        case "customer":
            return MatchKeys(
                tuple(_unique(_customer_exact(body))), tuple(_unique(_name_and_place(body)))
            )
        case "product":
            return MatchKeys(tuple(_unique(_product_exact(body))))
        case "category":
            return MatchKeys(tuple(_unique(_key("category.code", body.get("code")))))
        case _:
            return MatchKeys()


def elements(body: Flat, list_path: str) -> Iterator[Value]:
    """Yield the elements of one list of a flat body."""
    for path, value in body.items():
        name, element = split_path(path)
        if element is not None and name == list_path and value:
            yield value


def _customer_exact(body: Flat) -> Iterator[str]:
    for each in elements(body, "tax_ids"):
        yield from _key("tax", each.get("country"), _national(each))
    for each in elements(body, "other_ids"):
        if each.get("scheme") in ("gln", "lei", "duns"):
            yield from _key(str(each["scheme"]), each.get("value"))


def _national(tax_id: dict[str, Value]) -> str:
    """Return the number without its country prefix: ES B12345678 and B12345678 are one."""
    number, country = (
        compact(str(tax_id.get("value") or "")),
        str(tax_id.get("country") or "").upper(),
    )
    return number.removeprefix(country) if country else number


def _name_and_place(body: Flat) -> Iterator[str]:
    name = fold_name(str(body.get("name") or body.get("legal_name") or ""))
    for each in elements(body, "addresses"):
        yield from _key("name+postal", name, each.get("postal_code"))


def _product_exact(body: Flat) -> Iterator[str]:
    yield from _key("sku", body.get("sku"))
    for gtin in body.get("gtins") or []:
        yield from _key("gtin", str(gtin).zfill(14))


def _key(kind: str, *components: Value) -> Iterator[str]:
    parts = [compact(str(component or "")) for component in components]
    if all(parts):
        yield f"{kind}:{':'.join(parts)}"


def _unique(keys: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(keys)
