import asyncio
import os

import pytest

from rectoverso.bench.figures import floor_per_s, quantile_ms
from rectoverso.bench.load.run import LoadSize, bench_load
from rectoverso.bench.notices import signed_notices
from rectoverso.bench.processes import usage
from rectoverso.bench.road.run import RoadSize, bench_road
from rectoverso.bench.wire import closed_loop, request

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.slow  # starts two servers
def test_the_floor_brings_everything_to_its_target(tmp_path):
    assert floor_per_s(tmp_path, count=200, concurrency=4) > 0


@pytest.mark.slow  # starts four servers
@pytest.mark.timeout(180)
def test_the_road_brings_every_change_to_the_books():
    size = RoadSize(
        customers=100,
        notices=100,
        concurrency=4,
        singles=20,
        rate=40,
        seconds=1,
        rest=0,
        overload=80,
    )

    figures = bench_road(size, lambda _: None)

    assert figures["open_loop"].keys() == figures["at_100"].keys()
    rates = ("accepted_per_s", "changes_per_s", "batched_per_s", "floor_per_s", "ratio_to_floor")
    assert all(figures[name] > 0 for name in rates)
    assert figures["overload"]["accepted"] == 80


@pytest.mark.slow  # starts three servers, one of them twice more
@pytest.mark.timeout(180)
def test_a_load_is_whole_though_its_worker_is_killed():
    figures = bench_load(LoadSize(customers=30, products=10), lambda _: None)

    plan = figures["read_and_matched"]["plan"]
    assert {name: (each["read"], each["new"]) for name, each in plan.items()} == {
        "customer": (30, 30),
        "product": (10, 10),
    }
    assert figures["delivered"]["made"] == {"customers": 30, "products": 10}


def test_every_job_runs_once_and_answers_may_come_in_pieces():
    async def serve(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
                await writer.drain()
                await asyncio.sleep(0)
                writer.write(b"ngth: %d\r\n\r\n" % len(body) + body)
        except asyncio.IncompleteReadError:
            writer.close()

    async def run(line, job):
        status, body = await line.ask(request("POST", "here", "/", {"X-Y": "z"}, str(job).encode()))
        answers.append((status, int(body)))

    async def measure():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        await closed_loop(server.sockets[0].getsockname(), range(50), 4, run)
        server.close()
        await server.wait_closed()

    answers: list[tuple[int, int]] = []
    asyncio.run(measure())

    assert sorted(answers) == [(200, number) for number in range(50)]


def test_notices_are_signed_and_each_has_its_own_name(clock):
    record = {"id": "cu_1", "version": 3, "updated_at": "2026-01-01T00:00:00Z"}
    secret = "whsec_" + "A" * 43 + "="

    first, second = signed_notices([{**record, "external_ref": None}], secret, 2, clock.now())

    assert b"webhook-signature: v1," in first
    assert b'"records.changed"' in first
    assert first != second


def test_a_process_tree_uses_time_and_memory():
    own = usage(os.getpid())

    assert own.rss_mb > 1
    assert own.cpu_s > 0


def test_quantiles_are_in_milliseconds():
    seconds = [number / 1000 for number in range(1, 101)]

    assert (quantile_ms(seconds, 0.5), quantile_ms(seconds, 0.95)) == (51.0, 96.0)
