"""What the API takes and answers about looking at pictures: the purpose, and the register."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from central.api.acting import Note
from central.api.lives_schemas import Asked
from central.api.schemas import Answer, Text
from central.quality.viewing import Purpose

ViewKind = Literal["still", "photo", "thumbnail", "report", "reference"]


class PurposeGiven(Asked):
    """Why one looks at the pictures of a project; `other` needs a remark."""

    purpose: Purpose
    remark: Note


class PurposeCode(Answer):
    """A purpose that can be chosen."""

    code: Purpose
    name: Text


class PurposeShown(Answer):
    """What the caller said for this project and until when it holds (null = nothing: `usual` is noted), and the codes
    to choose from. Ask once, when pictures of a project are first opened in a session and `stated` is null."""

    project: str
    stated: Purpose | None
    remark: str | None
    until: datetime | None
    usual: Purpose
    choices: list[PurposeCode]


class ViewShown(Answer):
    """Somebody was shown a picture. `stated` = the purpose was said by the person, else it is the usual one of the
    role; `project` null = the picture is of none."""

    id: int
    viewed_at: datetime
    person: str
    role: str
    kind: ViewKind
    sha256: str
    project: str | None
    purpose: Purpose
    purpose_name: Text
    remark: str
    stated: bool


class Views(Answer):
    """Newest first; `next` is the `before` of the page that follows, null at the end."""

    views: list[ViewShown]
    next: int | None
