"""Why a request through the door has no answer, grouped by what the caller may conclude.

    DoorError
    ├── Blocked          the address is not allowed: a person mends the configuration
    ├── NotSent          nothing reached the peer: the same request may be sent again
    ├── AnswerLost       it may have been carried out: find out before sending it again
    └── AnswerTooLarge   it was carried out; the answer is more than we take
"""


class DoorError(Exception):
    """A request has no usable answer."""


class Blocked(DoorError):
    """The address must not be called."""


class NotSent(DoorError):
    """Nothing reached the peer."""


class AnswerLost(DoorError):
    """The request went out, at least in part, and no whole answer came back."""


class AnswerTooLarge(DoorError):
    """The answer is larger than the caller takes."""
