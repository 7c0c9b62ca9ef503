"""What the API answers about a score and what any number came from."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from central.api.schemas import Answer, Grade, Still, SubjectName, Text


class ScorePart(Answer):
    """One leaf of a score: points = weight x leaf score."""

    indicator: str
    name: Text
    weight: float
    value: str
    leaf_score: float
    points: float
    formula: Text
    refs: list[str]


class ScoreDetail(Answer):
    """A score with all it is made of; `as_of` and the figures are null before the first assessment.

    `poor_data` (数据质量不足): the quality of the unit's data was under 60 in `quality_month`, the last that was frozen
    before the score; `quality_bp` is its total x 100 (null = nothing to count, or no month yet).
    """

    subject: SubjectName
    as_of: datetime | None
    total: float | None
    grade: Grade | None
    rule_version: str | None
    consistency_ratio: float | None
    poor_data: bool
    quality_month: date | None
    quality_bp: int | None
    contributions: list[ScorePart]


class Fact(Answer):
    """One line of a trace node, machine value as text; `text` where it is words, `value` then has the Chinese ones."""

    key: str
    value: str
    text: Text | None


class TraceNode(Answer):
    """A number and what it came from, down to the record, the frame's digest and the still."""

    kind: str
    id: str
    name: Text
    at: datetime | None
    value: str | None
    facts: list[Fact]
    evidence: Still | None
    more: int = Field(description="how many further children exist and are not listed")
    children: list[TraceNode]
