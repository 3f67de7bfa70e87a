"""Logs carry no secrets."""

import io
import json
import logging

import pytest
import structlog

from ground import log

CANARY = "S3cretCanary0123456789abcdef"


@pytest.fixture
def lines():
    before = logging.getLogger().handlers, logging.getLogger().level
    stream = io.StringIO()
    log.configure(as_json=True, stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.getLogger().handlers, level = before
    logging.getLogger().setLevel(level)


def test_an_event_carries_its_fields_its_time_and_the_bound_context(lines):
    with structlog.contextvars.bound_contextvars(lane="cx:customer:7"):
        structlog.get_logger().info("effect.confirmed", attempt=2)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "effect.confirmed",
        "level": "info",
        "attempt": 2,
        "lane": "cx:customer:7",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"password": CANARY},
        {"headers": {"Authorization": f"Bearer {CANARY}", "cookie": CANARY}},
        {"signing_secret": [CANARY]},
        {"url": f"https://user:{CANARY}@example.org/x"},
        {"header": f"bearer {CANARY}"},
        {"key": f"whsec_{CANARY}"},
        {"query": f"a=1&token={CANARY}&b=2"},
        {"body": CANARY.encode()},
        {"deep": [[[[[[[[CANARY]]]]]]]]},
    ],
)
def test_what_looks_like_a_secret_is_hidden(lines, fields):
    structlog.get_logger().warning("door.refused", **fields)
    assert CANARY not in json.dumps(lines())


def test_a_secret_in_an_exception_is_hidden_and_the_rest_is_shown(lines):
    try:
        raise ValueError(f"cannot open postgresql://hub:{CANARY}@db/hub")  # noqa: TRY301
    except ValueError:
        structlog.get_logger().exception("database.failed")
    (line,) = lines()
    assert CANARY not in json.dumps(line)
    assert "ValueError" in line["exception"]
    assert "@db/hub" in line["exception"]


def test_lines_of_other_libraries_take_the_same_road(lines):
    logging.getLogger("another.library").warning("token=%s", CANARY)
    (line,) = lines()
    assert line["level"] == "warning"
    assert CANARY not in json.dumps(line)


def test_numbers_booleans_and_nothing_stay_as_they_are(lines):
    structlog.get_logger().info("key.made", count=3, secret_shown=False, token=None)
    (line,) = lines()
    assert (line["count"], line["secret_shown"], line["token"]) == (3, False, None)


def test_the_console_form_is_for_people(capsys):
    before = logging.getLogger().handlers, logging.getLogger().level
    stream = io.StringIO()
    log.configure(as_json=False, stream=stream)
    structlog.get_logger().info("effect.confirmed", password=CANARY)
    structlog.get_logger().debug("effect.seen")
    structlog.reset_defaults()
    logging.getLogger().handlers, level = before
    logging.getLogger().setLevel(level)
    assert "effect.confirmed" in stream.getvalue()
    assert CANARY not in stream.getvalue()
    assert "effect.seen" not in stream.getvalue()
