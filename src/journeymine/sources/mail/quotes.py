"""What the sender of a message wrote: without what it quotes, and without a signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["own_words"]

# Names of header fields as mail programs write them above what they quote, in the languages they speak.
_FROM: Final = ("from", "von", "van", "de", "da", "från", "fra", "od", "от", "lähettäjä")
_SURE: Final = ("subject", "betreff", "onderwerp", "objet", "asunto", "assunto", "oggetto", "ämne", "emne", "temat",
                "тема", "aihe", "sent", "gesendet", "verzonden", "envoyé", "enviado", "inviato", "skickat", "sendt",
                "wysłano", "отправлено", "lähetetty")  # fmt: skip
_OTHER: Final = ("date", "datum", "fecha", "data", "dato", "дата", "to", "an", "aan", "à", "para", "a", "til", "till",
                 "do", "кому", "cc", "kopie", "kopia", "копия", "reply-to", "importance")  # fmt: skip
_FIELD: Final = re.compile(rf"[\s>*_]{{0,9}}({'|'.join((*_FROM, *_SURE, *_OTHER))})[ *_\xa0]{{0,3}}:", re.IGNORECASE)
_HIGHEST: Final = 8  # lines of such a head, or between the line above a quotation and the quotation

_WROTE: Final = re.compile(
    r"wrote|schrieb|schreef|geschreven|(?:a|à) écrit|escribió|escreveu|ha scritto|skrev|napisał|kirjoitti"
    r"|написал|писал",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"\d")
_CLOCK: Final = re.compile(r"\d[:.h]\d\d")
_ADDRESS: Final = re.compile(r"<[^<>]*>")
_LONGEST: Final = 400  # letters of the line above a quotation

_FORWARDED: Final = re.compile(
    r"\s{0,9}-{2,20}[^\n]{0,40}(?:message|nachricht|bericht|mensaje|mensagem|messaggio|meddelande|melding|besked|сообщение"
    r"|wiadomość|e-?mail)[^\n]{0,40}-{2,}\s*$"
    r"|\s{0,9}(?:begin forwarded message|anfang der weitergeleiteten|begin doorgestuurd bericht|début du message)\b.*:",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"\s*[-_=*—]{5,}\s*$")
_FOOTER: Final = re.compile(r"_{20,}\s*$")
_SIGNATURES: Final = ("--", "—")
_DEVICE: Final = re.compile(
    r"(?:sent (?:from|via|with)|get outlook for|verzonden (?:vanaf|met|via)|von mein\w+|gesendet (?:von|mit)"
    r"|envoyé (?:de|depuis)|enviado (?:desde|do|de)|inviato da|skickat från|sendt fra)\b(?: [^\s,;]+){1,7}\s*$",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    r"""Take off what a message quotes, and the signature.

    Parameters
    ----------
    text
        Its text; lines that are quoted begin with ``>``, or follow a line that tells whose they are.

    Returns
    -------
    str
        What is left; the whole text where nothing is, as in a message that is only handed on.

    Examples
    --------
    >>> own_words("It is broken.\n\nOn Wed, 1 May 2024 at 9:00, Help wrote:\n> Did it arrive?\n\n-- \nJo Doe")
    'It is broken.'
    """
    lines = text.split("\n")
    end = next(_ends(lines), len(lines))
    kept = _without_signature(_unquoted(lines[:end]))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() or text.strip()


def _ends(lines: list[str]) -> Iterator[int]:
    """Yield where all that follows is quoted."""
    telling = [(place, line) for place, line in enumerate(lines) if ":" in line or "--" in line or "____" in line]
    for place, line in telling:
        if _FORWARDED.match(line) or _FOOTER.match(line) or (_FIELD.match(line) and _is_head(lines, place)):
            yield place
        elif line.rstrip().endswith(":") and not _quotes(lines, place + 1):
            above = _attribution(lines, place)
            if above and _is_certain(" ".join(lines[place + 1 - above : place + 1])):
                yield place + 1 - above


def _is_head(lines: list[str], place: int) -> bool:
    """Tell whether the head of a quoted message begins on a line."""
    fields: set[str] = set()
    for line in lines[place : place + _HIGHEST]:
        field = _FIELD.match(line)
        if not field:
            break
        fields.add(field[1].lower())
    return len(fields) > 2 and not fields.isdisjoint(_FROM) and not fields.isdisjoint(_SURE)


def _attribution(lines: list[str], place: int) -> int:
    """Count the lines, up to the one at a place, that tell who wrote what follows and when; 0 if they do not."""
    said = ""
    for height, line in enumerate(reversed(lines[max(place - 2, 0) : place + 1]), 1):
        said = f"{line} {said}"
        if not line.strip() or _is_quoted(line) or len(said) > _LONGEST:
            break
        if _DIGIT.search(_ADDRESS.sub("", said)) and (
            _WROTE.search(said) or (_ADDRESS.search(said) and _CLOCK.search(said))
        ):
            return height
    return 0


def _is_certain(said: str) -> bool:
    """Tell whether a program wrote it, and not a person who goes on in own words."""
    return bool(_CLOCK.search(said) or "@" in said)


def _quotes(lines: list[str], place: int) -> bool:
    """Tell whether the next line that is not blank is quoted."""
    return next((_is_quoted(line) for line in lines[place : place + _HIGHEST] if line.strip()), False)


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _unquoted(lines: list[str]) -> list[str]:
    """Leave out the lines that are quoted, those that announce a quotation, and the rule below the last one."""
    kept: list[str] = []
    for place, line in enumerate(lines):
        if _is_quoted(line):
            continue
        kept.append(line)
        if line.rstrip().endswith(":") and _quotes(lines, place + 1):
            height = _attribution(lines, place)
            del kept[len(kept) - height :]
    while kept and (not kept[-1].strip() or _RULE.match(kept[-1])):
        kept.pop()
    return kept


def _without_signature(lines: list[str]) -> list[str]:
    """Cut at the line that marks a signature, and the one that a telephone adds."""
    end = next((place for place, line in enumerate(lines) if line.rstrip() in _SIGNATURES), len(lines))
    lines = lines[:end]
    while lines and (not lines[-1].strip() or _DEVICE.match(lines[-1].strip())):
        lines.pop()
    return lines
