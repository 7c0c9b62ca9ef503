"""The outlook as it is shown: of one project, of the likeliest ones, of models and what became of their forecasts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, select

from central.api.access import Access
from central.api.outlook_schemas import (
    BinShown,
    BrierMonth,
    Calibration,
    EffectPoint,
    EffectShown,
    EstimateShown,
    FinishShown,
    LikelyProject,
    ModelList,
    ModelShown,
    ModelTarget,
    OutlookList,
    ProbabilityShown,
    ProjectOutlook,
    RiskFactorShown,
    RiskShown,
    SeriesCode,
    SignShown,
    SpanShown,
    SuggestionShown,
    Target,
)
from central.api.schemas import Named
from central.api.schemas import Text as Said
from central.api.views.seats import visible_projects
from central.domain import Text
from central.insight import effect as effects
from central.insight.advice import LABEL, Suggestion, matters_of, suggest
from central.insight.calibration import Bin, brier_scores, over_time, reliability
from central.insight.delay import train
from central.insight.finish import learn_finish
from central.insight.risk import WORDS, risk_of
from central.insight.situation import Situation
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_mended import precedents
from central.store.read_outlook import (
    SERIES,
    forecasts_of,
    likeliest,
    models_before,
    newest_model,
    open_cases,
    series_of,
    told_and_came,
)
from central.store.read_situations import read_books, situation_of
from central.store.tables import DeviationRow, Project


def said(words: Text) -> Said:
    """A sentence as the API has it."""
    return Said(zh=words.zh, en=words.en)


def newest_judged(session: Session, project: str, *, now: datetime) -> DeviationRow | None:
    """The newest judgement of a project up to now."""
    wanted = select(DeviationRow).where(
        DeviationRow.subject_kind == "project", DeviationRow.subject == project, DeviationRow.as_of_at <= to_ms(now)
    )
    return session.exec(wanted.order_by(col(DeviationRow.as_of_at).desc()).limit(1)).first()


def outlook_shown(session: Session, project: str, *, now: datetime, wall: datetime) -> ProjectOutlook:
    """Risk in words and, where they may be told, numbers; when it ends; advice."""
    connection = session.connection()
    books = read_books(connection, project=project)
    today = district_day(now)
    found = situation_of(connection, books, project, day=today, now_ms=to_ms(now))
    told = forecasts_of(connection, project, today=district_day(wall))
    judged = newest_judged(session, project, now=now)
    ended = books.completed.get(project)
    running = ended is None or ended > today
    cases = open_cases(connection, project)
    matters = matters_of(found, cases) if running else ()
    usual = precedents(connection, [matter.cause for matter in matters])
    return ProjectOutlook(
        project=project,
        as_of=from_ms(judged.as_of_at) if judged else None,
        completed_on=None if running else ended,
        late=_risk(session, found, "late", told.get("late") if running else None),
        over=_risk(session, found, "over", told.get("over") if running else None),
        finish=_finish(session, found, judged, told.get("finish") if running else None),
        label=said(LABEL),
        advice=[_suggestion(one) for one in suggest(matters, today=today, precedents=usual)],
    )


def likeliest_shown(
    session: Session, access: Access, *, target: Target, wall: datetime, limit: int, offset: int
) -> OutlookList:
    """Running projects of the caller by the probability that is told of them now."""
    connection = session.connection()
    model = newest_model(connection, target)
    seen = visible_projects(connection, access)
    rows = likeliest(connection, target=target, today=district_day(wall), projects=seen, limit=limit, offset=offset)
    names = {
        one.id: Named(id=one.id, name=Said(zh=one.name_zh, en=one.name_en))
        for one in session.exec(select(Project).where(col(Project.id).in_([row.project for row in rows])))
    }
    return OutlookList(
        target=target,
        shown=bool(model is not None and model.shown),
        why=_why(model, target),
        projects=[
            LikelyProject(project=names[row.project], due=row.due, told=_told(row))
            for row in rows
            if row.project in names
        ],
    )


def models_shown(session: Session, *, target: ModelTarget, before: int | None, limit: int) -> ModelList:
    """Models of a target, the newest first."""
    rows = models_before(session.connection(), target=target, before=before, limit=limit + 1)
    shown = [_model(row) for row in rows[:limit]]
    return ModelList(models=shown, next=shown[-1].number if len(rows) > limit else None)


def calibration_shown(session: Session, access: Access, *, target: Target, wall: datetime) -> Calibration:
    """Forecasts of the caller's projects against what became of them."""
    connection = session.connection()
    seen = visible_projects(connection, access)
    today = district_day(wall)
    told = told_and_came(connection, read_books(connection), target=target, today=today)
    mine = [one for one in told if seen is None or one.project in set(seen)]
    scores = brier_scores(mine)
    return Calibration(
        target=target,
        forecasts=len(mine),
        projects=scores.projects,
        brier=scores.brier,
        base=scores.base,
        reliability=_bins(reliability(mine)),
        months=[BrierMonth.model_validate(asdict(one)) for one in over_time(mine)],
    )


def effect_shown(session: Session, access: Access, *, series: SeriesCode, since: date, now: datetime) -> EffectShown:
    """The estimate for the caller's projects."""
    connection = session.connection()
    today = district_day(now)
    values = series_of(connection, series, projects=visible_projects(connection, access), today=today)
    found = effects.effect_of(values, since=since.replace(day=1))
    fitted = {month: (line, former) for month, line, former in found.fitted}
    of = SERIES[series]
    return EffectShown(
        series=series,
        name=said(of.name),
        unit=said(of.unit),
        better=of.better,
        since=found.since,
        before=found.before,
        after=found.after,
        step=_estimate(found.step),
        bend=_estimate(found.bend),
        mean=_estimate(found.mean),
        alike=found.alike,
        label=said(effects.LABEL),
        why=said(found.why),
        points=[
            EffectPoint(
                month=one.month,
                value=one.value,
                n=one.n,
                line=fitted.get(one.month, (None, None))[0],
                former=fitted.get(one.month, (None, None))[1],
            )
            for one in values
        ],
    )


def _estimate(found: effects.Estimate | None) -> EstimateShown | None:
    return None if found is None else EstimateShown.model_validate(asdict(found) | {"clear": found.clear})


def _risk(session: Session, found: Situation, target: Target, row: Row[Any] | None) -> RiskShown:
    risk = risk_of(found, target)
    return RiskShown(
        target=target,
        told=_told(row) if row is not None else None,
        why=_why(newest_model(session.connection(), target), target),
        word=risk.word,
        word_text=said(WORDS[risk.word]),
        signs=[
            SignShown(code=sign.code, weight=2 if sign.weight == 2 else 1, text=said(sign.text)) for sign in risk.signs
        ],
        thin=risk.thin,
    )


def _why(model: Row[Any] | None, target: Target) -> Said:
    return said(train([], target).why) if model is None else Said(zh=model.why_zh, en=model.why_en)


def _told(row: Row[Any]) -> ProbabilityShown:
    body = json.loads(row.body)
    return ProbabilityShown(
        probability_bp=row.probability_bp,
        base_bp=row.base_bp,
        n=body["n"],
        day=row.day,
        factors=[
            RiskFactorShown.model_validate(
                {key: one[key] for key in ("code", "name", "value", "usual")} | {"raises": one["log_odds"] > 0}
            )
            for one in body["factors"]
        ],
    )


def _finish(session: Session, found: Situation, judged: DeviationRow | None, row: Row[Any] | None) -> FinishShown:
    model = newest_model(session.connection(), "finish")
    why = said(learn_finish([]).why) if model is None else Said(zh=model.why_zh, en=model.why_en)
    return FinishShown(
        planned=found.finish,
        by_pace=SpanShown(
            day=judged.forecast if judged else None,
            low=judged.forecast_low if judged else None,
            high=judged.forecast_high if judged else None,
        ),
        learnt=SpanShown(day=row.finish, low=row.finish_low, high=row.finish_high) if row is not None else None,
        n=json.loads(row.body)["n"] if row is not None else None,
        why=why,
    )


def _suggestion(one: Suggestion) -> SuggestionShown:
    return SuggestionShown.model_validate(
        asdict(one)
        | {
            "case": None if one.case is None else str(one.case),
            "precedents": [str(case) for case in one.precedents],
        }
    )


def _model(row: Row[Any]) -> ModelShown:
    body = json.loads(row.body)
    tested = body.get("tested") or {}
    return ModelShown(
        target=row.target,
        number=row.number,
        day=row.day,
        n=row.n,
        events=row.events,
        examples_sha256=row.examples_sha256,
        shown=row.shown,
        why=Said(zh=row.why_zh, en=row.why_en),
        tested=tested.get("projects") if tested else row.n,
        score=tested.get("brier") if tested else body.get("error"),
        base=tested.get("base") if tested else body.get("plain_error"),
        reliability=[BinShown.model_validate(one) for one in body.get("reliability", ())],
    )


def _bins(found: Sequence[Bin]) -> list[BinShown]:
    return [BinShown.model_validate(asdict(one)) for one in found]
