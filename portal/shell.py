"""The view model of the shell: which applications, which entries, where the palette can jump."""

import dataclasses
from collections.abc import Iterator, Sequence

from portal.model import Module, NavEntry, Principal
from portal.rules import can


@dataclasses.dataclass(frozen=True, slots=True)
class ModuleLink:
    """One application in the switcher."""

    title: str
    icon: str
    href: str
    current: bool


@dataclasses.dataclass(frozen=True, slots=True)
class EntryLink:
    """One entry of the side navigation."""

    title: str
    icon: str
    href: str
    key: str
    badge: str | int | None
    current: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading; "" has no heading."""

    title: str
    entries: tuple[EntryLink, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Jump:
    """One place of the palette; with `search` (a query word) a search there."""

    title: str
    module: str
    icon: str
    href: str
    search: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Shell:
    """What shell.html draws around a page."""

    title: str
    modules: tuple[ModuleLink, ...]
    groups: tuple[Group, ...]
    jumps: tuple[Jump, ...]


HOME = NavEntry("Home", "/", "house", "portal.account.read", key="g h")
_OWN_PAGES = (
    HOME,
    NavEntry("Your account", "/account", "circle-user-round", "portal.account.read"),
    NavEntry("Users", "/users", "users-round", "portal.users.read"),
    NavEntry("API keys", "/keys", "key-round", "portal.keys.read"),
)


def build_shell(modules: Sequence[Module], principal: Principal, path: str) -> Shell:
    """Return the shell as this principal may see it on this page."""
    visible = [(module, list(_entries(module, principal))) for module in modules]
    visible = [(module, entries) for module, entries in visible if entries]
    current = next((module for module, _ in visible if _inside(path, module.prefix)), None)
    links = tuple(
        ModuleLink(module.title, module.icon, entries[0].href, current=module is current)
        for module, entries in visible
    )
    groups: list[Group] = []
    if current is None:
        groups.append(Group("", tuple(_links([HOME], principal, path))))
        groups += [Group(m.title, tuple(_links(e, principal, path))) for m, e in visible]
    else:
        entries = next(entries for module, entries in visible if module is current)
        groups += _grouped(entries, principal, path)
    title = current.title if current else "Rectoverso"
    return Shell(title, links, tuple(groups), tuple(_jumps(visible, principal)))


def _inside(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")


def _entries(module: Module, principal: Principal) -> Iterator[NavEntry]:
    return (entry for entry in module.nav if can(principal, entry.permission))


def _grouped(entries: list[NavEntry], principal: Principal, path: str) -> list[Group]:
    titles = dict.fromkeys(entry.group for entry in entries)
    return [
        Group(
            title,
            tuple(_links([e for e in entries if e.group == title], principal, path, entries)),
        )
        for title in titles
    ]


def _links(
    entries: Sequence[NavEntry],
    principal: Principal,
    path: str,
    rivals: Sequence[NavEntry] | None = None,
) -> Iterator[EntryLink]:
    inside = [
        e.href
        for e in rivals or entries
        if e.href == path or (e.href != "/" and _inside(path, e.href))
    ]
    nearest = max(inside, key=len, default=None)
    for entry in entries:
        yield EntryLink(
            title=entry.title,
            icon=entry.icon,
            href=entry.href,
            key=entry.key,
            badge=(entry.badge(principal) or None) if entry.badge else None,
            current=entry.href == nearest,
        )


def _jumps(
    visible: Sequence[tuple[Module, list[NavEntry]]], principal: Principal
) -> Iterator[Jump]:
    for module, entries in visible:
        for entry in entries:
            yield Jump(entry.title, module.title, entry.icon, entry.href)
    for entry in _OWN_PAGES:
        if can(principal, entry.permission):
            yield Jump(entry.title, "Rectoverso", entry.icon, entry.href)
    for module, entries in visible:
        for entry in entries:
            if entry.search:
                yield Jump(entry.title, module.title, "search", entry.href, entry.search)
