from pathlib import Path

from portal.model import Figure, Kind, Module, NavEntry, Principal, Role
from portal.shell import build_shell

CRM = Module(
    "crm",
    "CRM",
    "contact",
    "/crm",
    [
        NavEntry("Overview", "/crm", "gauge", "crm.overview.read"),
        NavEntry("Customers", "/crm/customers", "building", "crm.customers.read", search="q"),
        NavEntry("Managed", "/crm/managed", "lock", "crm.managed_fields.write", group="Set-up"),
        NavEntry("Open", "/crm/open", "x", "crm.x.read", badge=lambda _: 0),
        NavEntry("Late", "/crm/late", "x", "crm.x.read", badge=lambda _: 3),
    ],
    Path(),
    figures=lambda _: [Figure("Customers", "3", "/crm/customers")],
)
SECRET = Module(
    "admin", "Admin", "x", "/adm", [NavEntry("X", "/adm/x", "x", "portal.users.read")], Path()
)


def shell(role, path):
    return build_shell([CRM, SECRET], Principal("us_1", "Ana", Kind.USER, role), path)


def titles(groups):
    return [entry.title for group in groups for entry in group.entries]


def test_only_what_is_permitted_is_shown():
    assert "Managed" not in titles(shell(Role.SALES, "/crm").groups)
    assert "Managed" in titles(shell(Role.INTEGRATOR, "/crm").groups)
    assert [module.title for module in shell(Role.SALES, "/crm").modules] == ["CRM"]
    assert [module.title for module in shell(Role.ADMIN, "/crm").modules] == ["CRM", "Admin"]


def test_the_nearest_entry_is_current():
    def current(path):
        groups = shell(Role.SALES, path).groups
        return [entry.title for group in groups for entry in group.entries if entry.current]

    assert current("/crm") == ["Overview"]
    assert current("/crm/customers/cu_1") == ["Customers"]
    assert current("/crm/customersx") == ["Overview"]
    assert current("/") == ["Home"]


def test_a_count_of_nothing_is_not_shown():
    entries = {e.title: e for group in shell(Role.SALES, "/crm").groups for e in group.entries}
    assert (entries["Open"].badge, entries["Late"].badge) == (None, 3)


def test_the_palette_reaches_every_visible_page_and_the_searches():
    jumps = shell(Role.VIEWER, "/").jumps
    assert ("Customers", "q") in [(jump.title, jump.search) for jump in jumps]
    assert "Users" not in [jump.title for jump in jumps]
    assert "Users" in [jump.title for jump in shell(Role.ADMIN, "/").jumps]
