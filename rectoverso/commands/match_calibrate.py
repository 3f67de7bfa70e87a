"""`match calibrate`: thresholds by what stewards decided."""

from typing import Annotated, Any

import typer

from rectoverso.commands.options import AsJson, Data, Host, Port, print_json, print_table, say
from rectoverso.errors import NotPossible
from rectoverso.rest import Rest
from rectoverso.server import server
from rectoverso.settings import Settings

__all__ = ["calibrate"]

_ADDRESS = "/hub/api/v1/matching/thresholds"
_COLUMNS = ("kind", "same", "different", "open", "link", "proposed link", "review", "asked from")


def calibrate(  # noqa: PLR0913 - options of one command
    *,
    kind: Annotated[str, typer.Argument(help="person, company, product …; none: all.")] = "",
    precision: Annotated[
        float | None,
        typer.Option(min=0.5, max=0.9999, help="How right links must be: 0.995, products 0.99."),
    ] = None,
    missed: Annotated[
        float | None,
        typer.Option(min=0.0001, max=0.5, help="Most of those not asked about that are the same."),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Decide by the proposal from now on.")
    ] = False,
    shipped: Annotated[bool, typer.Option("--shipped", help="Decide as shipped again.")] = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Tell which thresholds the stewards' answers speak for; with --apply publish them."""
    if (apply or shipped) and not kind:
        raise NotPossible("Say of which records: `match calibrate company --apply`.")
    asked = {"precision": precision, "missed": missed}
    words = {name: str(value) for name, value in asked.items() if value is not None}
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        told = _asked(rest, kind, words)
        done = None
        if shipped or (apply and told[0]["changes"]):
            wish = {"seen": told[0]["current"]["version"], "shipped": shipped} | asked
            done = rest.post(f"{_ADDRESS}/{kind}", wish)
    if as_json:
        print_json({"items": told, "published": done})
        return
    print_table(_COLUMNS, [_row(each) for each in told])
    for each in told:
        for sentence in each["sentences"]:
            typer.echo(f"{each['kind']}: {sentence}")
    if done:
        say(f"Published as version {done['version']}.")


def _asked(rest: Rest, kind: str, words: dict[str, str]) -> list[dict[str, Any]]:
    found = rest.get(_ADDRESS, words)["items"]
    told = [each for each in found if kind in {"", each["kind"]}]
    if not told:
        kinds = ", ".join(each["kind"] for each in found)
        raise NotPossible(f"There is no kind {kind}; take one of {kinds}.")
    return told


def _row(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": each["kind"],
        "same": each["same"],
        "different": each["different"],
        "open": each["open"],
        "link": f"{each['current']['link']:.2f}",
        "proposed link": f"{each['proposed']['link']:.2f}",
        "review": f"{each['current']['review']:.2f}",
        "asked from": f"{each['proposed']['review']:.2f}",
    }
