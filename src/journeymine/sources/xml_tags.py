"""The tags of an XML file as columns: cut by whole-column work where its text lets that be, else by a parser."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.xml_parser import SAFE, Receiver, receive

__all__ = ["Tags", "read_tags"]

_DEEPEST: Final = 200  # levels, and bytes of a tag: what goes beyond is left to the parser, which has its own limits
_LONGEST: Final = 1_000_000

_DECLARATION: Final = re.compile(rb"<\?xml version=(['\"])1\.0\1(?: +encoding=(['\"])(?i:utf-8)\2)? *\?>[ \t\r\n]*\Z")
_VALUE: Final = r'[^"&<\x00-\x1f\x{fffe}\x{ffff}]*'
_PAIR: Final = rf'^<(?P<name>[A-Za-z]+) +key="(?P<key>{_VALUE})" +value="(?P<value>{_VALUE})" *(?P<empty>/?)>$'
_END: Final = r"^</(?P<name>[A-Za-z]+)>$"
_COMMENT: Final = r"^<!--([^-\x00-\x08]|-[^-\x00-\x08])*-->$"


@dataclass(frozen=True)
class Tags:
    """The tags of a file, and what is said by each distinct one.

    Attributes
    ----------
    codes
        Which of the distinct tags stands at each place of the file, int32, shape (tags,).
    names
        Element of each distinct tag, without namespace, as labels.
    keys, values
        Its attributes ``key`` and ``value``, text; null where it has none.
    steps
        1 where it opens an element, -1 where it closes one, 0 where it does both, int8.
    """

    codes: np.ndarray
    names: pa.DictionaryArray
    keys: pa.Array
    values: pa.Array
    steps: np.ndarray

    @cached_property
    def levels(self) -> np.ndarray:
        """How deep the element of each tag stands, 1 for the outermost, int32, shape (tags,)."""
        steps = self.steps[self.codes]
        return np.cumsum(steps, dtype=np.int32) + (steps <= 0)

    def named(self, name: str) -> np.ndarray:
        """Tell which tags are of an element.

        Parameters
        ----------
        name
            Of the element.

        Returns
        -------
        numpy.ndarray
            bool, shape (tags,).
        """
        return columns.is_true(pc.equal(self.names.cast(pa.string()), name))[self.codes]


def read_tags(content: bytes, source: str) -> Tags:
    """Read the tags of an XML file; what stands between them is not read.

    Parameters
    ----------
    content
        The file.
    source
        Its name, for messages.

    Returns
    -------
    Tags
        As a parser would see them; comments left out.

    Raises
    ------
    FormatError
        If it is no whole XML, or has a DOCTYPE: its entities could be anything.
    """
    return _cut(content) or _parsed(content, source)


# --- by whole-column work ------------------------------------------------------------------------------------------


def _cut(content: bytes) -> Tags | None:
    """Cut a file at every ``<``, and look at distinct tags only; None where that could differ from what a parser sees.

    Files that machines write repeat few tags, apart from times and numbers. In text without CDATA and declarations,
    ``<`` stands only where a tag or a comment begins.
    """
    starts = np.flatnonzero(np.frombuffer(content, np.uint8) == ord("<"))
    if not len(starts) or content[: starts[0]].strip(b" \t\r\n"):
        return None
    if content.startswith(b"<?", starts[0]):
        if not _DECLARATION.match(content[: starts[1] if len(starts) > 1 else None]):
            return None
        starts = starts[1:]
    written = _written(content, starts)
    tags = None if written is None else _told(*written)
    return tags if tags is not None and _is_nested(tags) else None


def _written(content: bytes, starts: np.ndarray) -> tuple[np.ndarray, pa.Array] | None:
    """Give the code of each tag, and the distinct tags as they are written, blanks behind them left out."""
    offsets = pa.py_buffer(np.append(starts, len(content)).astype(np.int64))
    tags = pa.LargeStringArray.from_buffers(len(starts), offsets, pa.py_buffer(content)).dictionary_encode()
    try:
        tags.dictionary.validate(full=True)  # that it is UTF-8
    except pa.ArrowInvalid:
        return None
    trimmed = pc.utf8_rtrim(tags.dictionary, " \t\r\n").dictionary_encode()
    return columns.numbers(trimmed.indices)[columns.numbers(tags.indices)], trimmed.dictionary


def _told(codes: np.ndarray, written: pa.Array) -> Tags | None:
    """Take distinct tags apart: most hold a key and a value, or close an element; the others are parsed."""
    if (pc.max(pc.binary_length(written)).as_py() or 0) > _LONGEST:
        return None
    pairs, ends = pc.extract_regex(written, _PAIR), pc.extract_regex(written, _END)
    comments = pc.match_substring_regex(written, _COMMENT)
    odd = pc.invert(pc.or_(comments, pc.or_(pairs.is_valid(), ends.is_valid())))
    others = _odd_tags(written.filter(odd).to_pylist())
    if others is None:
        return None
    names, keys, values, opened = (pa.array(column, pa.large_string()) for column in others)
    names = pc.replace_with_mask(pc.coalesce(pc.struct_field(pairs, "name"), pc.struct_field(ends, "name")), odd, names)
    opens = pc.replace_with_mask(pc.struct_field(pairs, "empty"), odd, opened)
    steps = columns.numbers(pc.if_else(pc.equal(opens, "/"), 0, 1).fill_null(-1)).astype(np.int8)
    return Tags(
        codes[~columns.is_true(comments)[codes]],
        columns.encode(names),
        pc.replace_with_mask(pc.struct_field(pairs, "key"), odd, keys),
        pc.replace_with_mask(pc.struct_field(pairs, "value"), odd, values),
        steps,
    )


def _odd_tags(written: list[str]) -> tuple[list, ...] | None:
    """Parse tags by themselves: name, key, value, and ``"/"`` where one closes itself; None if one is no whole tag."""
    from lxml import etree

    if any(tag.startswith(("<!", "<?")) or not tag.endswith(">") for tag in written):
        return None
    closed = [tag.endswith("/>") for tag in written]
    alone = "".join(tag if itself else f"{tag[:-1]}/>" for tag, itself in zip(written, closed, strict=True))
    try:
        found = etree.fromstring(f"<all>{alone}</all>", etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError:
        return None
    if len(found) != len(written):
        return None
    names = [etree.QName(tag).localname for tag in found]
    pairs = ([tag.get(name) for tag in found] for name in ("key", "value"))
    return names, *pairs, ["/" if itself else "" for itself in closed]


def _is_nested(tags: Tags) -> bool:
    """Tell whether every element is closed where its parent is open, and one element holds all others."""
    steps, levels = tags.steps[tags.codes], tags.levels
    if not len(levels) or levels.min() < 1 or levels.max() > _DEEPEST or steps.sum(dtype=np.int64):
        return False
    if np.count_nonzero(steps[levels == 1] >= 0) != 1:
        return False
    sides = np.flatnonzero(steps)
    by_level = sides[np.argsort(levels[sides].astype(np.uint8), kind="stable")]  # now opening and closing take turns
    names = columns.codes(tags.names)[tags.codes[by_level]]
    return bool((names[::2] == names[1::2]).all())


# --- by a parser ---------------------------------------------------------------------------------------------------


class _Collector(Receiver):
    def __init__(self, source: str) -> None:
        super().__init__(source, "XES log")
        self.codes = array("i")
        self.distinct: dict[tuple[str, str | None, str | None, int], int] = {}

    def start(self, tag: str, attributes: Any) -> None:
        self._add(tag, attributes.get("key"), attributes.get("value"), 1)

    def end(self, tag: str) -> None:
        self._add(tag, None, None, -1)

    def _add(self, *tag: Any) -> None:
        self.codes.append(self.distinct.setdefault(tag, len(self.distinct)))

    def tags(self) -> Tags:
        """Give what was received as columns."""
        names, keys, values, steps = zip(*self.distinct, strict=True)
        return Tags(
            np.frombuffer(self.codes, np.int32),
            columns.encode(pa.array([name.rpartition("}")[2] for name in names])),
            pa.array(keys, pa.large_string()),
            pa.array(values, pa.large_string()),
            np.array(steps, np.int8),
        )


def _parsed(content: bytes, source: str) -> Tags:
    return receive(content, _Collector(source)).tags()
