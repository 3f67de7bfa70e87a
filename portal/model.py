"""What the portal talks about: principals, users, keys, sessions, modules and their navigation."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """What somebody is here to do."""

    ADMIN = "admin"
    INTEGRATOR = "integrator"
    STEWARD = "steward"
    SALES = "sales"
    CLERK = "clerk"
    VIEWER = "viewer"


class Kind(StrEnum):
    """A principal is a person or a key of a system."""

    USER = "user"
    KEY = "key"


class Theme(StrEnum):
    """How pages are coloured; auto follows the machine."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


@dataclasses.dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request: a signed-in user or an API key.

    `scopes` narrow a key's role to the permissions that match one of them; empty narrows nothing.
    """

    id: str
    name: str
    kind: Kind
    role: Role
    language: str = ""
    theme: Theme = Theme.AUTO
    email: str = ""
    scopes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in."""

    id: str
    email: str
    name: str
    role: Role
    language: str
    theme: Theme
    disabled: bool
    created_at: datetime
    signed_in_at: datetime | None
    version: int


@dataclasses.dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a system, without its secret: that is shown once and only its hash is kept."""

    id: str
    name: str
    hint: str
    role: Role
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser; `token_hash` is all that is kept of its cookie."""

    token_hash: str
    user_id: str
    started_at: datetime
    seen_at: datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """A number on a module's card of the home page."""

    label: str
    value: str
    href: str


Badge = Callable[[Principal], str | int | None]
"""What stands behind a navigation entry: a count, or None for nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of a module's navigation, shown to those who hold `permission`.

    `group` is a heading above entries that share it, `key` a shortcut like "g c", `search` the
    query parameter under which the page searches ("q"), so that the palette can search there.
    Titles and groups are English message ids.
    """

    title: str
    href: str
    icon: str
    permission: str
    badge: Badge | None = None
    group: str = ""
    key: str = ""
    search: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Module:
    """One application under the shared shell; `templates` holds a folder named like the module.

    `static` files are served under `<name>/`. `title` and `text` are English message ids.
    """

    name: str
    title: str
    icon: str
    prefix: str
    nav: Sequence[NavEntry]
    templates: Path
    static: Path | None = None
    locale: Path | None = None
    text: str = ""
    figures: Callable[[Principal], Sequence[Figure]] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Toast:
    """A short message at the edge of the page: an English message id and what it is about."""

    text: str
    about: str = ""
    bad: bool = False
