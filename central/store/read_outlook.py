"""Reads models of the outlook, what they told and what became of it, and the monthly series that policies act on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, func, select

from central.domain import Text
from central.insight.advice import OpenCase
from central.insight.calibration import Bin, BrierScores, Told
from central.insight.delay import DelayModel, Target
from central.insight.effect import MonthValue
from central.insight.finish import FinishModel
from central.insight.logistic import Logistic
from central.insight.situation import COLUMNS
from central.plan.calendar import midnight
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_ledger import next_month
from central.store.read_situations import Books, over_budget
from central.store.upsert import table_of

MODEL, FORECAST = table_of(tables.OutlookModel), table_of(tables.OutlookForecast)
_CASE, _WARNING, _QUALITY = table_of(tables.MendingCase), table_of(tables.PlanWarning), table_of(tables.QualityMonth)
_SCORE, _PROJECT, _LIFE = table_of(tables.Score), table_of(tables.Project), table_of(tables.LifeEventRow)
TOLD_FOR_DAYS = 14  # a forecast that is older is told no more
_YEARS_BACK = 5
FORECASTS_MAX = 20_000  # the newest that are held against outcomes
SeriesCode = Literal["warnings", "mending_days", "data_quality", "score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A monthly series of the district's projects. `better` says which way is good."""

    code: SeriesCode
    name: Text
    unit: Text
    better: Literal["lower", "higher"]
    read: Callable[[Connection, Sequence[str] | None, int], list[MonthValue]]


def newest_model(connection: Connection, target: str) -> Row[Any] | None:
    """The model of a target that is in force."""
    wanted = select(MODEL).where(MODEL.c.target == target)
    return connection.execute(wanted.order_by(MODEL.c.number.desc()).limit(1)).first()


def models_before(connection: Connection, *, target: str, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Models of a target, the newest first, of numbers under `before`."""
    wanted = select(MODEL).where(MODEL.c.target == target)
    if before is not None:
        wanted = wanted.where(MODEL.c.number < before)
    return connection.execute(wanted.order_by(MODEL.c.number.desc()).limit(limit)).all()


def delay_model_of(row: Row[Any]) -> DelayModel:
    """A stored model as it was trained. One of other columns than today's tells nothing any more."""
    body = json.loads(row.body)
    known = tuple(body["columns"]) == COLUMNS
    numbers = body["logistic"]
    return DelayModel(
        target=row.target,
        n=row.n,
        events=row.events,
        digest=row.examples_sha256,
        tested=BrierScores(**body["tested"]),
        reliability=tuple(Bin(**one) for one in body["reliability"]),
        shown=row.shown and known,
        why=Text(zh=row.why_zh, en=row.why_en),
        logistic=Logistic(**{key: _tuple(value) for key, value in numbers.items()}) if numbers and known else None,
    )


def finish_model_of(row: Row[Any]) -> FinishModel:
    """A stored correction of forecast days."""
    why = Text(zh=row.why_zh, en=row.why_en)
    return FinishModel(n=row.n, shown=row.shown, why=why, **json.loads(row.body))


def forecasts_of(connection: Connection, project: str, *, today: date) -> dict[str, Row[Any]]:
    """What is told of a project now, by target: by the models in force, of the last two weeks."""
    found: dict[str, Row[Any]] = {}
    for target in ("late", "over", "finish"):
        model = newest_model(connection, target)
        if model is None or not model.shown:
            continue
        wanted = select(FORECAST).where(
            FORECAST.c.project == project,
            FORECAST.c.target == target,
            FORECAST.c.model == model.id,
            FORECAST.c.day <= today,
            FORECAST.c.day > today - timedelta(days=TOLD_FOR_DAYS),
        )
        row = connection.execute(wanted.order_by(FORECAST.c.day.desc()).limit(1)).first()
        if row is not None:
            found[target] = row
    return found


def likeliest(
    connection: Connection,
    *,
    target: Target,
    today: date,
    limit: int,
    offset: int,
    projects: Sequence[str] | None = None,
) -> Sequence[Row[Any]]:
    """These projects (None = all) by what is told of them now, the likeliest first; of each its newest forecast."""
    model = newest_model(connection, target)
    if model is None or not model.shown:
        return ()
    newest = (
        select(FORECAST.c.project, func.max(FORECAST.c.day).label("day"))
        .where(
            FORECAST.c.target == target,
            FORECAST.c.model == model.id,
            FORECAST.c.day <= today,
            FORECAST.c.day > today - timedelta(days=TOLD_FOR_DAYS),
        )
        .group_by(FORECAST.c.project)
        .subquery()
    )
    same = and_(FORECAST.c.project == newest.c.project, FORECAST.c.day == newest.c.day, FORECAST.c.target == target)
    wanted = select(FORECAST).join(newest, same).order_by(FORECAST.c.probability_bp.desc(), FORECAST.c.project)
    ended = select(_LIFE.c.project).where(_LIFE.c.kind == "completed", _LIFE.c.day <= today)
    wanted = wanted.where(FORECAST.c.project.not_in(ended))
    if projects is not None:
        wanted = wanted.where(FORECAST.c.project.in_(projects))
    return connection.execute(wanted.limit(limit).offset(offset)).all()


def told_and_came(connection: Connection, books: Books, *, target: Target, today: date) -> list[Told]:
    """Every probability that was told of a project whose outcome is known by now."""
    wanted = select(FORECAST).where(FORECAST.c.target == target, FORECAST.c.day <= today)
    rows = connection.execute(wanted.order_by(FORECAST.c.day.desc(), FORECAST.c.project).limit(FORECASTS_MAX))
    found: list[Told] = []
    for row in rows:
        ended = books.completed.get(row.project)
        if ended is None or ended > today or row.project not in books.projects or row.probability_bp is None:
            continue
        outcome = _outcome(books, row, ended=ended, today=today)
        if outcome is not None:
            found.append(
                Told(
                    project=row.project,
                    probability=row.probability_bp / 10_000,
                    outcome=outcome,
                    base_rate=row.base_bp / 10_000,
                    day=ended,
                )
            )
    return found


def open_cases(connection: Connection, project: str) -> list[OpenCase]:
    """Faults of a project that people work on, by number."""
    wanted = select(_CASE.c.id, _CASE.c.rule, _CASE.c.cause).where(
        _CASE.c.project == project, _CASE.c.ended_at.is_(None)
    )
    return [
        OpenCase(number=row.id, rule=row.rule, cause=row.cause)
        for row in connection.execute(wanted.order_by(_CASE.c.id))
    ]


def series_of(
    connection: Connection, code: SeriesCode, *, projects: Sequence[str] | None, today: date
) -> list[MonthValue]:
    """A series of these projects (None = all) by months that are over, oldest first."""
    until_ms = to_ms(midnight(today.replace(day=1)))
    return [one for one in SERIES[code].read(connection, projects, until_ms) if next_month(one.month) <= today]


def _outcome(books: Books, row: Row[Any], *, ended: date, today: date) -> bool | None:
    """Late by the day that was promised when it was told, standstills approved since allowed for; or over budget."""
    if row.target == "over":
        return over_budget(books, row.project, row.budget_fen, today=today)
    since = sum(one.days for one in books.standstills.get(row.project, ()) if one.approved_ms > row.made_at)
    return bool(ended > row.due + timedelta(days=since))


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _warnings(connection: Connection, projects: Sequence[str] | None, until_ms: int) -> list[MonthValue]:
    """Warnings raised in a month that were not withdrawn; a month without any is 0."""
    wanted = select(_WARNING.c.raised_at).where(_WARNING.c.state != "withdrawn", _WARNING.c.raised_at < until_ms)
    if projects is not None:
        wanted = wanted.where(_WARNING.c.project.in_(projects))
    months: dict[date, int] = defaultdict(int)
    for at_ms in connection.execute(wanted).scalars():
        months[_month(at_ms)] += 1
    last = district_day(from_ms(until_ms - 1)).replace(day=1)
    month = min(months, default=last)
    found = []
    while month <= last and months:
        found.append(MonthValue(month=month, value=float(months.get(month, 0)), n=months.get(month, 0)))
        month = next_month(month)
    return found


def _mending_days(connection: Connection, projects: Sequence[str] | None, until_ms: int) -> list[MonthValue]:
    """Mean days from the first warning to closing of the cases that were closed in a month."""
    wanted = select(_CASE.c.opened_at, _CASE.c.ended_at).where(_CASE.c.state == "closed", _CASE.c.ended_at < until_ms)
    if projects is not None:
        wanted = wanted.where(_CASE.c.project.in_(projects))
    months: dict[date, list[float]] = defaultdict(list)
    for row in connection.execute(wanted):
        months[_month(row.ended_at)].append((row.ended_at - row.opened_at) / 86_400_000)
    return _means(months)


def _data_quality(connection: Connection, projects: Sequence[str] | None, until_ms: int) -> list[MonthValue]:
    """Mean frozen quality of data of the units, in points."""
    wanted = select(_QUALITY.c.month, _QUALITY.c.total_bp).where(_QUALITY.c.total_bp.is_not(None))
    if projects is not None:
        wanted = wanted.where(_QUALITY.c.unit.in_(select(_PROJECT.c.unit_zh).where(_PROJECT.c.id.in_(projects))))
    months: dict[date, list[float]] = defaultdict(list)
    for row in connection.execute(wanted):
        months[row.month].append(row.total_bp / 100)
    return _means(months)


def _score(connection: Connection, projects: Sequence[str] | None, until_ms: int) -> list[MonthValue]:
    """Mean score of the projects on the last day of a month, of five years back."""
    day = district_day(from_ms(until_ms - 1))
    ends: list[date] = []
    while len(ends) < _YEARS_BACK * 12:
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    wanted = select(_SCORE.c.day, _SCORE.c.total).where(
        _SCORE.c.subject_kind == "project", _SCORE.c.day.in_(ends), _SCORE.c.total.is_not(None)
    )
    if projects is not None:
        wanted = wanted.where(_SCORE.c.subject.in_(projects))
    months: dict[date, list[float]] = defaultdict(list)
    for row in connection.execute(wanted.order_by(_SCORE.c.day, _SCORE.c.subject)):
        months[row.day.replace(day=1)].append(row.total)
    return _means(months)


def _means(months: Mapping[date, Sequence[float]]) -> list[MonthValue]:
    return [
        MonthValue(month=month, value=sum(months[month]) / len(months[month]), n=len(months[month]))
        for month in sorted(months)
    ]


def _month(at_ms: int) -> date:
    return district_day(from_ms(at_ms)).replace(day=1)


_ALL = (
    Series(
        code="warnings",
        name=Text(zh="当月触发的预警数", en="warnings raised in the month"),
        unit=Text(zh="个", en="warnings"),
        better="lower",
        read=_warnings,
    ),
    Series(
        code="mending_days",
        name=Text(zh="当月办结整改的平均天数", en="mean days of cases closed in the month"),
        unit=Text(zh="天", en="days"),
        better="lower",
        read=_mending_days,
    ),
    Series(
        code="data_quality",
        name=Text(zh="数据质量平均分", en="mean quality of data"),
        unit=Text(zh="分", en="points"),
        better="higher",
        read=_data_quality,
    ),
    Series(
        code="score",
        name=Text(zh="月末项目平均得分", en="mean score of projects at the end of the month"),
        unit=Text(zh="分", en="points"),
        better="higher",
        read=_score,
    ),
)
SERIES: Mapping[SeriesCode, Series] = {one.code: one for one in _ALL}
