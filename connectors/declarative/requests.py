"""One writing request and what can become of it."""

from connectors.contract import OutcomeUnknown, TryLater
from connectors.declarative.client import Answer, Call, Client
from ground.door import AnswerLost, AnswerTooLarge, NotSent

__all__ = ["send_write"]


def send_write(client: Client, call: Call) -> Answer | TryLater | OutcomeUnknown:
    """Send a call that changes something; say so if its answer never came.

    Raises `ConnectionTrouble` only while nothing can have reached the system.
    """
    try:
        return client.send(call)
    except NotSent as error:
        return TryLater(None, str(error) or "not sent")
    except AnswerLost as error:
        return OutcomeUnknown(str(error) or "the answer was lost")
    except AnswerTooLarge:
        return OutcomeUnknown("the answer is too large")
