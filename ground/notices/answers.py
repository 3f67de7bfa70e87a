"""What an answer of an endpoint, or the lack of one, means for a notice."""

from http import HTTPStatus

from ground.door import Blocked, DoorError, NotSent, Response, TooLate
from ground.notices.rules import Attempt, Outcome

_OVERLOADED = frozenset(
    (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    )
)


def judge(ended: Response | DoorError) -> Attempt:
    """Return what an answer, or the lack of one, means."""
    match ended:
        case Response():
            return _judge_answer(ended)
        case TooLate():
            return Attempt(Outcome.LATE, str(ended))
        case NotSent():
            return Attempt(Outcome.UNREACHABLE, str(ended))
        case Blocked():
            return Attempt(Outcome.REFUSED, f"not sent: {ended}")
        case _:
            return Attempt(Outcome.REFUSED, str(ended))


def _judge_answer(response: Response) -> Attempt:
    answer = f"HTTP {response.status}"
    if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
        return Attempt(Outcome.DELIVERED, answer)
    if response.status == HTTPStatus.GONE:
        return Attempt(Outcome.GONE, answer)
    if response.status in _OVERLOADED:
        after = response.headers.get("retry-after", "")
        seconds = float(after[:6]) if after.isascii() and after.isdigit() else None
        return Attempt(Outcome.UNREACHABLE, answer, seconds)
    return Attempt(Outcome.REFUSED, answer)
