"""What happened in one update of a Zendesk ticket: the events of an audit, as an analyst would name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

__all__ = ["CREATED", "REPLIED", "Step", "Update", "steps", "update_of", "word"]

CREATED, REPLIED = "ticket created", "ticket reply"

_SETTING: Final = ("Create", "Change")
_COMMENTS: Final = ("Comment", "VoiceComment")
_RATING: Final = "SatisfactionRating"
_STATUSES: Final = {
    "open": "ticket opened",
    "pending": "ticket pending",
    "hold": "ticket on hold",
    "solved": "ticket solved",
    "closed": "ticket closed",
}
_DONE: Final = ("solved", "closed")
_SCORES: Final = ("good", "bad")

Event = dict[str, Any]


class Step(NamedTuple):
    """One thing that an update did.

    Attributes
    ----------
    activity
        What it was; a public comment is ``REPLIED``, until it is known who its author is to the ticket.
    event
        Id of the event in the audit, or None.
    author
        Id of the user who did it, or None.
    text
        What a public comment says, or the remark of a rating.
    agent, group
        To whom the ticket went.
    rating
        ``"good"`` or ``"bad"``.
    """

    activity: str
    event: str | None
    author: str | None
    text: str | None = None
    agent: str | None = None
    group: str | None = None
    rating: str | None = None


class Update(NamedTuple):
    """The events of an audit, sorted by what they do.

    Attributes
    ----------
    author
        Id of the user who made the update, or None.
    is_first
        Whether the ticket began with it.
    comments
        Public and internal ones.
    fields
        The events that set a field, by its name.
    ratings
        The events that hold a rating.
    """

    author: str | None
    is_first: bool
    comments: Sequence[Event]
    fields: dict[str, Event]
    ratings: Sequence[Event]

    @property
    def has_note(self) -> bool:
        """Whether it leaves an internal note."""
        return any(comment.get("public") is False for comment in self.comments)

    @property
    def requester(self) -> str | None:
        """Id of the user the ticket is now from; None where the update does not say."""
        return _value(self.fields.get("requester_id"))


def update_of(audit: Event) -> Update:
    """Sort the events of an audit.

    Parameters
    ----------
    audit
        As the API gives it.

    Returns
    -------
    Update
        Without the events that send notices, refer to macros and the like.
    """
    listed = audit.get("events")
    events = [event for event in listed if isinstance(event, dict)] if isinstance(listed, list) else []
    return Update(
        word(audit.get("author_id")),
        any(event.get("type") == "Create" for event in events),
        [event for event in events if event.get("type") in _COMMENTS],
        {str(event.get("field_name")): event for event in events if event.get("type") in _SETTING},
        [event for event in events if event.get("type") == _RATING],
    )


def word(value: Any) -> str | None:
    """Give an id, or a value, as text.

    Parameters
    ----------
    value
        As it stands in the JSON.

    Returns
    -------
    str or None
        None for nothing, and for what is neither text nor number.
    """
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def steps(update: Update) -> Iterator[Step]:
    """Tell what an update did.

    Parameters
    ----------
    update
        The events of an audit.

    Yields
    ------
    Step
        What was said first; nothing for an update that only sent notices, set tags or left an internal note.
    """
    public = [comment for comment in update.comments if comment.get("public") is not False]
    if update.is_first:
        yield _said(CREATED, public[0] if public else {}, update)
        public = public[1:]
    for comment in public:
        yield _said(REPLIED, comment, update)
    yield from _handed_over(update)
    yield from _new_status(update)
    yield from _rated(update)


def _said(activity: str, comment: Event, update: Update) -> Step:
    text = word(comment.get("plain_body")) or word(comment.get("body"))
    return Step(activity, word(comment.get("id")), word(comment.get("author_id")) or update.author, text)


def _handed_over(update: Update) -> Iterator[Step]:
    """Tell that the ticket got an agent or a group, for the first time or from another."""
    agent, group = update.fields.get("assignee_id"), update.fields.get("group_id")
    given = [event for event in (group, agent) if event and _value(event)]
    if given and not update.is_first:
        came_from_another = any(word(event.get("previous_value")) for event in given)
        activity = "ticket transferred" if came_from_another else "ticket assigned"
        yield Step(activity, word(given[0].get("id")), update.author, agent=_value(agent), group=_value(group))


def _new_status(update: Update) -> Iterator[Step]:
    """Tell a change of status; the one that a ticket begins with only if it is done at once."""
    event = update.fields.get("status", {})
    status = _value(event)
    if status in _STATUSES and (status in _DONE or not update.is_first):
        was_done = word(event.get("previous_value")) in _DONE
        activity = "ticket reopened" if was_done and status not in _DONE else _STATUSES[status]
        yield Step(activity, word(event.get("id")), update.author)


def _rated(update: Update) -> Iterator[Step]:
    """Tell a rating, once: as an event of its own or as a field."""
    field, remark = update.fields.get("satisfaction_score"), update.fields.get("satisfaction_comment")
    scores = [(rating, word(rating.get("score")), word(rating.get("body"))) for rating in update.ratings]
    scores += [(field, _value(field), _value(remark))] if field else []
    given = [score for score in scores if score[1] in _SCORES]
    for event, score, text in given[:1]:
        yield Step("ticket rated", word(event.get("id")), update.author, text, rating=score)


def _value(event: Event | None) -> str | None:
    return word(event.get("value")) if event else None
