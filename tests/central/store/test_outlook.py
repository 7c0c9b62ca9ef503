"""The outlook on stored projects: learnt from completed ones, told of running ones, kept, held against what came."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DatabaseError

from central.insight.calibration import brier_scores
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_outlook import (
    SERIES,
    delay_model_of,
    forecasts_of,
    likeliest,
    models_before,
    newest_model,
    series_of,
    told_and_came,
)
from central.store.read_situations import history, read_books, running_of, situation_of
from central.store.save_outlook import first_at_five, forecast_running, monday_at_six, train_outlook
from central.store.upsert import table_of
from tests.central.insight.simulated import Site, sites

NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
TODAY = NOW.date()
PROJECT, SERIES_ROW = table_of(tables.Project), table_of(tables.DeviationRow)


def ms(day: date) -> int:
    """An hour after noon of a day."""
    return to_ms(datetime(day.year, day.month, day.day, 5, tzinfo=UTC))


def put(engine: Engine, found: list[Site], *, today: date = TODAY) -> None:
    """Projects with their judged weeks, plans and ends, as the centre keeps them."""
    rows: dict[Any, list[dict[str, Any]]] = {}
    for site in found:
        for model, row in site.rows(today=today):
            rows.setdefault(model, []).append(row)
    with writing(engine) as connection:
        for model, many in rows.items():
            connection.execute(insert(table_of(model)), many)


def test_what_completed_projects_teach_is_told_of_running_ones(any_store: Engine) -> None:
    put(any_store, sites(7, count=100, today=TODAY))
    with writing(any_store) as connection:
        said = train_outlook(connection, NOW)
    with reading(any_store) as connection:
        model = newest_model(connection, "late")
        assert model is not None and model.shown and model.n >= 50
        trained = delay_model_of(model)
        assert trained.tested.brier is not None and trained.tested.base is not None
        assert trained.tested.brier < trained.tested.base
        running = running_of(read_books(connection), today=TODAY)
        told = likeliest(connection, target="late", today=TODAY, limit=200, offset=0)
        assert len(running) >= 10 and {row.project for row in told} == set(running)
        chances = [row.probability_bp for row in told]
        assert chances == sorted(chances, reverse=True)
        first = forecasts_of(connection, told[0].project, today=TODAY)
        assert json.loads(first["late"].body)["factors"]
        assert forecasts_of(connection, told[0].project, today=TODAY + timedelta(days=15)) == {}
        trail = connection.execute(text("SELECT detail_json FROM audit_entry WHERE action = 'outlook.train'")).scalar()
        assert json.loads(trail or "{}")["completed"] == model.n
    assert said.startswith(f"trained on {model.n} completed projects")
    with writing(any_store) as connection:
        assert forecast_running(connection, NOW) == "0 forecasts"  # once a day
        weekly = forecast_running(connection, NOW + timedelta(days=3))
    assert weekly.endswith("forecasts") and not weekly.startswith("0 ")


def test_the_same_facts_train_the_same_model(sqlite_store: Engine) -> None:
    put(sqlite_store, sites(7, count=70, today=TODAY))
    for _ in range(2):
        with writing(sqlite_store) as connection:
            train_outlook(connection, NOW)
    with reading(sqlite_store) as connection:
        newer, older = models_before(connection, target="late", before=None, limit=10)
        assert (newer.number, older.number) == (2, 1)
        assert (newer.examples_sha256, newer.body) == (older.examples_sha256, older.body)
        assert [row.number for row in models_before(connection, target="late", before=2, limit=10)] == [1]


def test_too_few_completed_projects_tell_nothing(any_store: Engine) -> None:
    put(any_store, sites(7, count=20, today=TODAY))
    with writing(any_store) as connection:
        train_outlook(connection, NOW)
    with reading(any_store) as connection:
        model = newest_model(connection, "late")
        assert model is not None and not model.shown and "少于 50 个" in model.why_zh
        assert connection.execute(select(table_of(tables.OutlookForecast)).limit(1)).first() is None


def test_an_empty_centre_trains_without_failing(any_store: Engine) -> None:
    with writing(any_store) as connection:
        assert train_outlook(connection, NOW) == "no completed project to learn from"
    with reading(any_store) as connection:
        assert newest_model(connection, "late") is None


def test_what_was_told_is_held_against_what_came(sqlite_store: Engine) -> None:
    found = sites(7, count=100, today=TODAY)
    put(sqlite_store, found)
    with writing(sqlite_store) as connection:
        train_outlook(connection, NOW)
    later = TODAY + timedelta(days=500)
    ended = [site.completed_row() for site in found if site.closed > TODAY]
    with writing(sqlite_store) as connection:
        connection.execute(insert(table_of(tables.LifeEventRow)), ended)
    with reading(sqlite_store) as connection:
        books = read_books(connection)
        assert told_and_came(connection, books, target="late", today=TODAY) == []
        told = told_and_came(connection, books, target="late", today=later)
        soon = min(site.closed for site in found if site.closed > TODAY)
        listed = likeliest(connection, target="late", today=soon, limit=200, offset=0)
        running = {site.id for site in found if site.closed > soon}
        assert soon < TODAY + timedelta(days=14) and {row.project for row in listed} == running
    assert len(told) == len(ended)
    truth = {site.id: site.closed > site.finish for site in found}
    assert all(one.outcome == truth[one.project] for one in told)
    scores = brier_scores(told)
    assert scores.brier is not None and scores.base is not None and scores.brier < scores.base


def test_neither_models_nor_forecasts_are_rewritten(any_store: Engine) -> None:
    put(any_store, sites(7, count=80, today=TODAY))
    with writing(any_store) as connection:
        train_outlook(connection, NOW)
    for table in ("outlook_model", "outlook_forecast"):
        for verb in (f"UPDATE {table} SET body = '{{}}'", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match="can only be added to"), writing(any_store) as connection:
                connection.execute(text(verb))


def test_a_look_back_knows_nothing_of_later_days(sqlite_store: Engine) -> None:
    (site,) = sites(3, count=1, today=TODAY)
    put(sqlite_store, [site])
    day = site.start + timedelta(days=99)
    events = [("eia", "required", day - timedelta(days=5)), ("eia", "granted", day + timedelta(days=5))]
    with writing(sqlite_store) as connection:
        for permit, state, on in events:
            row = {"project": site.id, "permit": permit, "state": state, "day": on, "ref": "r", "note": ""}
            connection.execute(insert(table_of(tables.PermitEvent)).values(**row, noted_by="t", noted_at=ms(on)))
        connection.execute(
            insert(table_of(tables.PauseRequest)).values(
                project=site.id, first=day + timedelta(days=20), last=day + timedelta(days=29), cause="weather",
                reason="r", asked_by="a", asked_at=1, state="approved", decided_by="b",
                decided_at=ms(day + timedelta(days=10)), remark="",
            )
        )  # fmt: skip
    with reading(sqlite_store) as connection:
        books = read_books(connection)
        then = situation_of(connection, books, site.id, day=day)
        after = situation_of(connection, books, site.id, day=day + timedelta(days=15))
        alone = situation_of(connection, read_books(connection, project=site.id), site.id, day=day)
    assert (then.permits, after.permits) == (("eia",), ())
    assert (after.finish - then.finish).days == 10
    assert then.finish == site.finish
    assert then.gap_bp == site.gap_on(day) and len(then.gaps) == 5
    assert alone.permits == then.permits and alone.gaps == then.gaps


def test_the_contractors_past_counts_only_what_had_ended(sqlite_store: Engine) -> None:
    found = sites(5, count=30, today=TODAY)
    put(sqlite_store, found)
    site = max(found, key=lambda one: one.start)
    mates = [one for one in found if one.contractor == site.contractor and one.closed < site.start and one is not site]
    with reading(sqlite_store) as connection:
        of_all = situation_of(connection, read_books(connection), site.id, day=site.start)
        alone = situation_of(connection, read_books(connection, project=site.id), site.id, day=site.start)
    assert of_all.closed == alone.closed == len(mates) > 0
    assert of_all.closed_late == alone.closed_late == sum(one.closed > one.finish for one in mates)


def test_over_budget_is_known_once_the_accounts_are_in(sqlite_store: Engine) -> None:
    (site,) = sites(3, count=1, today=TODAY)
    put(sqlite_store, [site])
    month = {"project": site.id, "month": site.start.replace(day=1), "dimension": "line", "kind": "pay", "name": ""}
    with writing(sqlite_store) as connection:
        paid = insert(table_of(tables.FundMonth)).values(**month, amount_fen=site.budget_fen + 1, entries=1)
        connection.execute(paid)
    with reading(sqlite_store) as connection:
        books = read_books(connection)
        early, _ = history(connection, books, today=site.closed + timedelta(days=179))
        late, _ = history(connection, books, today=site.closed + timedelta(days=180))
    assert {one.over for one in early} == {None}
    assert {one.over for one in late} == {True}


def test_series_are_of_months_that_are_over(any_store: Engine) -> None:
    put(any_store, sites(3, count=1, today=TODAY))
    score = {"subject_kind": "project", "subject": "s000", "as_of_at": 1, "grade": "良", "rule_version": "r"}
    days = (date(2026, 1, 31), date(2026, 2, 27), date(2026, 2, 28), TODAY)
    with writing(any_store) as connection:
        for number, day in enumerate(days):
            row = insert(table_of(tables.Score)).values(**score, day=day, total=80.0 + number, consistency_ratio=0.0)
            connection.execute(row)
    with reading(any_store) as connection:
        found = series_of(connection, "score", projects=None, today=TODAY)
        assert [(one.month, one.value, one.n) for one in found] == [
            (date(2026, 1, 1), 80.0, 1),
            (date(2026, 2, 1), 82.0, 1),
        ]
        assert series_of(connection, "score", projects=["other"], today=TODAY) == []
        for code in SERIES:
            assert isinstance(series_of(connection, code, projects=["s000"], today=TODAY), list)


@pytest.mark.parametrize(
    ("now", "trained", "told"),
    [
        (datetime(2026, 3, 1, 1, tzinfo=UTC), date(2026, 3, 1), date(2026, 2, 23)),
        (datetime(2026, 2, 28, 20, 59, tzinfo=UTC), date(2026, 2, 1), date(2026, 2, 23)),
        (datetime(2026, 3, 1, 22, tzinfo=UTC), date(2026, 3, 1), date(2026, 3, 2)),
    ],
)
def test_when_it_is_due(now: datetime, trained: date, told: date) -> None:
    assert first_at_five(now).date() == trained and first_at_five(now) <= now
    assert monday_at_six(now).date() == told and monday_at_six(now) <= now
