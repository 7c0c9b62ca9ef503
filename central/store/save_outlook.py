"""Trains the models of the outlook anew and keeps what they tell of running projects. Models and forecasts stay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from central.audit.trail import append
from central.insight.delay import RECIPE, TARGETS, DelayModel, Forecast, forecast, train
from central.insight.finish import Course, FinishModel, finish_of, learn_finish
from central.insight.situation import COLUMNS, Situation
from central.store import tables
from central.store.instants import DISTRICT_ZONE, district_day, to_ms
from central.store.read_outlook import MODEL, delay_model_of, finish_model_of, newest_model
from central.store.read_situations import Books, history, read_books, running_of, situation_of
from central.store.upsert import table_of

_FORECAST = table_of(tables.OutlookForecast)
_ACTOR = "system:outlook"
_HOUR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A model in force: its number in the table and what it is."""

    id: int
    delay: DelayModel | None = None
    finish: FinishModel | None = None


def first_at_five(now: datetime) -> datetime:
    """The newest 05:00 of a first of the month in the district: when models are trained anew."""
    local = now.astimezone(DISTRICT_ZONE)
    found = local.replace(day=1, hour=_HOUR, minute=0, second=0, microsecond=0)
    return found if found <= local else (found - timedelta(days=1)).replace(day=1)


def monday_at_six(now: datetime) -> datetime:
    """The newest 06:00 of a Monday in the district: when running projects are forecast."""
    local = now.astimezone(DISTRICT_ZONE)
    found = local.replace(hour=_HOUR + 1, minute=0, second=0, microsecond=0) - timedelta(days=local.weekday())
    return found if found <= local else found - timedelta(days=7)


def train_outlook(connection: Connection, now: datetime) -> str:
    """Train all models on the projects that were completed by now, keep them, and forecast with them."""
    books, today, now_ms = read_books(connection), district_day(now), to_ms(now)
    examples, courses = history(connection, books, today=today)
    if not examples and newest_model(connection, "late") is None:
        return "no completed project to learn from"
    for target in TARGETS:
        _keep_delay(connection, train(examples, target), now=now)
    _keep_finish(connection, learn_finish(courses), courses, now=now)
    told = _tell(connection, books, now=now)
    closed = len({one.situation.project for one in examples})
    detail: dict[str, Any] = {"completed": closed, "forecasts": told}
    append(connection, at_ms=now_ms, actor=_ACTOR, action="outlook.train", object_="outlook", detail=detail)
    return f"trained on {closed} completed projects, {told} forecasts"


def forecast_running(connection: Connection, now: datetime) -> str:
    """Forecast every running project with the models in force."""
    told = _tell(connection, read_books(connection), now=now)
    return f"{told} forecasts"


def _tell(connection: Connection, books: Books, *, now: datetime) -> int:
    """Keep what the models in force say of running projects, once a day and target; how many forecasts."""
    today, now_ms = district_day(now), to_ms(now)
    models = _in_force(connection)
    if not models:
        return 0
    there = select(_FORECAST.c.project, _FORECAST.c.target).where(_FORECAST.c.day == today)
    known = {(row.project, row.target) for row in connection.execute(there)}
    rows: list[dict[str, Any]] = []
    for project in running_of(books, today=today):
        found = situation_of(connection, books, project, day=today, now_ms=now_ms)
        if found.gap_bp is None:
            continue
        for target, model in models.items():
            row = _row(found, model, now_ms=now_ms) if (project, target) not in known else None
            if row is not None:
                rows.append(row | {"target": target})
    if rows:
        connection.execute(insert(_FORECAST), rows)
    return len(rows)


def _in_force(connection: Connection) -> dict[str, _Kept]:
    """The newest model of each target, where it may be told."""
    found: dict[str, _Kept] = {}
    for target in (*TARGETS, "finish"):
        row = newest_model(connection, target)
        if row is None or not row.shown:
            continue
        if target == "finish":
            found[target] = _Kept(id=row.id, finish=finish_model_of(row))
        else:
            found[target] = _Kept(id=row.id, delay=delay_model_of(row))
    return found


def _row(found: Situation, kept: _Kept, *, now_ms: int) -> dict[str, Any] | None:
    row: dict[str, Any] = {
        "project": found.project,
        "day": found.day,
        "model": kept.id,
        "probability_bp": None,
        "base_bp": None,
        "due": found.finish,
        "budget_fen": found.budget_fen,
        "finish": None,
        "finish_low": None,
        "finish_high": None,
        "body": "{}",
        "made_at": now_ms,
    }
    if kept.finish is not None:
        ends = finish_of(kept.finish, today=found.day, forecast=found.forecast)
        if ends is None:
            return None
        return row | {
            "finish": ends.day,
            "finish_low": ends.low,
            "finish_high": ends.high,
            "body": spelled({"n": ends.n}),
        }
    told = forecast(kept.delay, found) if kept.delay is not None else None
    if told is None or kept.delay is None or kept.delay.logistic is None:
        return None
    base_bp = round(kept.delay.logistic.rate * 10_000)
    return row | {"probability_bp": told.probability_bp, "base_bp": base_bp, "body": spelled(_factors(told))}


def _factors(told: Forecast) -> dict[str, Any]:
    factors = [asdict(factor) | {"log_odds": round(factor.log_odds, 6)} for factor in told.factors]
    return {"n": told.n, "factors": factors}


def _keep_delay(connection: Connection, model: DelayModel, *, now: datetime) -> None:
    body = {
        "recipe": RECIPE,
        "columns": COLUMNS,
        "logistic": asdict(model.logistic) if model.logistic else None,
        "tested": asdict(model.tested),
        "reliability": [asdict(one) for one in model.reliability],
    }
    head = {"target": model.target, "n": model.n, "events": model.events, "examples_sha256": model.digest}
    why = {"shown": model.shown, "why_zh": model.why.zh, "why_en": model.why.en}
    _add(connection, head | why | {"body": spelled(body)}, now=now)


def _keep_finish(connection: Connection, model: FinishModel, courses: Sequence[Course], *, now: datetime) -> None:
    rows = sorted((one.project, one.forecast_days, one.actual_days) for one in courses)
    digest = hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()
    body = {key: value for key, value in asdict(model).items() if key not in {"n", "shown", "why"}}
    head = {"target": "finish", "n": model.n, "events": 0, "examples_sha256": digest}
    why = {"shown": model.shown, "why_zh": model.why.zh, "why_en": model.why.en}
    _add(connection, head | why | {"body": spelled(body)}, now=now)


def _add(connection: Connection, row: Mapping[str, Any], *, now: datetime) -> None:
    """The next model of its target. One job trains at a time: its run is claimed in the same transaction."""
    newest = select(func.max(MODEL.c.number)).where(MODEL.c.target == row["target"])
    number = (connection.execute(newest).scalar() or 0) + 1
    more = {"number": number, "day": district_day(now), "trained_at": to_ms(now)}
    connection.execute(insert(MODEL).values(**row, **more))


def spelled(body: Mapping[str, Any]) -> str:
    """JSON as it is stored."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
