"""Saves the score of each day that was judged, with what it is made of."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, select

from central.domain import Assessment, Score
from central.store import tables
from central.store.instants import district_day, to_ms
from central.store.upsert import table_of, upsert

_SCORE, _CONTRIBUTION = table_of(tables.Score), table_of(tables.ScoreContribution)


def _of_project(table: Table) -> tuple[ColumnElement[bool], ...]:
    return table.c.subject_kind == "project", table.c.subject == bindparam("of")


_STORED = select(_SCORE.c.day).where(*_of_project(_SCORE), _SCORE.c.day >= bindparam("since"))
_DROP = delete(_SCORE).where(*_of_project(_SCORE), _SCORE.c.day == bindparam("on"))
_DROP_PARTS = delete(_CONTRIBUTION).where(*_of_project(_CONTRIBUTION), _CONTRIBUTION.c.day == bindparam("on"))
_DROP_MORE = _DROP_PARTS.where(_CONTRIBUTION.c.position >= bindparam("many"))


def save_scores(connection: Connection, assessment: Assessment, *, nothing_later: bool) -> None:
    """The scores of days from the assessment's first on become those it says; of days that were not judged there is
    none. `nothing_later` = it is known that nothing is stored of later than it began."""
    wanted = {district_day(score.as_of): score for score in assessment.scores}
    since = district_day(assessment.since) if assessment.since else date.min
    found = None if nothing_later else connection.execute(_STORED, {"of": assessment.project, "since": since}).scalars()
    gone = [{"of": assessment.project, "on": day} for day in found or () if day not in wanted]
    if gone:
        connection.execute(_DROP_PARTS, gone)
        connection.execute(_DROP, gone)
    upsert(connection, tables.Score, [_row(score) for score in wanted.values()])
    upsert(connection, tables.ScoreContribution, [leaf for score in wanted.values() for leaf in _leaves(score)])
    fewer = [{"of": assessment.project, "on": day, "many": len(s.contributions)} for day, s in wanted.items()]
    if assessment.since is None and fewer:  # a tree of other leaves makes all checkpoints void
        connection.execute(_DROP_MORE, fewer)


def _key(score: Score) -> dict[str, Any]:
    return {"subject_kind": score.subject.kind, "subject": score.subject.id, "day": district_day(score.as_of)}


def _row(score: Score) -> dict[str, Any]:
    return _key(score) | {
        "as_of_at": to_ms(score.as_of),
        "total": score.total,
        "grade": score.grade,
        "rule_version": score.rule_version,
        "consistency_ratio": score.consistency_ratio,
    }


def _leaves(score: Score) -> list[dict[str, Any]]:
    return [
        _key(score)
        | {
            "position": position,
            "indicator": leaf.indicator,
            "name_zh": leaf.name.zh,
            "name_en": leaf.name.en,
            "weight": leaf.weight,
            "value": leaf.value,
            "leaf_score": leaf.leaf_score,
            "points": leaf.points,
            "formula": leaf.formula,
            "refs": json.dumps(list(leaf.refs), ensure_ascii=False, separators=(",", ":")),
        }
        for position, leaf in enumerate(score.contributions)
    ]
