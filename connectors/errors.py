"""What a connector raises, grouped by what the hub does next.

    ConnectorError
    ├── ConnectionTrouble        counts for the breaker of the connection; costs no attempt
    │   ├── RetryLater           wait `after` seconds (None: the breaker's own pace), then go on
    │   └── NotAuthorised        a person mends credentials, permissions or the allowed address
    ├── BatchRefused             halve the batch and try again; a batch of one is a refused record
    ├── CursorLost               forget the cursor and read everything again
    ├── NotUnderstood            the answer is not what the manifest says: stop, show the integrator
    ├── NotSupported             do not ask this system for it: the capability says so
    ├── BadSignature             answer the notice with 401 and keep nothing
    └── BadManifest              the files of a system folder are wrong: fix them, then start again
        └── UnknownSystem        no folder of that name

What happens to one record of a batch is never raised: it is a `WriteResult` of `contract`.
"""

from enum import StrEnum

__all__ = [
    "BadManifest",
    "BadSignature",
    "BatchRefused",
    "ConnectionTrouble",
    "ConnectorError",
    "CursorLost",
    "NotAuthorised",
    "NotSupported",
    "NotUnderstood",
    "RetryLater",
    "SignatureFault",
    "UnknownSystem",
]


class ConnectorError(Exception):
    """A connector could not do what it was asked."""


class ConnectionTrouble(ConnectorError):
    """The connection as a whole does not work; no single record is to blame."""


class RetryLater(ConnectionTrouble):
    """The system is down, throttles or lost its answer to a question that changes nothing."""

    def __init__(self, after: float | None, reason: str) -> None:
        super().__init__(reason)
        self.after = after
        """Seconds the system asks us to wait; None when it does not say."""
        self.reason = reason


class NotAuthorised(ConnectionTrouble):
    """The system, or our own guard, does not let this connection in."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BatchRefused(ConnectorError):
    """The system refused the request as a whole, so nothing of the batch was written."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CursorLost(ConnectorError):
    """The system, or this version of the connector, does not know the cursor any more."""


class NotUnderstood(ConnectorError):
    """The answer or notice is not shaped as the manifest says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotSupported(ConnectorError):
    """The system has no such capability."""

    def __init__(self, capability: str) -> None:
        super().__init__(f"this system has no {capability}")
        self.capability = capability


class SignatureFault(StrEnum):
    """Why a notice is not believed."""

    MISSING = "missing"
    MALFORMED = "malformed"
    OLD = "old"
    FUTURE = "future"
    WRONG = "wrong"


class BadSignature(ConnectorError):
    """The notice was not signed with one of the secrets, or not now."""

    def __init__(self, fault: SignatureFault) -> None:
        super().__init__(f"signature {fault}")
        self.fault = fault


class BadManifest(ConnectorError):
    """A manifest, schema or mapping file of a system folder cannot be used."""

    def __init__(self, system: str, reason: str) -> None:
        super().__init__(f"{system}: {reason}")
        self.system = system
        self.reason = reason


class UnknownSystem(BadManifest):
    """There is no system folder of that name."""

    def __init__(self, system: str) -> None:
        super().__init__(system, "no such system")
