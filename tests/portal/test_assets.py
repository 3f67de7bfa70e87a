import gzip

import brotli
import pytest

from portal import assets as assets_module
from portal.assets import HTMX, Assets, TamperedAsset


def test_files_are_served_for_ever_under_their_hash(browser):
    tab = browser()
    page = tab.get("/sign-in").text
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    sheet = tab.get(path)
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "--acc:" in sheet.text
    old = tab.get("/static/000000000000/portal/app.css")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    ("accepted", "unpack"),
    [("br, gzip", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)],
)
def test_files_come_compressed_as_the_browser_likes(running, local_portal, accepted, unpack):
    import http.client

    port = running.start(local_portal.security(local_portal.app()))
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/static/x/portal/keys.js", headers={"accept-encoding": accepted})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert b"keydown" in unpack(body)
    assert response.headers["content-encoding"] == (accepted.split(",")[0] or None)


@pytest.mark.parametrize(
    "path", ["x/portal/../../tables.py", "x/portal/%2e%2e/tables.py", "x/", ""]
)
def test_nothing_else_is_served(browser, path):
    assert browser().get(f"/static/{path}").status_code == 404


def test_a_changed_htmx_is_refused(monkeypatch):
    monkeypatch.setattr(assets_module, "HTMX_SHA384", "0" * 64)
    with pytest.raises(TamperedAsset):
        Assets().url(HTMX)


def test_an_unknown_name_is_an_error_at_once():
    with pytest.raises(KeyError):
        Assets().url("portal/none.css")
