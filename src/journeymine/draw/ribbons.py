"""Columns of blocks and the ribbons between them: how many go from what to what, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from journeymine.draw.axes import new_axes, room_of
from journeymine.draw.legend import draw_channels
from journeymine.draw.palette import channel_colours, channel_shapes, mixed, shaded, tinted
from journeymine.draw.pen import Pen
from journeymine.draw.text import shortened, text_width
from journeymine.draw.touchpoint import share_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["OTHER", "Block", "draw_ribbons"]

OTHER: Final = "(other)"
"""What small blocks are put together as."""

_HEIGHT: Final = 300.0
_WIDTH: Final = 96.0  # of a block, and of the way to the next one
_WAY: Final = 34.0
_SPACE: Final = 5.0
_HEAD: Final = 26.0
_EDGE: Final = 8.0
_LEAST: Final = 0.035  # share of a block that stands for itself
_MOST: Final = 9
_TEXT: Final = 6.8
_ONE_LINE: Final = 8.0
_TWO_LINES: Final = 21.0
_MARK: Final = 3.8

Links = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Block:
    """A block of a column.

    Attributes
    ----------
    name
        What it stands for.
    count
        How many.
    channel
        Whose colour it has; None for none.
    note
        What stands under its share where there is room, such as an interval.
    aside
        Whether it stands below the others, and is never put together with them: what began, ended, is open.
    top
        Its place, once it has one.
    """

    name: str
    count: float
    channel: str | None = None
    note: str = ""
    aside: bool = False
    top: float = 0.0


def draw_ribbons(
    columns: Sequence[Sequence[Block]], links: Sequence[Links], heads: Sequence[str], *, ax: Axes | None = None
) -> Axes:
    """Draw columns of blocks with ribbons between them.

    Parameters
    ----------
    columns
        Blocks from top to bottom; all columns add up to the same.
    links
        How many go from a block of one column to one of the next, by their names.
    heads
        What stands over each column.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        One unit of its data is a point. Blocks of less than 3.5 %, and those beyond the ninth, are one: "(other)".

    Examples
    --------
    >>> ax = draw_ribbons([[Block("visit", 2)], [Block("buy", 1), Block("call", 1)]],
    ...     [{("visit", "buy"): 1, ("visit", "call"): 1}], ["first", "then"])
    >>> [text.get_text() for text in ax.texts]
    ['first', 'visit', '100 %', 'then', 'buy', '50 %', 'call', '50 %']
    """
    total = sum(block.count for block in columns[0]) or 1
    kept = [_placed(_folded(column, total), total) for column in columns]
    width = 2 * _EDGE + _WIDTH * len(columns) + _WAY * (len(columns) - 1)
    lowest = max(block.top + _size(block, total) for column in kept for block in column.values()) if total else 0
    colours = channel_colours(block.channel for column in columns for block in column if block.channel)
    shapes = channel_shapes(colours)
    height = max(lowest, _HEAD + _HEIGHT) + (22 if colours else _EDGE)
    ax = new_axes(width, height) if ax is None else ax
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    room = room_of(ax)
    pen = Pen(ax, min(room[0] / width, room[1] / height))
    for place, (column, head) in enumerate(zip(kept, heads, strict=True)):
        left = _EDGE + place * (_WIDTH + _WAY)
        pen.text(left + _WIDTH / 2, 12, head, size=7.4, colour=pen.theme.soft)
        if place < len(links):
            _draw_links(pen, left + _WIDTH, column, kept[place + 1], links[place], total)
        for block in column.values():
            _draw_block(pen, left, block, total, colours.get(block.channel))
            _draw_mark(pen, left, block, _size(block, total), shapes, colours)
    draw_channels(pen, _EDGE, height - 9, colours)
    return ax


def _size(block: Block, total: float) -> float:
    return _HEIGHT * block.count / total


def _folded(column: Sequence[Block], total: float) -> list[Block]:
    """Put small blocks together, the largest of the others on top, those aside at the bottom."""
    ranked = sorted((block for block in column if not block.aside), key=lambda block: (-block.count, block.name))
    large = [block for block in ranked[:_MOST] if block.count >= _LEAST * total and block.name != OTHER]
    small = [block for block in ranked if block not in large]
    other = [Block(OTHER, sum(block.count for block in small))] if small else []
    return [*large, *other, *(block for block in column if block.aside)]


def _placed(blocks: Sequence[Block], total: float) -> dict[str, Block]:
    """Give blocks their places, one below the other."""
    placed, y = {}, _HEAD
    for block in blocks:
        placed[block.name] = replace(block, top=y)
        y += _size(block, total) + _SPACE
    return placed


def _draw_links(
    pen: Pen, left: float, before: Mapping[str, Block], after: Mapping[str, Block], links: Links, total: float
) -> None:
    """Draw a ribbon for each pair of blocks; at a block they lie in the order of those at their other end."""
    counts: dict[tuple[str, str], float] = {}
    for (source, target), count in links.items():
        pair = (source if source in before else OTHER, target if target in after else OTHER)
        counts[pair] = counts.get(pair, 0) + count
    starts, ends = ({name: block.top for name, block in column.items()} for column in (before, after))
    for source, target in sorted(counts, key=lambda pair: (starts[pair[0]], ends[pair[1]])):
        size = _HEIGHT * counts[source, target] / total
        _ribbon(pen, left, starts[source], ends[target], size)
        starts[source] += size
        ends[target] += size


def _ribbon(pen: Pen, left: float, start: float, end: float, size: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    right, middle = left + _WAY, left + _WAY / 2
    upper = [(left, start), (middle, start), (middle, end), (right, end)]
    lower = [(right, end + size), (middle, end + size), (middle, start + size), (left, start + size)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
    colour = mixed(pen.theme.edge, pen.theme.paper, 0.45)
    pen.ax.add_patch(PathPatch(Path(upper + lower, codes), facecolor=colour, alpha=0.6, linewidth=0, zorder=1))


def _draw_mark(
    pen: Pen,
    left: float,
    block: Block,
    size: float,
    shapes: Mapping[str | None, str],
    colours: Mapping[str | None, str],
) -> None:
    """Mark a block with its channel's sign, so that it can be told in grey: beside one line, above two."""
    if block.channel and size >= _ONE_LINE:
        y = block.top + (size / 2 if size < _TWO_LINES else 7.0)
        pen.mark(left + 6, y, shapes[block.channel], _MARK, colours[block.channel])


def _draw_block(pen: Pen, left: float, block: Block, total: float, colour: str | None) -> None:
    from matplotlib.patches import Rectangle

    theme, size = pen.theme, _size(block, total)
    look: dict[str, Any] = {"facecolor": theme.paper, "edgecolor": theme.edge, "linestyle": "-"}
    if colour:
        look |= {"facecolor": tinted(colour, theme), "edgecolor": mixed(shaded(colour, theme), theme.paper, 0.75)}
    if block.aside:
        look |= {"linestyle": (0, (2, 1.5))}
    pen.ax.add_patch(Rectangle((left, block.top), _WIDTH, size, linewidth=0.8 * pen.scale, zorder=2, **look))
    share, middle = share_text(block.count / total), block.top + size / 2
    if size >= _TWO_LINES:
        pen.text(
            left + _WIDTH / 2, middle - 4.4, shortened(block.name, _WIDTH - 8, _TEXT, bold=True), size=_TEXT, bold=True
        )
        said = f"{share} {block.note}".strip()
        pen.text(left + _WIDTH / 2, middle + 4.6, said, size=_TEXT, colour=theme.soft)
    elif size >= _ONE_LINE:
        name = shortened(block.name, _WIDTH - 19 - text_width(share, _TEXT), _TEXT, bold=True)
        pen.text(left + 11, middle, name, size=_TEXT, bold=True, align="left")
        pen.text(left + _WIDTH - 4, middle, share, size=_TEXT, colour=theme.soft, align="right")
