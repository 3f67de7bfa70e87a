"""A few processes, each with the hub open, that work on items side by side."""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from typing import TypeVar

from ground.env import spawn
from hub.bulk.service import Spread
from hub.start import open_hub
from hub.wiring import Hub
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

T = TypeVar("T")
R = TypeVar("R")
_AHEAD = 2
_RARELY = 50_000
_PARENT_GONE = 129
_opened: list[Hub] = []


@contextmanager
def crew(settings: Settings, processes: int) -> Iterator[Spread]:
    """Yield what spreads work over so many processes, a few items ahead of their use."""
    spawned = get_context("spawn")  # nothing of the parent's threads and connections
    with ProcessPoolExecutor(processes, spawned, _open, (settings,)) as pool:
        yield partial(_spread, pool, processes * _AHEAD)


def _spread(
    pool: ProcessPoolExecutor, ahead: int, work: Callable[[Hub, T], R], items: Iterable[T]
) -> Iterator[R]:
    """Yield answers in the order of the items; only so many items are begun before their turn."""
    begun: deque[Future[R]] = deque()
    for item in items:
        begun.append(pool.submit(_do, work, item))
        if len(begun) > ahead:
            yield begun.popleft().result()
    while begun:
        yield begun.popleft().result()


def _open(settings: Settings) -> None:
    spawn("parent", _end_with_parent)
    houses = Houses(settings)
    _opened.append(open_hub(houses.hub_settings, houses.env("hub")))
    gc.freeze()
    gc.set_threshold(_RARELY)  # rows come and go by the page; hardly anything refers to itself


def _end_with_parent() -> None:
    """Wait until the process that writes is no more, then end at once: nothing here is kept."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(_PARENT_GONE)


def _do(work: Callable[[Hub, T], R], item: T) -> R:
    return work(_opened[0], item)
