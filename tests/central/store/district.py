"""Puts rows of projects, judgements, warnings and money into a test's database, without the way they came."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from central.domain import FundKind, Subject
from central.money.posting import Posted
from central.plan.calendar import midnight
from central.scoring.indicator import IndicatorSet
from central.store import tables
from central.store.instants import to_ms
from central.store.save_indicators import decide_set, put_set
from central.store.save_ledger import post
from central.store.upsert import table_of
from tests.central.money.build import a_posting

UNIT = "住建局"
DAY_MS = 86_400_000


def ms(day: date, hours: float = 0) -> int:
    """So many hours after 00:00 of a day of the district, ms UTC."""
    return to_ms(midnight(day)) + round(hours * 3_600_000)


def add(connection: Connection, model: Any, **row: Any) -> Any:
    """One row; its id where the database numbers it."""
    table = table_of(model)
    made = connection.execute(insert(table).values(**row).returning(*table.primary_key)).first()
    return made[0] if made else None


def add_project(
    connection: Connection,
    project: str = "p1",
    *,
    unit: str = UNIT,
    street: str = "江浦街道",
    start: date = date(2026, 1, 1),
    finish: date = date(2026, 12, 31),
    budget_fen: int = 800,
    work_type: str = "new_build",
) -> None:
    """A project with its first plan."""
    row = {"id": project, "code": f"code-{project}", "work_type": work_type, "plan_version": 1, "contract_fen": 800}
    names = {f"{name}_{tongue}": word for tongue in ("zh", "en") for name, word in (("name", project), ("unit", unit))}
    places = {"street_zh": street, "street_en": street}
    add(connection, tables.Project, **row, **names, **places, start=start, finish=finish, budget_fen=budget_fen)


def judge(
    connection: Connection,
    day: date,
    project: str = "p1",
    *,
    actual: int = 4500,
    plan: int = 6000,
    coverage: int = 9000,
    spi_t: int | None = 8000,
    lag: int = 700,
    seen: bool = True,
    pay_gap: int | None = None,
) -> None:
    """What is said of a project at the end of a day."""
    at = ms(day + timedelta(days=1))
    refs = json.dumps([f"gw/e/{at}"])
    add(
        connection, tables.DeviationRow, subject_kind="project", subject=project, as_of_at=at, project=project,
        plan_bp=plan, actual_bp=actual, gap_bp=plan - actual, lag_cdays=lag, sigma_bp=100, coverage_bp=coverage,
        refs=refs, spi_t_bp=spi_t, pay_gap_bp=pay_gap,
    )  # fmt: skip
    add(
        connection, tables.ProgressState, subject=project, as_of_at=at, project=project, value_bp=actual, sigma_bp=100,
        coverage_bp=coverage, last_seen_at=at if seen else None, refs=refs, quarantined="[]", review="[]",
    )  # fmt: skip


def warn(
    connection: Connection,
    raised: date,
    closed: date | None,
    *,
    project: str = "p1",
    rule: str = "schedule_gap",
    level: str = "yellow",
    state: str | None = None,
    building: str = "",
) -> int:
    """A warning (of the project, or of a building) that was open from 00:00 of one day to 00:00 of another."""
    number = add(
        connection, tables.PlanWarning, project=project, rule=rule, rule_version="1",
        subject_kind="building" if building else "project", subject=building or project,
        state=state or ("open" if closed is None else "closed"), level=level, raised_at=ms(raised),
        changed_at=ms(raised), closed_at=None if closed is None else ms(closed), value=1, threshold=1, unit="bp",
        capped=False, refs="[]",
    )  # fmt: skip
    add(
        connection, tables.WarningEvent, warning=number, at=ms(raised), event="raised", level=level, rule_version="1",
        value=1, threshold=1, unit="bp", capped=False, refs="[]",
    )  # fmt: skip
    return int(number)


def spend(connection: Connection, *entries: tuple[FundKind, date, int], project: str = "p1") -> None:
    """Post entries of (kind, day, fen)."""
    postings = [
        a_posting(f"{project}-{kind}-{day}-{number}", fen, kind=kind, day=day, project=project)
        for number, (kind, day, fen) in enumerate(entries)
    ]
    found = post(connection, postings, projects=(project,), by="f", at_ms=1)
    assert all(isinstance(one, Posted) for one in found), found


def order(
    connection: Connection,
    *,
    due: date,
    assigned: date,
    shown: date | None = None,
    verified: date | None = None,
    returned: date | None = None,
    project: str = "p1",
    unit: str = UNIT,
    person: str = "wang",
) -> int:
    """A measure with what was noted of it."""
    state = "verified" if verified else "evidence" if shown and not returned else "rectifying"
    number = add(
        connection, tables.Rectification, project=project, unit=unit, person=person, due=due, state=state,
        origin=f"test/{project}/{due}/{assigned}/{person}/{shown}", created_at=ms(assigned), created_by="li",
        assigned_at=ms(assigned), verified_at=ms(verified) if verified else None,
    )  # fmt: skip
    noted = [("assigned", assigned), ("evidence", shown), ("returned", returned), ("verified", verified)]
    for event, day in sorted(((e, d) for e, d in noted if d), key=lambda one: one[1]):
        add(
            connection, tables.RectificationEvent, rectification=number, at=ms(day), actor="x", seat="", event=event,
            before="", after="", detail_json="{}",
        )  # fmt: skip
    return int(number)


def live(connection: Connection, kind: str, day: date, *, project: str = "p1", noted: date | None = None) -> None:
    """Something happened of a project on a day; noted then, unless told."""
    add(
        connection, tables.LifeEventRow, project=project, kind=kind, day=day, ref="paper", noted_by="li",
        noted_at=ms(noted or day, 12),
    )  # fmt: skip


def freeze(connection: Connection, month: date, counts: dict[str, dict[str, int]], *, unit: str = UNIT) -> None:
    """A frozen month of a unit's data: counts by project, what is not given is 0."""
    names = ("expected", "received", "on_time", "required", "filled", "checked", "valid", "pairs", "agreeing")
    whole = {project: {name: given.get(name, 0) for name in names} for project, given in counts.items()}
    add(
        connection, tables.QualityMonth, month=month, unit=unit, rank=1, counts=json.dumps(whole), total_bp=None,
        grade=None, sha256="0", frozen_at=ms(month + timedelta(days=31)),
    )  # fmt: skip


def set_up(connection: Connection, made: IndicatorSet, *, subject: Subject, since: date = date(2026, 1, 1)) -> None:
    """A subject's set, proposed by one person and approved by another."""
    at = ms(since, 12)
    found = put_set(
        connection,
        subject,
        lambda _version: made,
        since=since,
        base_version=0,
        reason="年度",
        by="set-author",
        now_ms=at,
    )
    decide_set(connection, subject, found.set.version, approve=True, remark="", by="set-approver", now_ms=at)
