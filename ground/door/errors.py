"""What a caller may conclude from a request without a usable answer.

DoorError
  Blocked            our own guard refused the URL or its address      correct the configuration
  NotSent            nothing of the request left this process          send again, whatever it is
    TooLate          `not_after` had passed                            claim it anew
  AnswerLost         sent at least in part; the outcome is unknown     find out before sending again
  AnswerTooLarge     it arrived and was answered; the answer has more than `max_body` bytes
"""


class DoorError(Exception):
    """A request that ended without a usable answer."""


class Blocked(DoorError):
    """The guard refuses this URL or an address behind its name."""


class NotSent(DoorError):
    """Nothing reached the peer."""


class TooLate(NotSent):
    """The time until which this request was allowed has passed."""


class AnswerLost(DoorError):
    """The request left, at least in part; whether it had an effect is unknown."""


class AnswerTooLarge(DoorError):
    """The peer answered with more than the caller takes."""

    def __init__(self, status: int, max_body: int) -> None:
        super().__init__(f"the answer ({status}) has more than {max_body} bytes")
        self.status = status
