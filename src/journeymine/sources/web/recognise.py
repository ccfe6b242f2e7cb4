"""Which layout an access log has, told from its first lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources import inputs
from journeymine.sources.lines import Lines, text_lines
from journeymine.sources.web.layouts import CLOUDFRONT, IIS, JSON, LINES, Layout
from journeymine.sources.web.log_lines import fits
from journeymine.sources.web.w3c import NAMED, missing_fields, named_fields

__all__ = ["layout_of"]

_SAMPLE_BYTES: Final = 1 << 16
_EXPECTED: Final = (
    "Expected lines such as '1.2.3.4 - - [10/Feb/2024:16:42:07 +0100] \"GET /cart HTTP/1.1\" 200 368', perhaps with "
    'the virtual host in front and "referrer" "user agent" behind; or a log of IIS, CloudFront, Amazon S3 or HAProxy; '
    "or one in JSON of nginx, Caddy or Traefik"
)


def layout_of(path: Path, encoding: str | None) -> Layout:
    """Tell how a log is written.

    Parameters
    ----------
    path
        The log.
    encoding
        As for `inputs.blocks`.

    Returns
    -------
    Layout
        The one that fits the most of its first lines.

    Raises
    ------
    FormatError
        If none fits; says what the log may be instead.
    EmptySourceError
        If there is nothing in it.
    """
    blocks = inputs.blocks(path, encoding=encoding, size=_SAMPLE_BYTES)
    lines = next(filter(len, map(text_lines, blocks)), None)
    if lines is None:
        raise EmptySourceError(f"{path.name} is empty")
    of_lines = _line_layout(lines)
    if of_lines:
        return of_lines
    header = next((line for line in lines.texts if line.startswith(NAMED)), None)
    if header:
        return _w3c_layout(lines, header, path.name)
    if lines.texts[0].lstrip().startswith(("{", "[")):
        return _json_layout(lines, path.name)
    raise FormatError(f"{path.name} is not an access log: {_quote(lines)}. {_EXPECTED}")


def _line_layout(lines: Lines) -> Layout | None:
    """Give the first layout that most lines are in, else the one that the most are in, if there is any."""
    counts = {}
    for place, layout in enumerate(LINES):
        counts[place] = fits(lines.column, layout)
        if 2 * counts[place] > len(lines):
            break
    best = max(counts, key=lambda place: counts[place])
    return LINES[best] if counts[best] else None


def _quote(lines: Lines) -> str:
    first = lines.texts[0]
    return f"line {lines.numbers[0]} is {first if len(first) <= 160 else first[:160] + '…'!r}"


def _w3c_layout(lines: Lines, header: str, name: str) -> Layout:
    missing = missing_fields(named_fields(header), IIS)
    if missing:
        raise FormatError(
            f"{name} is a W3C log, but not one of requests: {header!r} names no {' and no '.join(missing)}"
        )
    rows = (line for line in lines.texts if not line.startswith("#"))
    return CLOUDFRONT if CLOUDFRONT.delimiter in next(rows, "") else IIS


def _json_layout(lines: Lines, name: str) -> Layout:
    record = next(_records(lines), {})
    names = set(_names(record))
    for layout in JSON:
        targets = {*layout.places["target"], *layout.places.get("request", ())}
        if names & targets and names & {*layout.places["time"]}:
            return layout
    raise FormatError(
        f"{name} holds JSON, but no requests as nginx, Caddy or Traefik write them: {_quote(lines)}. Expected a time "
        "(such as time_iso8601, ts or StartUTC) and what was asked for (such as request, request.uri or RequestPath). "
        "Read other records with read_table"
    )


def _records(lines: Lines) -> Iterator[dict[str, Any]]:
    """Give the first records, of lines or of a document."""
    decoder = json.JSONDecoder()
    for text in ["\n".join(lines.texts), *lines.texts]:
        with suppress(ValueError, RecursionError):
            record, _ = decoder.raw_decode(text.lstrip(" \t[,\n"))
            if isinstance(record, dict):
                yield record


def _names(record: dict[str, Any]) -> Iterator[str]:
    """Give the names of all fields, with dots between levels."""
    for name, value in record.items():
        yield name
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in _names(value))
