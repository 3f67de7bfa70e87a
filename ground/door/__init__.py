"""The one door out: every outbound byte of the product goes through SafeHttp.

It decides where a request may go, how long it may take and how much may come back; it refuses
redirects, proxies and anything the environment says about the network.
"""

from ground.door.errors import AnswerLost, AnswerTooLarge, Blocked, DoorError, NotSent, TooLate
from ground.door.guard import is_public
from ground.door.safe_http import Response, SafeHttp

__all__ = [
    "AnswerLost",
    "AnswerTooLarge",
    "Blocked",
    "DoorError",
    "NotSent",
    "Response",
    "SafeHttp",
    "TooLate",
    "is_public",
]
