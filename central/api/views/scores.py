"""A project's newest score with all it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlmodel import Session

from central.api.errors import absent
from central.api.schemas import Grade, SubjectName, Text
from central.api.score_schemas import ScoreDetail, ScorePart
from central.api.views.words import instant, name_of, refs_of
from central.quality.counting import Ranked, total_bp
from central.scoring.formula_words import formula_text
from central.store.count_quality import frozen, newest_frozen
from central.store.instants import district_day, from_ms
from central.store.read_scores import newest_score, score_parts
from central.store.tables import Project, ScoreContribution


def score_of(session: Session, project_id: str, *, day: date | None = None) -> ScoreDetail:
    """The score, or as it stood at the end of a day; empty figures before the first assessment."""
    project = session.get(Project, project_id)
    if project is None:
        raise absent("project", project_id)
    score = newest_score(session, kind="project", subject=project_id, day=day)
    quality = _quality(session, project, before=district_day(from_ms(score.as_of_at))) if score else None
    return ScoreDetail(
        subject=SubjectName(kind="project", id=project.id, name=name_of(project)),
        as_of=instant(score.as_of_at) if score else None,
        total=score.total if score else None,
        grade=cast(Grade | None, score.grade) if score else None,
        rule_version=score.rule_version if score else None,
        consistency_ratio=score.consistency_ratio if score else None,
        poor_data=quality is not None and quality.ranked.score.insufficient,
        quality_month=quality.month if quality else None,
        quality_bp=total_bp(quality.ranked.score) if quality else None,
        contributions=[part_of(row) for row in score_parts(session, score)] if score else [],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnitMonth:
    """The quality of a unit's data in a month that was frozen."""

    month: date
    ranked: Ranked


def _quality(session: Session, project: Project, *, before: date) -> _UnitMonth | None:
    """Of the last month that was over before a day and is frozen."""
    connection = session.connection()
    month = newest_frozen(connection, project.unit_zh, before=before.replace(day=1))
    if month is None:
        return None
    return next(
        (_UnitMonth(month=month, ranked=one) for one in frozen(connection, month) if one.unit == project.unit_zh), None
    )


def part_of(row: ScoreContribution) -> ScorePart:
    """One leaf."""
    return ScorePart(
        indicator=row.indicator,
        name=Text(zh=row.name_zh, en=row.name_en),
        weight=row.weight,
        value=row.value,
        leaf_score=row.leaf_score,
        points=row.points,
        formula=Text.model_validate(formula_text(row.formula)),
        refs=refs_of(row.refs),
    )
