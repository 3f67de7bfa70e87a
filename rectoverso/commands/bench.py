"""`bench`: measures this machine with a fresh installation of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ground import log
from rectoverso.bench.load.run import LoadSize, bench_load
from rectoverso.bench.mapping.run import bench_mappings
from rectoverso.bench.matching.bulk import measure_bulk
from rectoverso.bench.matching.online import measure_online
from rectoverso.bench.matching.run import bench_sets
from rectoverso.bench.road.run import RoadSize, bench_road
from rectoverso.bench.sync import Size, bench_sync
from rectoverso.commands.options import AsJson, print_json, print_table, say

_Customers = Annotated[int, typer.Option("--customers", min=20, help="Customers to edit.")]
_Notices = Annotated[int, typer.Option("--notices", min=100, help="Notices to accept.")]
_Products = Annotated[int, typer.Option("--products", min=1, help="Products to load.")]
_Kills = Annotated[bool, typer.Option("--kills/--no-kills", help="Kill the worker twice.")]
_Latency = Annotated[float, typer.Option("--latency", min=0, help="Milliseconds of a write.")]
_Senders = Annotated[int, typer.Option("--senders", min=1, max=16, help="Threads that write.")]
_Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes that work.")]
_Redis = Annotated[str | None, typer.Option("--redis", help="URL of a Redis for --postgresql.")]
_Empty = Annotated[str | None, typer.Option("--postgresql", help="URL of an empty database.")]
_Documents = Annotated[int, typer.Option("--documents", min=20, help="Made-up customers.")]
_Rate = Annotated[float, typer.Option("--rate", min=1, help="Changes a second, steadily.")]
_Sets = Annotated[Path | None, typer.Option("--data", help="Folder of sets, or one set.")]
_Online = Annotated[int, typer.Option("--online", min=0, help="Search among so many records.")]
_Postgresql = Annotated[
    str | None, typer.Option("--postgresql", help="URL of an empty database to search in as well.")
]
_Files = Annotated[
    Path | None, typer.Option("--files", help="Folder for the databases; as a rule the temporary.")
]
_OnPostgresql = Annotated[
    bool, typer.Option("--postgresql", help="On a PostgreSQL of its own, with two workers.")
]
_Url = Annotated[
    str | None, typer.Option("--url", help="The same on this PostgreSQL database, empty as yet.")
]
_Bulk = Annotated[int, typer.Option("--bulk", min=0, help="Match and read so many at once.")]
_QUERIES = 1000
_Set = Annotated[str | None, typer.Option("--set", help="Only this set.")]
_Seconds = Annotated[float, typer.Option("--seconds", min=1, help="Length of the steady part.")]


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    group = typer.Typer(help="Measure this machine.")
    group.command("sync")(sync)
    group.command("road")(road)
    group.command("load")(load)
    group.command("matching")(matching)
    group.command("mappings")(mappings)
    group.callback()(_group)
    app.add_typer(group, name=name, no_args_is_help=True)


def sync(
    *,
    customers: _Customers = Size.customers,
    notices: _Notices = Size.notices,
    seconds: _Seconds = Size.seconds,
    as_json: AsJson = False,
) -> None:
    """Measure one change from the CRM to the ERP: rate, latency, processor time, memory."""
    size = Size(customers=customers, notices=notices, seconds=seconds)
    _print(bench_sync(size, say), as_json=as_json)


def road(  # noqa: PLR0913 - one option each
    *,
    customers: _Customers = RoadSize.customers,
    notices: _Notices = RoadSize.notices,
    rate: _Rate = RoadSize.rate,
    seconds: _Seconds = RoadSize.seconds,
    postgresql: _OnPostgresql = False,
    url: _Url = None,
    as_json: AsJson = False,
) -> None:
    """Measure the hub alone between two bare systems: accepts, changes, latency, processor time."""
    log.configure(as_json=False, level="warning")
    size = RoadSize(customers=customers, notices=notices, rate=rate, seconds=seconds)
    figures = bench_road(size, say, on_postgresql=postgresql or url is not None, url=url)
    _print(figures, as_json=as_json)


def load(  # noqa: PLR0913  one option each
    *,
    customers: _Customers = LoadSize.customers,
    products: _Products = LoadSize.products,
    kills: _Kills = LoadSize.kills,
    latency: _Latency = 0,
    senders: _Senders = LoadSize.senders,
    workers: _Workers = LoadSize.workers,
    postgresql: _Empty = None,
    redis: _Redis = None,
    as_json: AsJson = False,
) -> None:
    """Measure the first reading of a system with many records, up to their copies in another."""
    size = LoadSize(
        customers=customers,
        products=products,
        kills=kills,
        latency=latency / 1000,
        senders=senders,
        workers=workers,
        postgresql=postgresql,
        redis=redis,
    )
    _print(bench_load(size, say), as_json=as_json)


def _print(figures: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(figures)
        return
    rows = [{"figure": name, "value": figures[name]} for name in figures if name != "settings"]
    print_table(("figure", "value"), rows)


def matching(  # noqa: PLR0913 - options of one command
    *,
    data: _Sets = None,
    set_name: _Set = None,
    online: _Online = 0,
    postgresql: _Postgresql = None,
    bulk: _Bulk = 0,
    files: _Files = None,
    as_json: AsJson = False,
) -> None:
    """Measure matching: quality on sets whose true pairs are known, one record, many records."""
    figures: dict[str, Any] = {"sets": bench_sets(data, set_name, say) if data else {}}
    if online:
        say(f"One record against {online:,}…")
        figures["online"] = measure_online(online, _QUERIES, postgresql, files)
    if bulk:
        say(f"{bulk:,} at once…")
        figures["bulk"] = measure_bulk(bulk, files)
    if as_json:
        print_json(figures)
        return
    columns = ("set", "precision", "recall", "f1", "candidate_recall", "cpu_s", "rss_mb")
    print_table(columns, [{"set": name} | each for name, each in figures["sets"].items()])
    if online:
        print_table(("search", "figures"), _rows(figures["online"]))
    if bulk:
        print_table(
            ("figure", "value"), [{"figure": k, "value": v} for k, v in figures["bulk"].items()]
        )


def _rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"search": name, "figures": each} for name, each in figures.items()]


def mappings(*, documents: _Documents = 1_000, as_json: AsJson = False) -> None:
    """Measure the mapping engine on one core beside the same mapping by hand and by others."""
    _print(bench_mappings(documents, say), as_json=as_json)


def _group() -> None:
    """Measure this machine."""
