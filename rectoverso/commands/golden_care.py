"""`golden hierarchy`, `quality`, `export`, `erase`: kin, what to mend, a person's rights."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import typer

from ground import strict_json
from rectoverso.commands.hub import GoldenName, find_golden
from rectoverso.commands.options import AsJson, Data, Host, Port, print_json, print_table, say
from rectoverso.errors import NotPossible
from rectoverso.rest import Refused, Rest
from rectoverso.server import server
from rectoverso.settings import Settings

__all__ = ["COMMANDS", "place_of"]

_PLURALS = {"category": "categories"}


class Collection(StrEnum):
    """The lists of golden records."""

    CUSTOMERS = "customers"
    CONTACTS = "contacts"
    PRODUCTS = "products"
    CATEGORIES = "categories"


def place_of(entity: str, golden_id: str) -> str:
    """Return the address of a golden record."""
    return f"/hub/api/v1/golden/{_PLURALS.get(entity, f'{entity}s')}/{golden_id}"


def quality(  # noqa: PLR0913 - options of one command
    *,
    collection: Annotated[
        Collection | None, typer.Argument(help="None: the figures of all of them.")
    ] = None,
    rule: Annotated[str, typer.Option(help="Only records this rule finds fault with.")] = "",
    field: Annotated[str, typer.Option(help="With --rule: the field it is about.")] = "",
    trend: Annotated[bool, typer.Option("--trend", help="The figures by day instead.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, max=500, help="Records to list.")] = 20,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show how good golden records are, and which ones to mend first, the worst at the top."""
    if collection is None and (rule or trend):
        raise NotPossible("Say of which records: `golden quality customers …`.")
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        if collection is None:
            found = rest.get("/hub/api/v1/quality")
        elif trend:
            found = rest.get(f"/hub/api/v1/quality/{collection}/trend")
        else:
            asked = {"limit": str(most)} | ({"rule": rule, "path": field} if rule else {})
            found = rest.get(f"/hub/api/v1/quality/{collection}/records", asked)
    if as_json:
        print_json(found)
    elif collection is None:
        _print_summaries(found["items"])
    elif trend:
        print_table(("day", "records", "score"), found["items"])
    else:
        _print_worst(found["items"])


def _print_summaries(items: list[dict[str, Any]]) -> None:
    if not items:
        say("Nothing is scored yet: records are scored within seconds of a change.")
    print_table(("entity", "records", "score"), items)
    rows = [
        {"entity": each["entity"], "rule": one["rule"], "field": one["path"], **one}
        for each in items
        for one in each["to_mend"]
    ]
    if rows:
        print_table(("entity", "rule", "field", "title", "records"), rows)


def _print_worst(items: list[dict[str, Any]]) -> None:
    rows = [
        {
            "score": each["score"],
            "title": each["title"],
            "to mend": "; ".join(dict.fromkeys(one["why"] for one in each["findings"])),
            "id": each["id"],
        }
        for each in items
    ]
    print_table(("score", "title", "to mend", "id"), rows)


def export(
    *,
    record: GoldenName,
    out: Annotated[Path | None, typer.Option(help="File to write; none: print it.")] = None,
    data: Data = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Hand over everything that is kept about a record, as one JSON document."""
    settings = Settings.load(data=data, host=host, port=port)
    known = find_golden(record, settings)
    with server(settings) as rest, _allowed():
        found = rest.get(f"{place_of(known['entity'], known['id'])}/export")
    if out is None:
        print_json(found)
        return
    if out.exists():
        raise NotPossible(f"{out} is there already; name another file.")
    out.touch(mode=0o600)
    out.write_bytes(strict_json.dumps(found))
    say(f"Written to {out}: it holds personal data, so hand it over and delete it.")


def erase(  # noqa: PLR0913 - options of one command
    *,
    record: GoldenName,
    reason: Annotated[
        str, typer.Option(help="Why; it stays in the audit, so no word of the person's.")
    ],
    with_contacts: Annotated[
        bool, typer.Option("--with-contacts", help="Of a customer: its contacts too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Erase a record for good: here, and by deletes in the systems; it does not come back."""
    settings = Settings.load(data=data, host=host, port=port)
    known = find_golden(record, settings)
    if not yes:
        _confirm(settings, known, with_contacts=with_contacts)
    with server(settings) as rest, _allowed():
        done = _erase(rest, known, {"reason": reason, "with_contacts": with_contacts})
    if as_json:
        print_json(done)
        return
    typer.echo(f"Erased: {done['id']}.")
    if done["deletes"]:
        typer.echo(f"Deletes are on their way to {', '.join(done['deletes'])}.")
    if done["by_hand"]:
        typer.echo(f"Delete it yourself in {', '.join(done['by_hand'])}: the hub cannot.")
    if done["contacts_erased"]:
        typer.echo(f"{len(done['contacts_erased'])} contacts went with it.")
    if done["contacts_left"]:
        typer.echo(f"Its contacts are left: {', '.join(done['contacts_left'])}.")


@contextmanager
def _allowed() -> Iterator[None]:
    """Say which key is needed where this machine's own one does not do."""
    try:
        yield
    except Refused as refused:
        if refused.status != HTTPStatus.FORBIDDEN:
            raise
        raise NotPossible(
            "Only stewards, integrators and administrators may do that. Make a key with "
            "`rectoverso user key NAME --role steward` and run this again with RECTOVERSO_API_KEY "
            "set to it."
        ) from refused


def _confirm(settings: Settings, known: dict[str, Any], *, with_contacts: bool) -> None:
    """Say what goes, and ask. Raises NotPossible."""
    where = ", ".join(sorted({each["connection"] for each in known["crossrefs"]})) or "no system"
    name = known["fields"].get("name", known["id"])
    say(f"{name} is held by {where}. Nobody can take an erasure back; `export` comes first.")
    people = _contacts(settings, known)
    if people:
        fate = "are erased too" if with_contacts else "stay; --with-contacts erases them too"
        say(f"{len(people)} contacts belong to it and {fate}: {', '.join(people[:5])}.")
    if not typer.confirm("Erase it?"):
        raise NotPossible("Nothing was erased.")


def _contacts(settings: Settings, known: dict[str, Any]) -> list[str]:
    """Return the names of the people who belong to a customer."""
    place = place_of(known["entity"], known["id"])
    with server(settings) as rest:
        below = rest.get(f"{place}/hierarchy")["below"]
    return [each["title"] for each in below if each["entity"] == "contact"]


def _erase(rest: Rest, known: dict[str, Any], wish: dict[str, Any]) -> dict[str, Any]:
    place = place_of(known["entity"], known["id"])
    done: dict[str, Any] = rest.post(f"{place}/erase", wish)
    return done


def hierarchy(
    *,
    record: GoldenName,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show the companies above a record, and the companies and contacts below it."""
    settings = Settings.load(data=data, host=host, port=port)
    found = find_golden(record, settings, "/hierarchy")
    if as_json:
        print_json(found)
        return
    rows = [{"where": where, **each} for where in ("above", "below") for each in found[where]]
    print_table(("where", "entity", "title", "id"), rows)
    if found["ring"]:
        say("The systems say that this record stands below itself: mend it in one of them.")


COMMANDS: dict[str, Callable[..., None]] = {
    "hierarchy": hierarchy,
    "quality": quality,
    "export": export,
    "erase": erase,
}
