"""What the portal refuses.

PortalError
+-- SignInRefused       wrong address or password, or a disabled account: deliberately one case
+-- SignInThrottled     too many failures; wait `seconds`
+-- FieldsRefused       what a person typed is not acceptable: `reasons` by field
+-- LastAdmin           the change would leave no active administrator
+-- NoSuchUser, NoSuchKey
"""

from collections.abc import Mapping

from portal.i18n import msg


class PortalError(Exception):
    """The portal did not do what was asked."""


class SignInRefused(PortalError):
    """Address or password is wrong."""


class SignInThrottled(PortalError):
    """Too many failed attempts."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class FieldsRefused(PortalError):
    """Some fields cannot be taken; `reasons` are English message ids by field name."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {reason}" for name, reason in reasons.items()))
        self.reasons = reasons


class LastAdmin(PortalError):
    """The change would leave no active administrator."""

    def __init__(self) -> None:
        super().__init__(msg("There must always be an active administrator."))


class NoSuchUser(PortalError):
    """There is no such user."""


class NoSuchKey(PortalError):
    """There is no such API key."""
