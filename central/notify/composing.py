"""What a person reads: title and text of one message, or of a day's digest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from central.domain import Text

Language = Literal["zh", "en", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message as it goes into a letter; `link` is an address within the pages."""

    subject: Text
    body: Text
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is sent as one: plain text, a title of one line. `token` is the same at each try."""

    title: str
    text: str
    token: str
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """`pages_url` stands before links, '' = no links."""

    language: Language = "both"
    pages_url: str = ""


def composed(parts: Sequence[Part], *, digest: bool, token: str, urgent: bool, style: Style) -> Letter:
    """The letter of a delivery; `parts` in the order in which they were queued, at least one."""
    if digest:
        title = _said(_digest_title(len(parts)), style, between=" / ")
        blocks = [f"{at}. {_block(part, style)}" for at, part in enumerate(parts, 1)]
        return Letter(title=title, text="\n\n".join(blocks), token=token, urgent=urgent)
    part = parts[0]
    title = " ".join(_said(part.subject, style, between=" / ").split())
    text = "\n\n".join(filter(None, (_said(part.body, style, between="\n\n"), _link(part, style))))
    return Letter(title=title, text=text, token=token, urgent=urgent)


def _digest_title(count: int) -> Text:
    return Text(zh=f"蓝色预警日报: {count} 条", en=f"Daily digest of blue warnings: {count}")


def _block(part: Part, style: Style) -> str:
    lines = (_said(part.subject, style, between="\n"), _said(part.body, style, between="\n"), _link(part, style))
    return "\n".join(filter(None, lines))


def _said(words: Text, style: Style, *, between: str) -> str:
    match style.language:
        case "zh":
            return words.zh
        case "en":
            return words.en
        case "both":
            return words.zh if words.zh == words.en else f"{words.zh}{between}{words.en}"


def _link(part: Part, style: Style) -> str:
    return f"{style.pages_url.rstrip('/')}{part.link}" if style.pages_url and part.link else ""
