"""Users and API keys: the pages of administrators."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from portal import service
from portal.errors import FieldsRefused
from portal.front import Front, PageForm
from portal.grid import Column, Filter, Grid, Kind
from portal.guard import require
from portal.i18n import msg
from portal.model import ApiKey, Principal, Role, Toast, User
from portal.rules import key_is_live

ROLE_TEXTS = {
    Role.ADMIN: msg("Everything, with users and API keys."),
    Role.INTEGRATOR: msg("Connections, mappings and all records."),
    Role.STEWARD: msg("Conflicts, duplicates and golden records; reads CRM and ERP."),
    Role.SALES: msg("Works in the CRM; reads the ERP and the hub."),
    Role.CLERK: msg("Works in the ERP; reads the CRM and the hub."),
    Role.VIEWER: msg("Reads everything, changes nothing."),
}
ROLE_TONES = {
    "admin": "violet",
    "integrator": "accent",
    "steward": "cyan",
    "sales": "ok",
    "clerk": "warn",
    "viewer": "",
}
_ROLES = [(role.value, role.value) for role in Role]

# Roles and states are shown by their names.
_NAMES = (
    msg("admin"),
    msg("integrator"),
    msg("steward"),
    msg("sales"),
    msg("clerk"),
    msg("viewer"),
    msg("active"),
    msg("disabled"),
    msg("live"),
    msg("expired"),
    msg("revoked"),
)

USERS = Grid(
    "/users",
    columns=(
        Column("name", "Name", Kind.AVATAR, href=lambda user: f"/users/{user['id']}"),
        Column("email", "E-mail"),
        Column("role", "Role", Kind.BADGE, tones=ROLE_TONES),
        Column("state", "State", Kind.BADGE, tones={"active": "ok", "disabled": "bad"}),
        Column("signed_in_at", "Last sign-in", Kind.AGO),
        Column("created_at", "Created", Kind.DATE, extra=True),
    ),
    filters=(Filter("role", "Role", _ROLES),),
    search=msg("Search users"),
    csv=False,
)
KEYS = Grid(
    "/keys",
    columns=(
        Column("name", "Name", href=lambda key: f"/keys/{key['id']}"),
        Column("hint", "Key", Kind.CODE),
        Column("role", "Role", Kind.BADGE, tones=ROLE_TONES),
        Column("scopes", "Scopes", Kind.TAGS, extra=True),
        Column(
            "state", "State", Kind.BADGE, tones={"live": "ok", "expired": "warn", "revoked": "bad"}
        ),
        Column("used_at", "Last used", Kind.AGO),
        Column("created_at", "Created", Kind.DATE, extra=True),
    ),
    csv=False,
)

UsersRead = Annotated[Principal, Depends(require("portal.users.read"))]
UsersWrite = Annotated[Principal, Depends(require("portal.users.write"))]
KeysRead = Annotated[Principal, Depends(require("portal.keys.read"))]
KeysWrite = Annotated[Principal, Depends(require("portal.keys.write"))]


class NewUserForm(PageForm):
    """A new user."""

    name: str = ""
    email: str = ""
    role: Role = Role.VIEWER


class UserForm(PageForm):
    """What an administrator may change of a user."""

    role: Role
    disabled: bool = False


class NewKeyForm(PageForm):
    """A new API key."""

    name: str = ""
    role: Role = Role.VIEWER
    scopes: str = ""
    days: str = ""


def router(portal: Front) -> APIRouter:
    """Return the routes of users and keys."""
    routes = APIRouter()
    _add_user_list(routes, portal)
    _add_user(routes, portal)
    _add_keys(routes, portal)
    return routes


def _add_user_list(routes: APIRouter, portal: Front) -> None:
    @routes.get("/users")
    def show(request: Request, _principal: UsersRead) -> HTMLResponse:
        query = request.query_params
        wish, role = query.get("q", "").lower(), query.get("filter[role]", "")
        found = [
            _user_record(user)
            for user in service.list_users(portal.env)
            if wish in f"{user.name} {user.email}".lower() and role in ("", user.role)
        ]
        context = {"grid": USERS.view(query, found)}
        return portal.page(request, "portal/users.html", context, block="grid")

    @routes.get("/users/new")
    def ask(request: Request, _principal: UsersWrite) -> HTMLResponse:
        return portal.page(request, "portal/user_new.html", _new_user(NewUserForm(), {}))

    @routes.post("/users")
    def create(
        request: Request, _principal: UsersWrite, form: Annotated[NewUserForm, Form()]
    ) -> HTMLResponse:
        try:
            created = service.create_user(portal.env, form.name, form.email, form.role)
        except FieldsRefused as refused:
            context = _new_user(form, refused.reasons)
            return portal.page(request, "portal/user_new.html", context, status=422)
        return portal.page(request, "portal/user_password.html", {"created": created}, status=201)


def _add_user(routes: APIRouter, portal: Front) -> None:
    @routes.get("/users/{user_id}")
    def show(request: Request, user_id: str, _principal: UsersRead) -> HTMLResponse:
        user = service.read_user(portal.env, user_id)
        return portal.page(request, "portal/user.html", {"user": user, "roles": _roles()})

    @routes.post("/users/{user_id}")
    def change(
        request: Request,
        user_id: str,
        _principal: UsersWrite,
        form: Annotated[UserForm, Form()],
    ) -> Response:
        user = service.change_user(portal.env, user_id, role=form.role, disabled=form.disabled)
        return portal.redirect(request, f"/users/{user_id}", toast=Toast("Saved", user.name))

    @routes.post("/users/{user_id}/password")
    def reset(
        request: Request, user_id: str, _principal: UsersWrite, _form: Annotated[PageForm, Form()]
    ) -> HTMLResponse:
        created = service.reset_password(portal.env, user_id)
        return portal.page(request, "portal/user_password.html", {"created": created})


def _add_keys(routes: APIRouter, portal: Front) -> None:
    @routes.get("/keys")
    def show(request: Request, _principal: KeysRead) -> HTMLResponse:
        found = [_key_record(portal, key) for key in service.list_keys(portal.env)]
        context = {"grid": KEYS.view(request.query_params, found)}
        return portal.page(request, "portal/keys.html", context, block="grid")

    @routes.get("/keys/new")
    def ask(request: Request, _principal: KeysWrite) -> HTMLResponse:
        return portal.page(request, "portal/key_new.html", _new_key(NewKeyForm(), {}))

    @routes.post("/keys")
    def create(
        request: Request, principal: KeysWrite, form: Annotated[NewKeyForm, Form()]
    ) -> HTMLResponse:
        try:
            created = service.create_key(
                portal.env,
                form.name,
                form.role,
                tuple(form.scopes.split()),
                days=_days(form.days),
                created_by=principal.id,
            )
        except FieldsRefused as refused:
            context = _new_key(form, refused.reasons)
            return portal.page(request, "portal/key_new.html", context, status=422)
        return portal.page(request, "portal/key_secret.html", {"created": created}, status=201)

    @routes.get("/keys/{key_id}")
    def one(request: Request, key_id: str, _principal: KeysRead) -> HTMLResponse:
        key = service.read_key(portal.env, key_id)
        context = {"key": key, "record": _key_record(portal, key)}
        return portal.page(request, "portal/key.html", context)

    @routes.post("/keys/{key_id}/revoke")
    def revoke(
        request: Request, key_id: str, _principal: KeysWrite, _form: Annotated[PageForm, Form()]
    ) -> Response:
        key = service.revoke_key(portal.env, key_id)
        return portal.redirect(request, "/keys", toast=Toast("Key revoked", key.name))


def _roles() -> list[tuple[str, str]]:
    return [(role.value, text) for role, text in ROLE_TEXTS.items()]


def _new_user(form: NewUserForm, errors: Any) -> dict[str, Any]:  # noqa: ANN401 - message by field
    return {"form": form, "errors": errors, "roles": _roles()}


def _new_key(form: NewKeyForm, errors: Any) -> dict[str, Any]:  # noqa: ANN401 - message by field
    return {"form": form, "errors": errors, "roles": _roles()}


def _days(text: str) -> int | None:
    """Return the days; blank is no end, anything else that is no number is refused further in."""
    if not text.strip():
        return None
    return int(text) if text.strip().isdecimal() else 0


def _user_record(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role.value,
        "state": "disabled" if user.disabled else "active",
        "signed_in_at": user.signed_in_at,
        "created_at": user.created_at,
    }


def _key_record(portal: Front, key: ApiKey) -> dict[str, Any]:
    live = key_is_live(key, portal.env.clock.now())
    return {
        "id": key.id,
        "name": key.name,
        "hint": f"{key.hint}…",
        "role": key.role.value,
        "scopes": list(key.scopes),
        "state": "live" if live else "revoked" if key.revoked_at else "expired",
        "used_at": key.used_at,
        "created_at": key.created_at,
    }
