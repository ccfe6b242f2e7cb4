"""Who is behind an identifier of a chat system, as far as its files tell."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.schema import ID_PREFIX, id_columns

__all__ = ["known_as"]


def known_as(ids: pa.ChunkedArray | pa.Array, key: str, people: pa.Table) -> dict[str, pa.DictionaryArray]:
    """Give every identifier of the persons behind one kind of identifier.

    Parameters
    ----------
    ids
        Identifiers of the kind, one a row.
    key
        The kind, such as ``"slack_user"``.
    people
        Columns ``id_<kind>``, text; what is known of one person may stand in several rows, of which the last counts.

    Returns
    -------
    dict of pyarrow.DictionaryArray
        One column a kind in `people`, the key itself too; null where it is not known.

    Examples
    --------
    >>> people = pa.table({"id_slack_user": ["U1", "U1"], "id_email": ["jo@mail.example", None]})
    >>> known_as(pa.array(["U2", "U1"]), "slack_user", people)["id_email"].to_pylist()
    [None, 'jo@mail.example']
    """
    labels = columns.encode(ids)
    found = {ID_PREFIX + key: labels}
    for name in id_columns(people):
        if name not in found:
            told = people.filter(pc.and_(people[name].is_valid(), people[ID_PREFIX + key].is_valid()))
            values = dict(zip(told[ID_PREFIX + key].to_pylist(), told[name].to_pylist(), strict=True))
            known = pa.array(map(values.get, labels.dictionary.to_pylist()), pa.string())
            found[name] = columns.relabel(labels, known)
    return found
