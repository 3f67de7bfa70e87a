"""A progress bar for people; silent where nobody looks."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that takes how many more are done."""
    if not os.isatty(2) or not total:
        yield _nothing
        return
    from rich.console import Console  # noqa: PLC0415  only people need it
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)


def _nothing(_done: int) -> None:
    """Show nothing."""
