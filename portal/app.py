"""The Portal: one object that an application registers with, asks for pages and is guarded by."""

import base64
import json
from collections.abc import Collection, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import Request
from starlette.types import ASGIApp

from ground import problem
from ground.env import Env
from ground.refusals import Problem
from portal import guard, pages, secrets, service, store
from portal.assets import Assets
from portal.errors import LastAdmin, NoSuchKey, NoSuchUser
from portal.front import THEME_COOKIE
from portal.i18n import Catalogues, language
from portal.model import ApiKey, Module, Principal, Role, Theme, Toast, User
from portal.rendering import Frame, Renderer
from portal.rules import local_path
from portal.security import VISIT_COOKIE, Security, form_cookie
from portal.shell import Shell, build_shell

TOAST_COOKIE = "rv_toast"
_FOLDER = Path(__file__).parent
_REFUSALS: dict[type[Exception], int] = {
    LastAdmin: HTTPStatus.CONFLICT,
    NoSuchUser: HTTPStatus.NOT_FOUND,
    NoSuchKey: HTTPStatus.NOT_FOUND,
}


class Portal:
    """The one front door; `hosts` are the names the server answers to (empty: any)."""

    def __init__(self, env: Env, *, hosts: Collection[str] = ()) -> None:
        self.env = env
        self.keys = store.key_ring(env.db)
        self._hosts = hosts
        self._modules: list[Module] = []
        self._assets = Assets()
        self._catalogues = Catalogues()
        self._catalogues.add(_FOLDER / "locale")
        self._renderer = Renderer(self._assets, self._catalogues)

    # what applications use

    @property
    def modules(self) -> tuple[Module, ...]:
        """The registered applications, in the order of the switcher."""
        return tuple(self._modules)

    def register(self, module: Module) -> None:
        """Put an application under the shell: navigation, templates, static files, texts."""
        self._modules.append(module)
        self._renderer.add(module.templates)
        if module.static:
            self._assets.add(module.name, module.static)
        if module.locale:
            self._catalogues.add(module.locale)

    def names(self) -> dict[str, str]:
        """Return id -> name of every user and key; a user without a name goes by the address."""
        users = {each.id: each.name or each.email for each in service.list_users(self.env)}
        return users | {each.id: each.name for each in service.list_keys(self.env)}

    def require(self, permission: str) -> guard.Guard:
        """Return the dependency that guards a route; see portal.require."""
        return guard.require(permission)

    def page(  # noqa: PLR0913 - what a page is made of
        self,
        request: Request,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        block: str | None = None,
        status: int = HTTPStatus.OK,
        toast: Toast | None = None,
    ) -> HTMLResponse:
        """Return the page; or only its `block` if htmx asks for a fragment of it.

        A toast left by the redirect before this page is shown and forgotten.
        """
        principal = getattr(request.state, "principal", None)
        cookie = form_cookie(request.url.scheme, request.cookies)
        visit = "" if cookie else secrets.new_token(self.env.rng)
        left = request.cookies.get(TOAST_COOKIE, "")
        fragment = block is not None and guard.is_htmx(request)
        frame = Frame(
            principal=principal,
            csrf=secrets.form_token(cookie or visit, self.env.rng),
            language=guard.language_of(request, principal),
            theme=_theme_of(request, principal),
            now=self.env.clock.now(),
            path=request.url.path,
            query=request.url.query,
            toast=toast or _read_toast(left),
            fragment=fragment,
        )
        response = HTMLResponse(self._render(template, context, frame, block), status)
        response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
        if visit:
            _set_cookie(request, response, VISIT_COOKIE, visit)
        if left:
            response.delete_cookie(TOAST_COOKIE)
        return response

    def redirect(
        self, request: Request, target: str, *, toast: Toast | None = None
    ) -> RedirectResponse:
        """Return 303 to a path of this server; the toast is shown on the page that follows."""
        response = RedirectResponse(local_path(target), HTTPStatus.SEE_OTHER)
        if toast:
            _set_cookie(request, response, TOAST_COOKIE, _write_toast(toast), max_age=60)
        return response

    def refusal_page(self, request: Request, refused: Problem) -> Response:
        """Return a refusal as a page for a person, as problem+json for a program.

        Give it to ground.problem.install(app, table, page=portal.refusal_page).
        """
        if refused.status < HTTPStatus.BAD_REQUEST or not guard.wants_page(request):
            return refused.response()
        signed_in = guard.authenticate_refused(request) is not None
        template = "portal/refusal.html" if signed_in else "portal/refusal_gate.html"
        response = self.page(request, template, {"refused": refused}, status=refused.status)
        response.headers.update(refused.headers)
        return response

    # what the composition root uses

    def app(self) -> FastAPI:
        """Return the portal's own pages: home, sign-in, account, users, keys, static files."""
        app = FastAPI(title="Rectoverso", openapi_url=None, max_body_size=1_048_576)
        app.mount("/static", self._assets)
        app.include_router(pages.router(self))
        problem.install(app, _REFUSALS, page=self.refusal_page)
        return app

    def security(self, app: ASGIApp) -> ASGIApp:
        """Wrap the whole server: headers, cross-site checks, and the portal for its guards."""
        return Security(app, self, self._hosts)

    def create_user(
        self, name: str, email: str, role: Role, password: str | None = None
    ) -> service.CreatedUser:
        """Create a user; see portal.service."""
        return service.create_user(self.env, name, email, role, password)

    def list_users(self) -> list[User]:
        """Return all users by name."""
        return service.list_users(self.env)

    def reset_password(self, user_id: str) -> service.CreatedUser:
        """Give a user a new random password."""
        return service.reset_password(self.env, user_id)

    def create_key(
        self, name: str, role: Role, scopes: tuple[str, ...] = (), *, days: int | None = None
    ) -> service.CreatedKey:
        """Create an API key; its secret is in the answer and nowhere else."""
        return service.create_key(self.env, name, role, scopes, days=days)

    def list_keys(self) -> list[ApiKey]:
        """Return all API keys, newest first."""
        return service.list_keys(self.env)

    def revoke_key(self, key_id: str) -> ApiKey:
        """Revoke an API key, for ever."""
        return service.revoke_key(self.env, key_id)

    def ensure_admin(self) -> service.CreatedUser | None:
        """Create the first administrator; None if there is an active one already."""
        return service.ensure_admin(self.env)

    def _render(
        self, template: str, context: Mapping[str, Any] | None, frame: Frame, block: str | None
    ) -> str:
        language.set(frame.language)
        shell = self._shell(frame)
        whole = {"shell": shell, **(context or {})}
        if frame.fragment and block is not None:
            return self._renderer.block(template, block, whole, frame)
        return self._renderer.page(template, whole, frame)

    def _shell(self, frame: Frame) -> Shell | None:
        if frame.principal is None or frame.fragment:
            return None
        return build_shell(self._modules, frame.principal, frame.path)


def _theme_of(request: Request, principal: Principal | None) -> str:
    chosen = request.cookies.get(THEME_COOKIE, "")
    if principal is not None:
        return principal.theme.value
    return chosen if chosen in list(Theme) else Theme.AUTO.value


def _set_cookie(
    request: Request, response: Response, name: str, value: str, *, max_age: int | None = None
) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax", secure=secure)


def _write_toast(toast: Toast) -> str:
    body = json.dumps([toast.text, toast.about[:200], toast.bad]).encode()
    return base64.urlsafe_b64encode(body).decode()


def _read_toast(cookie: str) -> Toast | None:
    try:
        text, about, bad = json.loads(base64.urlsafe_b64decode(cookie))
    except (ValueError, TypeError):
        return None
    return Toast(str(text), str(about), bool(bad))
