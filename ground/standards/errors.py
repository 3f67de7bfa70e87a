"""The one error of this package."""


class NotStandard(ValueError):
    """A text is not what the standard asks for; `reason` says in plain words what to write."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
