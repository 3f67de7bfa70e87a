import urllib.request

import pytest

pytestmark = pytest.mark.e2e


async def _hello(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def test_a_served_app_answers_on_a_free_port(serve):
    urls = {serve(_hello), serve(_hello)}
    assert len(urls) == 2
    for url in urls:
        with urllib.request.urlopen(url, timeout=5) as answer:
            assert answer.read() == b"hello"
