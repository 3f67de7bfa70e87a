"""What can go wrong in the hub itself, grouped by what the caller does next.

HubError
├── UnknownConnection     404: there is no connection of that id
├── UnknownObjectType     404: the connection's system has no mapping for it
├── UnknownMappingVersion 404
├── MappingMoved          409: look at the draft again; it was changed since
├── NotPublishable        409: the checker or the laws say no; `findings` says why
├── UnknownEvent          404
├── ConnectionExists      409: choose another id
├── WrongState            409: the connection is not in a state that allows it
├── BadConnection         422: a field of the connection is wrong
├── UnknownSecret         404
├── LastSecret            409: add another webhook secret first
├── NoBlownFuse           409: nothing waits for that answer
├── UnknownConflict       404
├── UnknownEffect         404
├── UnknownReview         404
├── UnknownSubscriber     404
├── BadCursor             400: begin the list anew
├── ConflictMoved         409: look at it again, then choose
├── WrongChoice           422: no answer to this conflict
├── WrongMerge            422: these records cannot become one, or be taken apart, like this
├── ToldApart             409: somebody said they are different; overrule it knowingly
├── CannotUndo            409: what followed stands on it
├── UnknownDecision       404: no decision of that id stands
├── BadPin                422: the value or the expiry of a pin cannot be
├── ThresholdsMoved       409: others were published since; look at them again
├── NothingToCalibrate    409: the answers speak for the thresholds in force
├── BulkRefused           a first reading cannot go in bulk now; its message says why
└── KeyTrouble            stop and show the operator: secrets cannot be opened
    ├── BadKey            the key encryption key is not 32 bytes, or its file is open to others
    └── SecretUnreadable  sealed with another key, for another row, or damaged
"""

from collections.abc import Sequence

__all__ = [
    "BadConnection",
    "BadCursor",
    "BadKey",
    "BadPin",
    "BulkRefused",
    "CannotUndo",
    "ConflictMoved",
    "ConnectionExists",
    "HubError",
    "KeyTrouble",
    "LastSecret",
    "MappingMoved",
    "NoBlownFuse",
    "NotPublishable",
    "NothingToCalibrate",
    "SecretUnreadable",
    "ThresholdsMoved",
    "ToldApart",
    "UnknownConflict",
    "UnknownConnection",
    "UnknownDecision",
    "UnknownEffect",
    "UnknownEvent",
    "UnknownMappingVersion",
    "UnknownObjectType",
    "UnknownReview",
    "UnknownSecret",
    "UnknownSubscriber",
    "WrongChoice",
    "WrongMerge",
    "WrongState",
]


class HubError(Exception):
    """The hub could not do what it was asked."""


class UnknownConnection(HubError):
    """There is no connection of that id."""

    def __init__(self, connection_id: str) -> None:
        super().__init__(f"no connection {connection_id}")
        self.connection_id = connection_id


class UnknownObjectType(HubError):
    """The connection's system has no mapping for that object type."""

    def __init__(self, connection_id: str, object_type: str) -> None:
        super().__init__(f"{connection_id} has no mapping for {object_type}")
        self.connection_id = connection_id
        self.object_type = object_type


class UnknownMappingVersion(HubError):
    """There is no version of that number, or no draft."""

    def __init__(self, mapping: str, number: int | None) -> None:
        what = {None: "draft", 0: "earlier version to go back to"}.get(number, f"version {number}")
        super().__init__(f"there is no {what} of {mapping}")
        self.number = number


class MappingMoved(HubError):
    """The draft was changed, or another version was published, since it was seen."""

    def __init__(self, mapping: str) -> None:
        super().__init__(f"the mapping {mapping} changed since you saw it; look at it again")


class NotPublishable(HubError):
    """The draft is not sound, or its laws were not tried yet."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


class UnknownEvent(HubError):
    """There is no event of that id."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f"no event {event_id}")
        self.event_id = event_id


class ConnectionExists(HubError):
    """A connection of that id exists already."""

    def __init__(self, connection_id: str) -> None:
        super().__init__(f"connection {connection_id} exists already")
        self.connection_id = connection_id


class WrongState(HubError):
    """The connection is not in a state that allows it."""

    def __init__(self, connection_id: str, state: str, action: str) -> None:
        super().__init__(f"cannot {action} {connection_id}: it is {state}")
        self.connection_id = connection_id
        self.state = state
        self.action = action


class BadConnection(HubError):
    """A field of a connection is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class KeyTrouble(HubError):
    """Secrets at rest cannot be sealed or opened."""


class BadKey(KeyTrouble):
    """The key encryption key cannot be used."""


class SecretUnreadable(KeyTrouble):
    """A secret was sealed with another key, for another row, or is damaged."""


class UnknownConflict(HubError):
    """There is no conflict of that id."""

    def __init__(self, conflict_id: str) -> None:
        super().__init__(f"no conflict {conflict_id}")
        self.conflict_id = conflict_id


class ConflictMoved(HubError):
    """The conflict was closed, or its rivals changed, since it was seen."""

    def __init__(self, conflict_id: str) -> None:
        super().__init__(f"conflict {conflict_id} changed since you saw it; look at it again")
        self.conflict_id = conflict_id


class WrongChoice(HubError):
    """That is no answer to this conflict."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


class UnknownReview(HubError):
    """No answer to many conflicts has that id."""

    def __init__(self, review_id: str) -> None:
        super().__init__(f"no review {review_id}")


class UnknownEffect(HubError):
    """There is no effect of that id."""

    def __init__(self, effect_id: str) -> None:
        super().__init__(f"no effect {effect_id}")
        self.effect_id = effect_id


class UnknownSubscriber(HubError):
    """Nobody of that id is told of changes."""

    def __init__(self, subscriber_id: str) -> None:
        super().__init__(f"no subscriber {subscriber_id}")


class BadCursor(HubError):
    """That cursor was not given by this list."""

    def __init__(self) -> None:
        super().__init__("that cursor was not given by this list")


class UnknownSecret(HubError):
    """The connection has no webhook secret of that mark."""

    def __init__(self, connection_id: str, mark: str) -> None:
        super().__init__(f"{connection_id} has no webhook secret {mark}")
        self.connection_id = connection_id
        self.mark = mark


class LastSecret(HubError):
    """The only webhook secret of a connection cannot be dropped."""

    def __init__(self, connection_id: str) -> None:
        super().__init__(f"{connection_id} has no other webhook secret; add one first")
        self.connection_id = connection_id


class NoBlownFuse(HubError):
    """The fuse of the connection has not blown: no deletes wait for a person."""

    def __init__(self, connection_id: str) -> None:
        super().__init__(f"no deletes of {connection_id} wait for an answer")
        self.connection_id = connection_id


class WrongMerge(HubError):
    """These records cannot become one, or be taken apart, in this way."""


class ToldApart(HubError):
    """Somebody decided that these records are different."""

    def __init__(self, by: str, why: str) -> None:
        super().__init__(f"{by} said that they are different{f': {why}' if why else ''}")
        self.by = by


class CannotUndo(HubError):
    """A resolution cannot be taken back any more."""


class UnknownDecision(HubError):
    """No decision of that id stands."""

    def __init__(self, decision_id: str) -> None:
        super().__init__(f"no decision {decision_id} stands")
        self.decision_id = decision_id


class BadPin(HubError):
    """The value or the expiry of a pin cannot be."""


class BulkRefused(HubError):
    """A first reading cannot go in bulk now."""


class ThresholdsMoved(HubError):
    """Other thresholds were published since these were seen."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the thresholds of {kind} changed since you saw them; look at them again")


class NothingToCalibrate(HubError):
    """The answers of stewards speak for no other thresholds than those in force."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"nothing changes for {kind}: the answers speak for what is in force")
