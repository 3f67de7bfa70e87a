"""A refusal as RFC 9457 words it, without the HTTP framework: workers refuse too."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ground import strict_json

if TYPE_CHECKING:  # a worker never answers over HTTP
    from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """An error as the caller will see it."""

    def __init__(  # noqa: PLR0913 - the members of RFC 9457
        self,
        status: int,
        title: str = "",
        detail: str = "",
        *,
        type: str = "about:blank",  # noqa: A002 - RFC 9457's word
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = int(status)
        self.title = title or phrase(status)
        self.detail = detail
        self.type = type
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})
        super().__init__(self.detail or self.title)

    def document(self) -> dict[str, Any]:
        """Return the JSON document."""
        head: dict[str, Any] = {"type": self.type, "title": self.title, "status": self.status}
        if self.detail:
            head["detail"] = self.detail
        return head | self.extra

    def response(self) -> "Response":
        """Return the answer."""
        from starlette.responses import Response  # noqa: PLC0415 - workers refuse without HTTP

        return Response(
            strict_json.dumps(self.document()),
            status_code=self.status,
            headers=self.headers,
            media_type=MEDIA_TYPE,
        )


def phrase(status: int) -> str:
    """Return the usual words of a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
