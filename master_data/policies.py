"""The policy table: which rule picks the golden value of each field; no matter of mappings."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from master_data.errors import BadPolicy
from master_data.fields import ENTITIES, entity_schema
from master_data.model import split_path
from master_data.spelling import Form

_CALL = re.compile(r"(?P<rule>[a-z_]+)(?:\((?P<args>[^()]*)\))?")


@dataclass(frozen=True, slots=True)
class Newest:
    """The last edit wins. `alike`: edits that this form makes equal do not wait for a person."""

    alike: Form | None = None


@dataclass(frozen=True, slots=True)
class Trusted:
    """The first connection of the list that contributed wins."""

    connections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """Only these connections contribute; until one of them does, others fill."""

    connections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FillOnly:
    """The first value stays."""


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest text wins."""


@dataclass(frozen=True, slots=True)
class MostRestrictive:
    """The value whose `key` stands first in `order` wins."""

    key: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manual:
    """Rival edits wait for a person, unless the form `alike` makes them equal."""

    alike: Form | None = None


Policy = Newest | Trusted | Owner | FillOnly | Longest | MostRestrictive | Manual


@dataclass(frozen=True, slots=True)
class KeptField:
    """A golden path that another connection owns."""

    path: str
    kept_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """The policies of every entity."""

    rules: Mapping[str, Mapping[str, Policy]]
    _found: dict[tuple[str, str], Policy] = field(default_factory=dict, repr=False, compare=False)

    def of(self, entity: str, path: str) -> Policy:
        """Return the policy of a path; a list element has its list's."""
        scalar = split_path(path)[0]
        if (entity, scalar) not in self._found:
            rules = self.rules.get(entity, {})
            prefix = scalar.rpartition(".")[0] + ".*"
            self._found[entity, scalar] = (
                rules.get(scalar) or rules.get(prefix) or rules.get("default") or Newest()
            )
        return self._found[entity, scalar]

    def kept_elsewhere(self, entity: str, connection: str) -> list[KeptField]:
        """Return the paths this connection may not author, with their owners."""
        kept = []
        for path in entity_schema(entity).specs:
            policy = self.of(entity, path)
            if isinstance(policy, Owner) and connection not in policy.connections:
                kept.append(KeptField(path, policy.connections))
        return kept


def parse_policy(text: str) -> Policy:
    """Read one policy: `owner(erp)`. Raises BadPolicy saying what is wrong."""
    found = _CALL.fullmatch(text.strip())
    if found is None:
        raise BadPolicy(text, "write a rule name, with its arguments in brackets")
    arguments = tuple(part.strip() for part in (found["args"] or "").split(",") if part.strip())
    plain: dict[str, Policy] = {
        "newest": Newest(),
        "fill_only": FillOnly(),
        "longest": Longest(),
        "manual": Manual(),
    }
    if found["rule"] in plain and not arguments:
        return plain[found["rule"]]
    if found["rule"] in {"newest", "manual"}:
        return (Newest if found["rule"] == "newest" else Manual)(_form(text, arguments))
    if found["rule"] == "trusted" and arguments:
        return Trusted(arguments)
    if found["rule"] == "owner" and arguments:
        return Owner(arguments)
    if found["rule"] == "most_restrictive" and arguments and ":" in arguments[0]:
        key, _, first = arguments[0].partition(":")
        return MostRestrictive(key.strip(), (first.strip(), *arguments[1:]))
    raise BadPolicy(text, "unknown rule or wrong arguments; see master_data/policies.toml")


def _form(text: str, arguments: tuple[str, ...]) -> Form:
    """Read `alike: company`."""
    name, _, form = arguments[0].partition(":")
    if len(arguments) != 1 or name.strip() != "alike" or form.strip() not in set(Form):
        raise BadPolicy(text, f"it takes one argument, alike: {' or '.join(Form)}")
    return Form(form.strip())


def parse_policies(text: str) -> PolicyTable:
    """Read a policy file (TOML). Raises BadPolicy for unknown entities, paths and rules."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy("the file", str(error)) from error
    return PolicyTable({entity: _rules(entity, lines) for entity, lines in document.items()})


def _rules(entity: str, lines: Mapping[str, str]) -> dict[str, Policy]:
    if entity not in ENTITIES:
        raise BadPolicy(entity, f"no such entity; there are {', '.join(ENTITIES)}")
    _check_paths(entity, lines)
    return {path: parse_policy(rule) for path, rule in lines.items()}


def _check_paths(entity: str, paths: Iterable[str]) -> None:
    known = set(entity_schema(entity).specs)
    known |= {path.rpartition(".")[0] + ".*" for path in known if "." in path} | {"default"}
    for path in paths:
        if path not in known:
            raise BadPolicy(path, f"{entity} has no such field")


@lru_cache
def default_policies() -> PolicyTable:
    """Return the shipped policy table."""
    return parse_policies((files("master_data") / "policies.toml").read_text("utf-8"))
