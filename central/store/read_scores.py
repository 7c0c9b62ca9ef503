"""Read queries about scores."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from central.store.tables import Score, ScoreContribution


def newest_score(session: Session, *, kind: str, subject: str, day: date | None = None) -> Score | None:
    """The score of the subject's newest scored day, or of the newest up to a day."""
    statement = select(Score).where(Score.subject_kind == kind, Score.subject == subject)
    if day is not None:
        statement = statement.where(Score.day <= day)
    return session.exec(statement.order_by(col(Score.day).desc()).limit(1)).first()


def score_parts(session: Session, score: Score) -> list[ScoreContribution]:
    """The leaves of a score, in the tree's order."""
    return list(
        session.exec(
            select(ScoreContribution)
            .where(
                ScoreContribution.subject_kind == score.subject_kind,
                ScoreContribution.subject == score.subject,
                ScoreContribution.day == score.day,
            )
            .order_by(col(ScoreContribution.position))
        )
    )
