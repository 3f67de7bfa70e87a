"""The portal's own pages: home, sign-in, account, users, API keys."""

import dataclasses
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from portal import guard, service, sign_in
from portal.admin import pages as admin_pages
from portal.errors import FieldsRefused, SignInRefused, SignInThrottled
from portal.front import THEME_COOKIE, Front, PageForm
from portal.guard import require
from portal.i18n import LANGUAGES, msg
from portal.model import Figure, Kind, Module, Principal, Theme, Toast
from portal.rules import can, local_path
from portal.security import VISIT_COOKIE, session_cookie

_YEAR = 31_536_000
THROTTLED = msg("Too many attempts. Wait a few minutes and try again.")
Own = Annotated[Principal, Depends(require("portal.account.read"))]
OwnChange = Annotated[Principal, Depends(require("portal.account.write"))]


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """An application on the home page."""

    module: Module
    href: str
    figures: tuple[Figure, ...]


class SignInForm(PageForm):
    """The sign-in form."""

    email: str = ""
    password: str = ""
    next: str = "/"


class PreferencesForm(PageForm):
    """Theme or language, and the page to come back to."""

    theme: str = ""
    language: str = ""
    next: str = "/"


class PasswordForm(PageForm):
    """A new password with the old one."""

    current: str = ""
    new: str = ""
    again: str = ""


class NameForm(PageForm):
    """How the person is called."""

    name: str = ""


def router(portal: Front) -> APIRouter:
    """Return all routes of the portal."""
    routes = APIRouter()
    _add_home(routes, portal)
    _add_sign_in(routes, portal)
    _add_preferences(routes, portal)
    _add_account(routes, portal)
    routes.include_router(admin_pages.router(portal))
    return routes


def _add_home(routes: APIRouter, portal: Front) -> None:
    @routes.get("/")
    def home(request: Request, principal: Own) -> HTMLResponse:
        return portal.page(request, "portal/home.html", {"cards": _cards(portal, principal)})


def _cards(portal: Front, principal: Principal) -> list[Card]:
    cards = []
    for module in portal.modules:
        entries = [entry for entry in module.nav if can(principal, entry.permission)]
        if entries:
            figures = tuple(module.figures(principal)) if module.figures else ()
            cards.append(Card(module, entries[0].href, figures))
    return cards


def _add_sign_in(routes: APIRouter, portal: Front) -> None:
    @routes.get("/sign-in")
    async def ask(request: Request, next: str = "/") -> Response:  # noqa: A002 - the query word
        target = local_path(next)
        if await guard.authenticate(request) is not None:
            return portal.redirect(request, target)
        return portal.page(request, "portal/sign_in.html", {"next": target})

    @routes.post("/sign-in")
    def answer(request: Request, form: Annotated[SignInForm, Form()]) -> Response:
        old = request.cookies.get(session_cookie(request.url.scheme), "")
        if not old and VISIT_COOKIE not in request.cookies:
            why = msg("Your browser sent no cookie. Allow cookies and try again.")
            return _ask_again(portal, request, form, why, HTTPStatus.FORBIDDEN)
        try:
            token = sign_in.sign_in(
                portal.env, form.email, form.password, _address(request), old_token=old
            )
        except SignInThrottled as wait:
            page = _ask_again(portal, request, form, THROTTLED, HTTPStatus.TOO_MANY_REQUESTS)
            page.headers["Retry-After"] = str(wait.seconds)
            return page
        except SignInRefused:
            why = msg("The address or the password is wrong.")
            return _ask_again(portal, request, form, why, HTTPStatus.UNAUTHORIZED)
        return _signed_in(request, portal.redirect(request, form.next), token)

    @routes.post("/sign-out")
    def leave(request: Request) -> Response:
        cookie = session_cookie(request.url.scheme)
        sign_in.sign_out(portal.env, request.cookies.get(cookie, ""))
        response = portal.redirect(request, "/sign-in")
        response.delete_cookie(cookie, secure=request.url.scheme == "https")
        return response


def _ask_again(
    portal: Front, request: Request, form: SignInForm, why: str, status: HTTPStatus
) -> HTMLResponse:
    context = {"next": local_path(form.next), "email": form.email, "problem": why}
    return portal.page(request, "portal/sign_in.html", context, status=status)


def _address(request: Request) -> str:
    """Return who connected; a forwarded address counts only if the server trusts its peer."""
    return request.client.host if request.client else ""


def _signed_in(request: Request, response: Response, token: str) -> Response:
    response.set_cookie(
        session_cookie(request.url.scheme),
        token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


def _add_preferences(routes: APIRouter, portal: Front) -> None:
    @routes.post("/preferences")
    def keep(
        request: Request,
        form: Annotated[PreferencesForm, Form()],
        principal: Annotated[Principal | None, Depends(guard.authenticate)],
    ) -> Response:
        response = portal.redirect(request, form.next)
        if principal is not None and principal.kind is Kind.USER:
            service.set_preferences(
                portal.env, principal.id, language=form.language, theme=form.theme
            )
        if form.language in LANGUAGES:
            _remember(request, response, guard.LANGUAGE_COOKIE, form.language)
        if form.theme in list(Theme):
            _remember(request, response, THEME_COOKIE, form.theme)
        return response


def _remember(request: Request, response: Response, name: str, value: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="lax", secure=secure)


def _add_account(routes: APIRouter, portal: Front) -> None:
    @routes.get("/account")
    def show(request: Request, _principal: Own) -> HTMLResponse:
        return portal.page(request, "portal/account.html", {"errors": {}})

    @routes.post("/account/name")
    def rename(
        request: Request, principal: OwnChange, form: Annotated[NameForm, Form()]
    ) -> Response:
        try:
            service.rename_user(portal.env, principal.id, form.name)
        except FieldsRefused as refused:
            return _account_again(portal, request, refused.reasons)
        return portal.redirect(request, "/account", toast=Toast("Saved"))

    @routes.post("/account/password")
    def change_password(
        request: Request, principal: OwnChange, form: Annotated[PasswordForm, Form()]
    ) -> Response:
        if form.new != form.again:
            return _account_again(portal, request, {"again": msg("The two new passwords differ.")})
        try:
            token = service.change_password(
                portal.env, principal, form.current, form.new, address=_address(request)
            )
        except FieldsRefused as refused:
            return _account_again(portal, request, refused.reasons)
        except SignInThrottled as wait:
            page = _account_again(portal, request, {"current": THROTTLED}, 429)
            page.headers["Retry-After"] = str(wait.seconds)
            return page
        changed = portal.redirect(request, "/account", toast=Toast("Password changed"))
        return _signed_in(request, changed, token)


def _account_again(
    portal: Front, request: Request, errors: Mapping[str, str], status: int = 422
) -> HTMLResponse:
    return portal.page(request, "portal/account.html", {"errors": errors}, status=status)
