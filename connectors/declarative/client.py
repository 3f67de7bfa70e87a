"""Requests to one connection: address, headers, budget, JSON in and out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from connectors.budget import Budget, Lane
from connectors.contract import ConnectionConfig, Json
from connectors.declarative.outcomes import judge, raise_for_request
from connectors.declarative.paths import exact
from connectors.errors import BatchRefused, NotAuthorised, RetryLater
from connectors.manifest import Manifest, Outcome, fill
from ground import strict_json
from ground.door import AnswerLost, AnswerTooLarge, Blocked, NotSent, SafeHttp
from ground.env import Clock

__all__ = ["Answer", "Call", "Client"]

_MAX_BODY = 16 * 1024 * 1024
_MAX_NODES = 2_000_000
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request; `path` is below the base address and already percent-encoded."""

    method: str
    path: str
    lane: Lane = Lane.INTERACTIVE
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    document: Json = None
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `document` is None if the body is empty or no strict JSON."""

    status: int
    headers: Mapping[str, str]
    document: Json
    after: float | None
    """Seconds of Retry-After."""


class Client:
    """Sends calls to one connection."""

    def __init__(
        self, manifest: Manifest, config: ConnectionConfig, http: SafeHttp, clock: Clock
    ) -> None:
        self.manifest = manifest
        self._config = config
        self._http = http
        self._clock = clock
        limits = manifest.limits
        self._budget = Budget(
            clock,
            per_second=limits.per_second,
            burst=limits.burst,
            reserved=limits.reserved,
            patience=limits.patience,
        )

    def send(self, call: Call) -> Answer:
        """Send a call and return its answer, whatever the status.

        Raises the door's NotSent, AnswerLost, AnswerTooLarge, and `ConnectionTrouble`.
        """
        self._budget.take(call.lane)
        try:
            response = self._http.request(
                call.method,
                self._url(call),
                headers=self._headers(call),
                body=None if call.document is None else strict_json.dumps(call.document),
                deadline=self.manifest.timing.deadline,
                not_after=call.not_after,
                max_body=_MAX_BODY,
            )
        except Blocked as error:
            raise NotAuthorised(f"our own guard: {error}") from error
        after = _seconds(response.headers.get("retry-after"), self._clock.now())
        if response.status == _TOO_MANY_REQUESTS:
            self._budget.close(after or 0.0)
        return Answer(response.status, response.headers, _document(response.body), after)

    def ask(self, call: Call) -> Answer:
        """Send a call that may be sent twice; return its good answer, raise what others mean."""
        try:
            answer = self.send(call)
        except AnswerTooLarge as error:
            raise BatchRefused("the answer is too large") from error
        except (NotSent, AnswerLost) as error:
            raise RetryLater(None, str(error) or type(error).__name__) from error
        verdict = judge(self.manifest, "request", answer.status, answer.document)
        if verdict.outcome is not Outcome.OK:
            raise_for_request(verdict, answer.after)
        return answer

    def _url(self, call: Call) -> str:
        url = self._config.base_url.rstrip("/") + call.path
        return f"{url}?{urlencode(call.query)}" if call.query else url

    def _headers(self, call: Call) -> dict[str, str]:
        secrets = {one.name: self._config.secret(one.name) for one in self.manifest.secrets}
        own = {name: fill(text, **secrets) for name, text in self.manifest.auth.headers.items()}
        body = {} if call.document is None else {"content-type": "application/json"}
        return {"accept": "application/json"} | body | own | dict(call.headers)


def _document(body: bytes) -> Json:
    if not body:
        return None
    try:
        loaded = strict_json.loads(body, max_bytes=_MAX_BODY, max_nodes=_MAX_NODES)
    except strict_json.StrictJsonError:
        return None
    return exact(loaded)


def _seconds(retry_after: str | None, now: datetime) -> float | None:
    """Return Retry-After, given in seconds or as a date, as seconds from now."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:6])
    try:
        then = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max((then - now).total_seconds(), 0.0)
