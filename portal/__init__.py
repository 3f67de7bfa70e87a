"""The one front door: sign-in, roles, API keys, the shell and the design system.

It knows no business. Applications get a Portal, register a Module and guard routes by `require`.
"""

from portal.app import Portal
from portal.errors import (
    FieldsRefused,
    LastAdmin,
    NoSuchKey,
    NoSuchUser,
    PortalError,
    SignInRefused,
    SignInThrottled,
)
from portal.front import PageForm
from portal.grid import Column, Filter, Grid, GridView, write_csv
from portal.grid import Kind as ColumnKind
from portal.guard import is_htmx, require
from portal.model import (
    ApiKey,
    Figure,
    Kind,
    Module,
    NavEntry,
    Principal,
    Role,
    Theme,
    Toast,
    User,
)
from portal.rules import can
from portal.service import CreatedKey, CreatedUser

__all__ = [
    "ApiKey",
    "Column",
    "ColumnKind",
    "CreatedKey",
    "CreatedUser",
    "FieldsRefused",
    "Figure",
    "Filter",
    "Grid",
    "GridView",
    "Kind",
    "LastAdmin",
    "Module",
    "NavEntry",
    "NoSuchKey",
    "NoSuchUser",
    "PageForm",
    "Portal",
    "PortalError",
    "Principal",
    "Role",
    "SignInRefused",
    "SignInThrottled",
    "Theme",
    "Toast",
    "User",
    "can",
    "is_htmx",
    "require",
    "write_csv",
]
