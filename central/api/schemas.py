"""What every answer of the API is built on: the ground of the models, and the words more than one noun needs.

Answers are frozen and have no defaults, so that every field is always there (null where unknown). Integers decide:
`_bp` basis points (1/10000), `_cdays` hundredths of effective days, `_fen` hundredths of a yuan.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sign = Literal["red", "yellow", "blue", "insufficient", "paused", "normal"]
Level = Literal["blue", "yellow", "red"]
Grade = Literal["优", "良", "中", "差"]
SubjectKind = Literal["project", "building", "line", "camera", "gateway"]
Bp = Annotated[int, Field(ge=0, le=10_000)]
SignedBp = Annotated[int, Field(ge=-10_000, le=10_000)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Answer(BaseModel):
    """Ground of every model: closed and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class Text(Answer):
    """One sentence or name in the two languages of the interface."""

    zh: str
    en: str


class Named(Answer):
    """Something with an id and a name to show."""

    id: str
    name: Text


class Still(Answer):
    """An evidence JPEG; fetch `url` with the bearer token."""

    sha256: Sha256
    url: str
    captured_at: datetime


class SubjectName(Answer):
    """What a warning or score is about."""

    kind: SubjectKind
    id: str
    name: Text
