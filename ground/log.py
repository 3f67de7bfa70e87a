"""Logs: constant dotted events with fields; secrets never leave.

Every line of any library passes the same redaction: by the name of a field, and by the shape of
keys, tokens and passwords inside texts.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"

_SECRET_NAME = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|api_?key|credential|signature|private_?key|dsn",
    re.IGNORECASE,
)
_SECRET_SHAPE = re.compile(
    r"(?P<keep>\b(?:Bearer|Basic)\s+|://[^/\s:@]*:|(?:password|secret|token|api_?key)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s\"'@&,;}]+"
    r"|\bwhsec_[\w+/=-]+"
    r"|\b(?:rv|ak)_[A-Za-z0-9]{8,}_[\w-]{16,}",
    re.IGNORECASE,
)
_DEEPEST = 6


def configure(*, as_json: bool, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's lines through one road to `stream`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(shared, as_json=as_json))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells what it is at every question


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide what looks like a secret, by its name or by its shape (a structlog processor)."""
    return {name: _redacted(name, value, _DEEPEST) for name, value in event.items()}


def _formatter(shared: list[Processor], *, as_json: bool) -> logging.Formatter:
    finish: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(default=str)
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[*finish, renderer]
    )


def _redacted(name: str, value: Any, depth: int) -> Any:  # noqa: ANN401 - a log field is anything
    """Return what may be logged of one field."""
    if value is None or isinstance(value, bool):
        return value
    if _SECRET_NAME.search(name) or depth == 0:
        return HIDDEN
    match value:
        case int() | float():
            return value
        case Mapping():
            return {str(key): _redacted(str(key), each, depth - 1) for key, each in value.items()}
        case list() | tuple() | set():
            return [_redacted("", each, depth - 1) for each in value]
        case _:
            return _text(value)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return _SECRET_SHAPE.sub(lambda found: (found["keep"] or "") + HIDDEN, str(value))
