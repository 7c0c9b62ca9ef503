"""What the API takes and answers about practices of places, and what a project is and brought in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from central.api.acting import Fen, Line
from central.api.insight_schemas import PlaceKind
from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Text

Name = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Digest = Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]


class PlacePractice(Answer):
    """How a place goes about projects of a kind ('' = all)."""

    place: str
    kind: str
    name: Text


class Practices(Answer):
    """Those in force."""

    place_kind: PlaceKind
    practices: list[PlacePractice]


class BenefitShown(Answer):
    """An assessment of what a project brought in a year; `in_force`: the newest of its year."""

    id: int
    year: int
    benefit_fen: int
    method: str
    evidence: str
    noted_by: str
    in_force: bool


class ClassShown(Answer):
    """What was said of a project, '' = nothing."""

    project: str
    kind: str
    sector: str


class Benefits(Answer):
    """Oldest first."""

    project: str
    benefits: list[BenefitShown]


class PracticeName(Asked):
    """The same in both languages; both empty ends it."""

    zh: Name
    en: Name


class PlacePracticeGiven(Asked):
    """How a place goes about projects of a kind ('' = all); `evidence` = SHA-256 of a paper, or ''."""

    place_kind: PlaceKind
    place: Line
    kind: Name = ""
    name: PracticeName
    evidence: Digest = ""


class ClassGiven(Asked):
    """What a project is in particular, and its sector; '' takes it back."""

    kind: Name = ""
    sector: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,31})?$")] = ""


class BenefitGiven(Asked):
    """What a project brought in a year, how that was reckoned, and the SHA-256 of the paper that shows it."""

    year: Annotated[int, Field(ge=2000, le=2099)]
    benefit_fen: Fen
    method: Line
    evidence: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
