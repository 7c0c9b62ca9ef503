"""Saves the score of each day that was judged, with what it is made of; only days whose score differs are touched."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, select

from central.domain import Assessment, Score
from central.store import tables
from central.store.instants import district_day, to_ms
from central.store.upsert import insert_new, table_of, upsert

_SCORE, _CONTRIBUTION = table_of(tables.Score), table_of(tables.ScoreContribution)


def save_scores(connection: Connection, assessment: Assessment) -> None:
    """The scores of days from the assessment's first on become those it says."""
    wanted = {district_day(score.as_of): score for score in assessment.scores}
    since = district_day(assessment.since) if assessment.since else date.min
    mine = _SCORE.c.subject_kind == "project", _SCORE.c.subject == assessment.project, _SCORE.c.day >= since
    parts = _parts(connection, assessment.project, since)
    for row in connection.execute(select(_SCORE).where(*mine)).mappings().all():
        score = wanted.get(row["day"])
        if score is None:
            _drop(connection, row)
        elif all(row[name] == value for name, value in _row(score).items()) and parts.get(row["day"]) == _leaves(score):
            del wanted[row["day"]]
    for score in wanted.values():
        upsert(connection, tables.Score, [_row(score)])
        _drop_parts(connection, _key(score))
        insert_new(connection, tables.ScoreContribution, _leaves(score))


def _parts(connection: Connection, project: str, since: date) -> dict[date, list[dict[str, Any]]]:
    columns = _CONTRIBUTION.c
    mine = columns.subject_kind == "project", columns.subject == project, columns.day >= since
    found: dict[date, list[dict[str, Any]]] = {}
    for row in connection.execute(select(_CONTRIBUTION).where(*mine).order_by(columns.position)).mappings():
        found.setdefault(row["day"], []).append(dict(row))
    return found


def _drop(connection: Connection, row: Any) -> None:
    key = {name: row[name] for name in ("subject_kind", "subject", "day")}
    _drop_parts(connection, key)
    connection.execute(delete(_SCORE).where(*(_SCORE.c[name] == value for name, value in key.items())))


def _drop_parts(connection: Connection, key: dict[str, Any]) -> None:
    connection.execute(delete(_CONTRIBUTION).where(*(_CONTRIBUTION.c[name] == value for name, value in key.items())))


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
