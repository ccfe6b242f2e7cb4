"""What the tests of chat systems share: files written down, and accounts looked at."""

import json
from contextlib import contextmanager
from unittest.mock import patch

from journeymine.sources import inputs

__all__ = ["closes", "in_small_blocks", "same_log", "written"]


def written(path, content):
    """Write bytes, text, or objects as JSON lines; give the path."""
    if isinstance(content, list):
        content = "\n".join(item if isinstance(item, str) else json.dumps(item) for item in content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


def closes(log):
    """Tell whether every row is in the log, a duplicate, or in the quarantine."""
    account = log.sources.to_pylist()[0]
    is_whole = account["rows_in"] == account["used"] + account["duplicate"] + account["quarantined"]
    return is_whole and account["quarantined"] == len(log.quarantine)


@contextmanager
def in_small_blocks(size):
    """Read files in blocks of a few bytes."""
    with patch.dict(inputs.blocks.__kwdefaults__, size=size):
        yield


def same_log(one, other):
    """Tell whether two logs have the same events, account and quarantine."""
    return (
        one.table.equals(other.table)
        and one.sources.equals(other.sources)
        and one.quarantine.table.equals(other.quarantine.table)
    )
