"""What the portal's pages know of the Portal, so that neither imports the other."""

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from ground.env import Env
from portal.model import Module, Toast

THEME_COOKIE = "rv_theme"


class Front(Protocol):
    """The Portal as its pages use it."""

    env: Env

    @property
    def modules(self) -> tuple[Module, ...]:
        """The registered applications."""
        ...

    def page(  # noqa: PLR0913 - as Portal.page
        self,
        request: Request,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        block: str | None = None,
        status: int = 200,
        toast: Toast | None = None,
    ) -> HTMLResponse:
        """Return a page."""
        ...

    def redirect(
        self, request: Request, target: str, *, toast: Toast | None = None
    ) -> RedirectResponse:
        """Return 303 to a path of this server."""
        ...


class PageForm(BaseModel):
    """A form of a page: no field that it does not name is taken."""

    model_config = ConfigDict(extra="forbid")
    csrf_token: str = ""
