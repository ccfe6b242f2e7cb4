"""The words of the invented mails: subjects and bodies, as they stand in a message."""

from __future__ import annotations

from functools import cache
from typing import Final

__all__ = ["AUTO_REPLY", "NEWSLETTER", "SUBJECTS", "VARIANTS", "bodies"]

SUBJECTS: Final = (
    "Question about my quote",
    "Papers for my application",
    "=?utf-8?q?Premium_went_up_by_=E2=82=AC_12?=",
    "Moving house",
    "Claim for a broken window",
    "=?utf-8?b?Q2FuIEkgcGF5IGluIMOpw6luIGdvPw==?=",
    "Policy terms",
)
"""One a topic; two of them are encoded words."""

VARIANTS: Final = 12
"""How many ways a text can be put into a message."""

_PLAIN = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {coding}\n\n{text}\n"
_BOTH = (
    'MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="=_part_7"\n\n'
    "--=_part_7\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\n{text}{quote}\n"
    "--=_part_7\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\n"
    "<html><body><p>{text}</p></body></html>\n--=_part_7--\n"
)
_ASKED = (
    "Could you tell me what my quote covers exactly?",
    "Which papers do you still need from me?",
    "Why did my premium change this year?",
    "We are moving. Does the policy move with us?",
    "A ball went through our window. What do you need?",
    "Is it possible to pay for the whole year at once?",
    "Where do I find the terms of my policy?",
)
_ANSWERED = (
    "Thank you for your mail. You find the cover on page two of the quote.",
    "Thank you for your mail. A copy of both sides of your card is enough.",
    "Thank you for your mail. The table below shows how your premium is made up.",
    "Thank you for your mail. It does; please send us the new address.",
    "Thank you for your mail. Please send us the bill of the repair.",
    "Thank you for your mail. You can choose so in your account.",
    "Thank you for your mail. The terms are in the attachment of your policy.",
)

AUTO_REPLY: Final = (
    "Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n"
    "I am away and read my mail again next week.\n"
)
"""Headers and body of a mailbox that answers by itself."""

NEWSLETTER: Final = (
    "List-Unsubscribe: <https://trade.example/unsubscribe>\nPrecedence: bulk\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=us-ascii\n\nThis week in insurance: nothing happened.\n"
)
"""Headers and body of a newsletter."""


@cache
def bodies(sent: bool, reply: bool) -> list[list[str]]:
    """Give the last headers and the body of mails.

    Parameters
    ----------
    sent
        True for mails of the company.
    reply
        True for mails that answer one; they quote it.

    Returns
    -------
    list of list of str
        By topic, then by variant: most are plain, one is quoted-printable, one has a line that begins with "From ",
        one has text and HTML.

    Examples
    --------
    >>> print(bodies(False, False)[0][0].splitlines()[-1])
    Could you tell me what my quote covers exactly?
    """
    own, other = (_ANSWERED, _ASKED) if sent else (_ASKED, _ANSWERED)
    pairs = zip(own, other if reply else [""] * len(own), strict=True)
    return [[_body(text, quoted, way) for way in range(VARIANTS)] for text, quoted in pairs]


def _body(text: str, quoted: str, way: int) -> str:
    """Write one body; a line that begins with "From " gets the ``>`` that an mbox file gives it."""
    quote = f"\n\nYou wrote:\n> {quoted}" if quoted else ""
    if way == 1:
        amount = "The amount is =E2=82=AC 12 a month, =\nas before."
        return _PLAIN.format(coding="quoted-printable", text=f"{text}\n\n{amount}{quote}")
    if way == 2:
        return _PLAIN.format(coding="7bit", text=f"{text}\n\n>From May on the address is a new one.{quote}")
    if way == 3:
        return _BOTH.format(text=text, quote=quote)
    return _PLAIN.format(coding="7bit", text=text + quote)
