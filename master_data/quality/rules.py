"""Assesses golden records by the rules of quality.toml. Pure: times come as ages in days."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from master_data.errors import BadQualityRules
from master_data.fields import ENTITIES, entity_schema
from master_data.forms.contacts import email_address, phone_number
from master_data.forms.identifiers import gtin14, is_valid_tax_id, tax_id
from master_data.model import Flat, Value, is_blank, split_path
from master_data.quality.model import PARTS, Assessment, Finding, Standing

_POSTAL = {
    "ES": r"(0[1-9]|[1-4]\d|5[0-2])\d{3}",
    "FR": r"\d{5}",
    "DE": r"\d{5}",
    "IT": r"\d{5}",
    "US": r"\d{5}(-\d{4})?",
    "PT": r"\d{4}-\d{3}",
    "NL": r"\d{4} ?[A-Z]{2}",
    "BE": r"\d{4}",
    "AT": r"\d{4}",
    "CH": r"\d{4}",
    "PL": r"\d{2}-\d{3}",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
}
_CHECKED_TAX_IDS = {"ES", "FR", "DE", "IT", "PT", "NL", "BE", "AT", "PL", "GB", "SE", "DK", "FI"}


@dataclass(frozen=True, slots=True)
class EntityRules:
    """The rules of one entity: alternatives -> weight, path -> check, days."""

    complete: Mapping[tuple[str, ...], int]
    valid: Mapping[str, str]
    fresh: int


@dataclass(frozen=True, slots=True)
class QualityRules:
    """The rules of every entity, and how much each part weighs."""

    weights: Mapping[str, int]
    entities: Mapping[str, EntityRules]


def assess(entity: str, body: Flat, standing: Standing, rules: QualityRules) -> Assessment:
    """Score a golden record and name what would make it better."""
    mine, findings = rules.entities[entity], list[Finding]()
    parts = {
        "complete": _complete(entity, body, mine, findings),
        "valid": _valid(entity, body, mine, findings),
        "agreed": _agreed(entity, body, standing, findings),
        "fresh": _fresh(standing, mine, findings),
    }
    total = sum(rules.weights.values())
    mean = sum(rules.weights[name] * share for name, share in parts.items()) / total
    shown = {name: round(100 * share) for name, share in parts.items()}
    return Assessment(round(100 * mean), shown, tuple(findings))


def _complete(entity: str, body: Flat, rules: EntityRules, findings: list[Finding]) -> float:
    there = {split_path(path)[0] for path, value in body.items() if not is_blank(value)}
    schema, got = entity_schema(entity), 0
    for names, weight in sorted(rules.complete.items(), key=lambda each: -each[1]):
        if there.intersection(names):
            got += weight
        else:
            titles = " or ".join(schema.title_of(name) for name in names)
            findings.append(Finding("missing", names[0], f"{titles}: missing"))
    return got / (sum(rules.complete.values()) or 1)


def _valid(entity: str, body: Flat, rules: EntityRules, findings: list[Finding]) -> float:
    schema, checked, bad = entity_schema(entity), 0, dict[str, str]()
    for path, value in body.items():
        name = split_path(path)[0]
        if name in rules.valid and not is_blank(value):
            trouble = _CHECKS[rules.valid[name]](value, body)
            checked += trouble is not None
            if trouble:
                bad[path] = trouble
    bad |= {
        path: "the schema refuses it" for path in schema.problems(body) if path and path not in bad
    }
    findings += [
        Finding("invalid", path, f"{schema.title_of(path)}: {why}")
        for path, why in sorted(bad.items())
    ]
    return 1.0 if not bad else 1 - len(bad) / max(checked, len(bad))


def _agreed(entity: str, body: Flat, standing: Standing, findings: list[Finding]) -> float:
    schema, held = entity_schema(entity), sorted(standing.held)
    findings += [
        Finding("disputed", path, f"{schema.title_of(path)} differs between systems")
        for path in held
    ]
    if standing.parked:
        findings.append(Finding("parked", "", f"{standing.parked} systems get no writes"))
    paths = max(len({*body, *held}), 1)
    systems = max(standing.systems, 1)
    return (1 - len(held) / paths) * (1 - min(standing.parked, systems) / systems)


def _fresh(standing: Standing, rules: EntityRules, findings: list[Finding]) -> float:
    age = standing.confirmed_days / rules.fresh
    if age > 1:
        days = int(standing.confirmed_days)
        findings.append(Finding("stale", "", f"nobody has confirmed it for {days} days"))
    return min(1.0, max(0.0, 1 - max(age - 0.5, 0) / 1.5))


def _check_tax_id(value: Value, body: Flat) -> str | None:
    """Return what is wrong, empty if nothing, None if nobody can tell."""
    del body
    form = tax_id(str(value.get("value") or ""), str(value.get("country") or ""))
    if form.partition(":")[0] not in _CHECKED_TAX_IDS:
        return None
    return "" if is_valid_tax_id(form) else "its check digits are wrong"


def _check_point(value: Value, body: Flat) -> str | None:
    text = str(value.get("value") or "")
    match value.get("kind"):
        case "email":
            return "" if email_address(text) else "no mailbox"
        case "phone" | "mobile" | "fax":
            return "" if phone_number(text, _country(body)) else "no telephone number"
        case _:
            return None


def _check_gtin(value: Value, body: Flat) -> str | None:
    del body
    numbers = value if isinstance(value, list) else [value]
    return "" if all(gtin14(str(each)) for each in numbers) else "its check digit is wrong"


def _check_postal_code(value: Value, body: Flat) -> str | None:
    del body
    code, country = str(value.get("postal_code") or "").upper(), value.get("country")
    if not code or country not in _POSTAL:
        return None
    return "" if re.fullmatch(_POSTAL[country], code) else f"no postal code of {country}"


def _country(body: Flat) -> str:
    found = (
        value.get("country")
        for path, value in body.items()
        if split_path(path)[0] in {"addresses", "tax_ids"} and isinstance(value, dict)
    )
    return next((str(each) for each in found if each), "")


_CHECKS: Mapping[str, Callable[[Value, Flat], str | None]] = {
    "tax_id": _check_tax_id,
    "email_or_phone": _check_point,
    "gtin": _check_gtin,
    "postal_code": _check_postal_code,
}


def parse_rules(text: str) -> QualityRules:
    """Read a file of rules (TOML). Raises BadQualityRules saying what is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadQualityRules("the file", str(error)) from error
    weights = document.pop("weights", dict.fromkeys(PARTS, 1))
    if set(weights) != set(PARTS) or not all(
        isinstance(w, int) and w > 0 for w in weights.values()
    ):
        raise BadQualityRules("weights", f"give each of {', '.join(PARTS)} a whole number above 0")
    _refuse_unknown("entity", document, ENTITIES)
    return QualityRules(weights, {name: _entity(name, each) for name, each in document.items()})


def _entity(name: str, told: Mapping[str, Value]) -> EntityRules:
    _refuse_unknown("part", told, ("complete", "valid", "fresh"))
    complete = {tuple(names.split("|")): weight for names, weight in told["complete"].items()}
    known = entity_schema(name).specs
    for paths in (*complete, tuple(told["valid"])):
        _refuse_unknown(f"{name} field", paths, known)
    _refuse_unknown("check", told["valid"].values(), _CHECKS)
    return EntityRules(complete, told["valid"], told["fresh"])


def _refuse_unknown(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise BadQualityRules(name, f"no such {what}; there are {', '.join(known)}")


@lru_cache
def default_rules() -> QualityRules:
    """Return the shipped rules."""
    return parse_rules((files("master_data") / "quality" / "quality.toml").read_text("utf-8"))
