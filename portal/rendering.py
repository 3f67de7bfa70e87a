"""Pages from templates: one Jinja environment for all modules, with macros, icons and formats.

Values of the page being drawn (token, principal, time) come by a ContextVar, so that macros need
no arguments for them; they are set for the length of one render.
"""

import dataclasses
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from jinja2.runtime import Macro
from jinja2_fragments import render_block
from lucide.jinja import lucide
from markupsafe import Markup

from portal import charts, formats
from portal.assets import Assets
from portal.i18n import LANGUAGES, Catalogues
from portal.model import Principal, Toast
from portal.rules import can

_HERE = Path(__file__).parent / "templates"
_MACROS = sorted(path.name for path in (_HERE / "portal/macros").glob("*.html"))


@dataclasses.dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the page being drawn. `csrf` is the masked token for its forms."""

    principal: Principal | None
    csrf: str
    language: str
    theme: str
    now: datetime
    path: str
    query: str = ""
    toast: Toast | None = None
    fragment: bool = False


_frame: ContextVar[Frame] = ContextVar("frame")


class Renderer:
    """The templates of the portal and its modules."""

    def __init__(self, assets: Assets, catalogues: Catalogues) -> None:
        self._loaders = [FileSystemLoader(_HERE)]
        self._env = Environment(
            loader=ChoiceLoader(self._loaders),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
            auto_reload=False,
        )
        # Not overlays per language: they share globals, so the last language would win for all.
        install = self._env.install_gettext_callables  # type: ignore[attr-defined]
        install(catalogues.gettext, catalogues.ngettext, newstyle=True)
        self._env.globals["_"] = _translation(catalogues)
        self._env.filters.update(_filters(catalogues))
        self._env.globals.update(_globals(assets))
        self._add_macros()

    def add(self, folder: Path) -> None:
        """Look for templates there too."""
        self._loaders.append(FileSystemLoader(folder))

    def page(self, template: str, context: Mapping[str, Any], frame: Frame) -> str:
        """Return the whole page."""
        mark = _frame.set(frame)
        try:
            return self._env.get_template(template).render(context)
        finally:
            _frame.reset(mark)

    def block(self, template: str, block: str, context: Mapping[str, Any], frame: Frame) -> str:
        """Return one block of the page and, out of band, the toasts if there is one."""
        mark = _frame.set(frame)
        try:
            part = render_block(self._env, template, block, dict(context))
            if frame.toast:
                part += self._env.get_template("portal/toasts.html").render()
            return str(part)
        finally:
            _frame.reset(mark)

    def _add_macros(self) -> None:
        """Offer every macro as `ui.<name>`: fragments are drawn without the page's own imports."""
        macros = SimpleNamespace()
        self._env.globals["ui"] = macros
        for name in _MACROS:
            module = self._env.get_template(f"portal/macros/{name}").module
            for key, value in vars(module).items():
                if isinstance(value, Macro) and not key.startswith("_"):
                    setattr(macros, key, value)


@lru_cache(maxsize=1024)
def icon(name: str, size: int = 16) -> Markup:
    """Return a Lucide icon as inline SVG, hidden from screen readers."""
    return Markup(lucide(name, size=size, aria_hidden="true"))  # noqa: S704 - a file of the package


def _translation(catalogues: Catalogues) -> Callable[..., str]:
    """Return `_`. Jinja's own takes what it is given for markup, and pages give it values too."""

    def translate(text: str, **variables: object) -> str:
        found = catalogues.gettext(text) if text else ""
        return found % variables if variables else found

    return translate


def _filters(catalogues: Catalogues) -> dict[str, Callable[..., Any]]:
    def reason(errors: Mapping[str, str], field: str) -> str:
        """Return why this field was refused, in the language of the page, or ""."""
        return catalogues.gettext(errors[field]) if field in errors else ""

    return {
        "reason": reason,
        "number": formats.number,
        "money": formats.money,
        "percent": formats.percent,
        "date": formats.date,
        "moment": formats.moment,
        "iso": formats.iso,
        "ago": lambda value: formats.ago(value, _frame.get().now),
        "initials": formats.initials,
        "tone": formats.tone,
        "diff": formats.diff,
    }


def _globals(assets: Assets) -> dict[str, Any]:
    return {
        "icon": icon,
        "asset": assets.url,
        "has_asset": assets.has,
        "integrity": assets.integrity,
        "languages": LANGUAGES,
        "frame": _frame.get,
        "may": _may,
        "bars": charts.bars,
        "sparkline": charts.sparkline,
        "donut": charts.donut,
    }


def _may(permission: str) -> bool:
    principal = _frame.get().principal
    return principal is not None and can(principal, permission)
