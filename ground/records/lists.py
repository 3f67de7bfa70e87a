"""What a list of records is asked for besides ground.listing's words, and what it answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ground.listing import MOST, ListingRefused, instant
from ground.records.model import Record


@dataclass(frozen=True, slots=True)
class Page:
    """Some records; `next` is the cursor of the page after it, None at the end."""

    items: tuple[Record, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The query words of one list; `words` are those of the common grammar."""

    words: tuple[tuple[str, str], ...]
    since: datetime | None
    ids: tuple[str, ...] | None
    deleted: bool

    @classmethod
    def of(cls, words: Iterable[tuple[str, str]]) -> "Asked":
        """Read the words. Errors: ListingRefused."""
        given = tuple(words)
        own = dict(given)
        since = instant("updated_since", own["updated_since"]) if "updated_since" in own else None
        common = [(word, text.casefold() if word == "q" else text) for word, text in given]
        if since is not None:
            if "sort" in own:
                raise ListingRefused("sort", "with updated_since the order is updated_at, id")
            common.append(("sort", "updated_at"))
        return cls(tuple(common), since, _ids(own.get("ids")), _deleted(own.get("include_deleted")))


def _ids(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    ids = tuple(dict.fromkeys(part for part in text.split(",") if part))
    if len(ids) > MOST:
        raise ListingRefused("ids", f"at most {MOST} ids")
    return ids


def _deleted(text: str | None) -> bool:
    if text not in {None, "", "true", "false"}:
        raise ListingRefused("include_deleted", "give true or false")
    return text == "true"
