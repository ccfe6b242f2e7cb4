"""Tables on disk: whole or not at all, Arrow IPC (memory-mapped) or Parquet."""

from __future__ import annotations

import os
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from journeymine.errors import EmptySourceError, FormatError, OptionError

__all__ = [
    "TABLES",
    "atomic_path",
    "flush",
    "read_table",
    "split_extras",
    "with_ending",
    "with_extras",
    "write_table",
    "write_text",
]

TABLES: Final = (".arrow", ".parquet")
"""The endings of files that hold a table."""


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Lend a temporary file that takes the place of `path` when all went well.

    Parameters
    ----------
    path
        The file to write.

    Yields
    ------
    pathlib.Path
        A file in the same folder. On success it is flushed to disk and renamed; on an error it is removed and the
        former file stays as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        os.close(handle)
        yield Path(name)
        flush(name)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
        flush(path.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def flush(path: str | Path) -> None:
    """Bring a file or a folder to disk.

    Parameters
    ----------
    path
        Which.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def with_ending(path: str | Path, *endings: str) -> Path:
    """Make sure that the ending of a path tells a format.

    Parameters
    ----------
    path
        What is to be written.
    *endings
        Those there are.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    OptionError
        If it has none of them.
    """
    path = Path(path)
    if path.suffix not in endings:
        raise OptionError(f"cannot tell the format of {path.name!r}: end it in {' or '.join(map(repr, endings))}")
    return path


def write_table(table: pa.Table, path: str | Path) -> Path:
    """Write a table to a ``.parquet`` or ``.arrow`` file, whole or not at all.

    Parameters
    ----------
    table
        What to write.
    path
        Where; its ending chooses the format. Arrow files are uncompressed, so that they open memory-mapped.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OptionError
        If the ending is neither.
    """
    path = with_ending(path, *TABLES)
    with atomic_path(path) as part:
        if path.suffix == ".parquet":
            pq.write_table(table, part, write_page_checksum=True)
        else:
            with pa.ipc.new_file(part, table.schema) as writer:
                writer.write_table(table.combine_chunks())
    return path


def read_table(path: str | Path) -> pa.Table:
    """Open a table that `write_table` wrote; Arrow files are memory-mapped.

    Parameters
    ----------
    path
        A ``.parquet`` or ``.arrow`` file.

    Returns
    -------
    pyarrow.Table
        Its content.

    Raises
    ------
    FileNotFoundError
        If there is none.
    FormatError
        If the file is neither, or cut short.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    if not path.is_file():
        raise FormatError(f"{str(path)!r} is not a regular file")
    if path.stat().st_size == 0:
        raise EmptySourceError(f"{path.name} is empty")
    try:
        if path.suffix == ".parquet":
            return pq.ParquetFile(path, page_checksum_verification=True).read()
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        table.validate()  # of its structure: a look at every value would cost what the mapping saves
        return table
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FormatError(f"{path.name} is not a whole Arrow or Parquet file: {error}") from error


def write_text(text: str, path: str | Path) -> Path:
    """Write a text file in UTF-8, whole or not at all.

    Parameters
    ----------
    text
        What to write.
    path
        Where.

    Returns
    -------
    pathlib.Path
        The file.
    """
    with atomic_path(path) as part:
        part.write_text(text, encoding="utf-8")
    return Path(path)


_EXTRA = b"journeymine:"


def with_extras(table: pa.Table, extras: Mapping[str, pa.Table]) -> pa.Table:
    """Put small tables into a table's metadata, so that one file holds them all.

    Parameters
    ----------
    table
        The main table.
    extras
        Small tables by name.

    Returns
    -------
    pyarrow.Table
        The same rows.
    """
    packed = {_EXTRA + name.encode(): b64encode(_pack(extra)) for name, extra in extras.items()}
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **packed})


def split_extras(table: pa.Table) -> tuple[pa.Table, dict[str, pa.Table]]:
    """Take the small tables out of a table's metadata again.

    Parameters
    ----------
    table
        A table that `with_extras` made, perhaps by way of a file.

    Returns
    -------
    table : pyarrow.Table
        The main table without them.
    extras : dict
        Small tables by name; empty for any other table.

    Raises
    ------
    FormatError
        If they are damaged.
    """
    metadata = table.schema.metadata or {}
    mine = {key: value for key, value in metadata.items() if key.startswith(_EXTRA)}
    try:
        extras = {key.removeprefix(_EXTRA).decode(): _unpack(b64decode(value)) for key, value in mine.items()}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FormatError(f"the tables in the metadata are damaged: {error}") from error
    return table.replace_schema_metadata(None), extras


def _pack(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _unpack(packed: bytes) -> pa.Table:
    return pa.ipc.open_stream(packed).read_all()
