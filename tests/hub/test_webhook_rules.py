import pytest

from hub.webhooks.rules import Refusal, connection_of, refuse_by_headers

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "headers", "refusal"),
    [
        ("POST", JSON, None),
        ("POST", {"content-type": "application/vnd.system+json; charset=UTF-8"}, None),
        ("POST", JSON | {"content-length": "1000"}, None),
        ("POST", JSON | {"content-encoding": "identity"}, None),
        ("GET", JSON, Refusal.METHOD),
        ("POST", JSON | {"content-length": "1001"}, Refusal.TOO_LARGE),
        ("POST", JSON | {"content-length": "9" * 5000}, Refusal.TOO_LARGE),
        ("POST", JSON | {"content-length": "-1"}, Refusal.LENGTH),
        ("POST", JSON | {"content-length": "٣"}, Refusal.LENGTH),
        ("POST", JSON | {"content-encoding": "gzip"}, Refusal.ENCODED),
        ("POST", {}, Refusal.NOT_JSON),
        ("POST", {"content-type": "text/plain"}, Refusal.NOT_JSON),
        ("POST", {"content-type": "application/x-www-form-urlencoded"}, Refusal.NOT_JSON),
        ("POST", {"content-type": "application/json; charset=utf-16"}, Refusal.NOT_JSON),
        ("POST", {"content-type": "application/jsonp"}, Refusal.NOT_JSON),
    ],
)
def test_headers_alone_refuse_what_need_not_be_read(method, headers, refusal):
    assert refuse_by_headers(method, headers, 1000) is refusal


@pytest.mark.parametrize(
    ("path", "connection_id"),
    [
        ("/hub/webhooks/crm", "crm"),
        ("/hub/webhooks/my-crm_2", "my-crm_2"),
        ("/hub/webhooks/", ""),
        ("/hub/webhooks/crm/", ""),
        ("/hub/webhooks/CRM", ""),
        ("/hub/webhooks/../crm", ""),
        ("/hub/webhooks/" + "a" * 41, ""),
    ],
)
def test_only_a_slug_names_a_connection(path, connection_id):
    assert connection_of(path) == connection_id
