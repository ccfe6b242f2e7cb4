"""What the command line shows: progress on a terminal, tables, and figures as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

__all__ = ["print_json", "print_table", "progress_bar", "say", "steps"]

_screen = Console(highlight=False, soft_wrap=True)
_aside = Console(stderr=True)


def steps(things: Iterable[Any], doing: str, *, total: int | None = None) -> Iterator[Any]:
    """Go through things with a progress bar, shown on a terminal only.

    Parameters
    ----------
    things
        What to go through; each has a name to show as text.
    doing
        What is done with them.
    total
        How many there are, where it cannot be counted.

    Yields
    ------
    Any
        One after the other.
    """
    things = list(things)
    with _progress() as bar:
        task = bar.add_task(doing, total=total or len(things))
        for thing in things:
            bar.update(task, description=f"{doing} {escape(str(thing))}")
            yield thing
            bar.advance(task)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Lend a progress bar to what tells how far it is, shown on a terminal only.

    Yields
    ------
    Callable
        To be called with what is being done, how much of it is done, and of how much (0: not known).
    """
    with _progress() as bar:
        task = bar.add_task("", total=None)
        yield lambda doing, done, total: bar.update(
            task, description=escape(doing), completed=done, total=total or None
        )


@contextmanager
def _progress() -> Iterator[Progress]:
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*shown, console=_aside, transient=True, disable=not _aside.is_terminal) as bar:
        yield bar


def print_table(title: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; what comes from data is shown as it is, not as markup.

    Parameters
    ----------
    title
        Its title.
    names
        Names of its columns.
    rows
        Its rows; numbers stand right.
    """
    rows = list(rows)
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for place, name in enumerate(names):
        numeric = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        table.add_column(name, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(escape(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    _screen.print(table)


def say(text: str) -> None:
    """Print text as it is.

    Parameters
    ----------
    text
        May hold names from data.
    """
    _screen.print(text, markup=False)


def print_json(content: Any) -> None:
    """Print content as JSON.

    Parameters
    ----------
    content
        Dictionaries, lists, text and numbers.
    """
    say(json.dumps(content, ensure_ascii=False, indent=2, default=str, allow_nan=False))
