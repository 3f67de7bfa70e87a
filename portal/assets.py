"""Static files: kept in memory, compressed once, served for ever under the hash of all of them.

htmx comes from a pinned package; its file is refused if it is not the one we checked.
"""

import base64
import gzip
import hashlib
import importlib.resources
import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import brotli
from starlette.types import Receive, Scope, Send

HTMX = "htmx/htmx.min.js"
HTMX_SHA384 = "0895/pl2MU10Hqc6jd4RvrthNlDiE9U1tWmX7WRESftEDRosgxNsQG/Ze9YMRzHq"
STYLESHEETS = ("tokens", "base", "shell", "components", "form", "table")
_COMPRESSED = {".css", ".js", ".svg", ".json", ".txt"}


class TamperedAsset(Exception):
    """The installed htmx file is not the one this version was checked with."""


class _File(NamedTuple):
    kind: bytes
    plain: bytes
    gzipped: bytes
    brotlied: bytes


class Assets:
    """All static files of the portal and its modules; also the ASGI app that serves them."""

    integrity = f"sha384-{HTMX_SHA384}"

    def __init__(self) -> None:
        self._folders: dict[str, Path] = {"portal": Path(__file__).parent / "static"}
        self._files: dict[str, _File] = {}
        self._version = ""

    def add(self, name: str, folder: Path) -> None:
        """Serve a module's folder under `<name>/`."""
        self._folders[name] = folder
        self._files.clear()

    def url(self, name: str) -> str:
        """Return the address of "portal/app.css" and the like; KeyError if there is none."""
        files = self._loaded()
        if name not in files:
            raise KeyError(name)
        return f"/static/{self._version}/{name}"

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return name in self._loaded()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer GET /static/<version>/<name>; an old version gets today's file, uncached."""
        path = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        version, _, name = path.partition("/")
        file = self._loaded().get(name)
        if file is None or scope["type"] != "http":
            await _answer(send, 404, [(b"content-type", b"text/plain")], b"Not found")
            return
        body, encoding = _choose(file, dict(scope["headers"]).get(b"accept-encoding", b""))
        fresh = version == self._version
        headers = [
            (b"content-type", file.kind),
            (b"cache-control", b"public, max-age=31536000, immutable" if fresh else b"no-cache"),
            (b"vary", b"accept-encoding"),
        ]
        if encoding:
            headers.append((b"content-encoding", encoding))
        await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else body)

    def _loaded(self) -> dict[str, _File]:
        if not self._files:
            contents = dict(self._read())
            digest = hashlib.sha256()
            for name in sorted(contents):
                digest.update(name.encode() + b"\0" + contents[name])
            self._version = digest.hexdigest()[:12]
            self._files = {name: _file(name, body) for name, body in contents.items()}
        return self._files

    def _read(self) -> Iterator[tuple[str, bytes]]:
        for name, folder in self._folders.items():
            for path in folder.rglob("*"):
                if path.is_file():
                    yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()
        sheets = self._folders["portal"]
        yield "portal/app.css", b"".join((sheets / f"{n}.css").read_bytes() for n in STYLESHEETS)
        yield HTMX, _read_htmx()


def _read_htmx() -> bytes:
    body = (importlib.resources.files("js_lib_htmx") / "static/htmx/htmx.min.js").read_bytes()
    if base64.b64encode(hashlib.sha384(body).digest()).decode() != HTMX_SHA384:
        raise TamperedAsset
    return body


def _file(name: str, body: bytes) -> _File:
    suffix = Path(name).suffix
    kind = mimetypes.types_map.get(suffix, "application/octet-stream")
    if suffix == ".js":
        kind = "text/javascript"
    if suffix not in _COMPRESSED:
        return _File(kind.encode(), body, b"", b"")
    packed = gzip.compress(body, mtime=0), brotli.compress(body)
    return _File(f"{kind}; charset=utf-8".encode(), body, *packed)


def _choose(file: _File, accepted: bytes) -> tuple[bytes, bytes]:
    if file.brotlied and b"br" in accepted:
        return file.brotlied, b"br"
    if file.gzipped and b"gzip" in accepted:
        return file.gzipped, b"gzip"
    return file.plain, b""


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
