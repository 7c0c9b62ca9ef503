"""Puts projects with their past into a store, row by row: insight reads what years of work left behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from central.plan.calendar import midnight
from central.store import tables
from central.store.instants import to_ms
from central.store.upsert import table_of

WAN_FEN = 1_000_000
START = date(2024, 3, 1)
STAGES = (("budgeted", 0), ("tendered", 40), ("contracted", 50), ("started", 60), ("completed", 240))


def put(connection: Connection, model: Any, **row: Any) -> None:
    """One row."""
    connection.execute(insert(table_of(model)).values(**row))


def put_project(
    connection: Connection,
    name: str,
    *,
    start: date = START,
    days: int = 180,
    wan: int = 800,
    unit: str = "区住建局",
    street: str = "青坪街道",
    work_type: str = "renovation",
) -> None:
    """A project with a plan of so many days."""
    finish = start + timedelta(days=days)
    put(
        connection, tables.Project, id=name, code=name, name_zh=f"项目{name}", name_en=f"Project {name}",
        street_zh=street, street_en=street, unit_zh=unit, unit_en=unit, work_type=work_type, contract_fen=wan * WAN_FEN,
        budget_fen=wan * WAN_FEN, start=start, finish=finish, plan_version=1,
    )  # fmt: skip


def put_life(connection: Connection, project: str, **days: date) -> None:
    """started=, completed=: facts of a project's life."""
    for kind, day in days.items():
        put(
            connection, tables.LifeEventRow, project=project, kind=kind, day=day, ref="", noted_by="li",
            noted_at=to_ms(midnight(day)),
        )  # fmt: skip


def put_stages(connection: Connection, project: str, *late: int, start: date = START) -> None:
    """STAGES with their plan, each approved the given days late, two days after it was handed in."""
    for (stage, planned), behind in zip(STAGES, late, strict=True):
        planned_on, actual_on = start + timedelta(days=planned), start + timedelta(days=planned + behind)
        put(
            connection, tables.StagePlan, project=project, stage=stage, planned_on=planned_on, responsible="li",
            set_by="li", set_at=0,
        )  # fmt: skip
        asked = to_ms(midnight(actual_on))
        put(
            connection, tables.StageAct, project=project, stage=stage, actual_on=actual_on, responsible="li",
            documents="[]", template="construction/1", author="li", submitted_at=asked, state="approved",
            decided_by="zhao", decided_at=asked + 2 * 86_400_000, remark="",
        )  # fmt: skip


def put_paid(connection: Connection, project: str, month: date, fen: int) -> None:
    """Payments of a month."""
    for dimension in ("line", "payee"):
        put(
            connection, tables.FundMonth, project=project, month=month, dimension=dimension, kind="pay", name="x",
            amount_fen=fen, entries=1,
        )  # fmt: skip


def put_judged(
    connection: Connection, project: str, day: date, *, plan_bp: int, actual_bp: int, seen: bool = True, **more: Any
) -> None:
    """Where a project stood when a day ended."""
    at_ms = to_ms(midnight(day + timedelta(days=1)))
    put(
        connection, tables.DeviationRow, subject_kind="project", subject=project, as_of_at=at_ms, project=project,
        plan_bp=plan_bp, actual_bp=actual_bp, gap_bp=plan_bp - actual_bp, lag_cdays=0, sigma_bp=100, coverage_bp=9000,
        refs="[]", **({"spi_t_bp": 9000} | more),
    )  # fmt: skip
    put(
        connection, tables.ProgressState, subject=project, as_of_at=at_ms, project=project, value_bp=actual_bp,
        sigma_bp=100, coverage_bp=9000, last_seen_at=at_ms if seen else None, refs="[]", quarantined="[]", review="[]",
    )  # fmt: skip


def put_warning(
    connection: Connection, project: str, day: date, *, level: str = "yellow", rule: str = "time_lag"
) -> int:
    """An open warning; its number."""
    at_ms = to_ms(midnight(day))
    table = table_of(tables.PlanWarning)
    made = insert(table).values(
        project=project, rule=rule, rule_version="1", subject_kind="project", subject=project, state="open",
        level=level, raised_at=at_ms, changed_at=at_ms, value=1, unit="bp", capped=False, refs="[]",
    )  # fmt: skip
    return int(connection.execute(made.returning(table.c.id)).scalar_one())


def put_case(
    connection: Connection, project: str, day: date, *, cause: str, days: int | None, rule: str = "time_lag"
) -> None:
    """A case of a warning; closed after so many days, or still open."""
    warning, at_ms = put_warning(connection, project, day, rule=rule), to_ms(midnight(day))
    put(
        connection, tables.MendingCase, project=project, rule=rule, subject_kind="project", subject=project,
        warning=warning, state="open" if days is None else "closed", facts="open", level="yellow", peak="yellow",
        opened_at=at_ms, level_at=at_ms, ended_at=None if days is None else at_ms + days * 86_400_000, cause=cause,
    )  # fmt: skip


def put_person(connection: Connection, number: int, name: str, *, role: str = "clerk", kind: str, scope: str) -> None:
    """Somebody with a role."""
    put(connection, tables.User, id=number, username=name, name=name, password_hash="", active=True, created_at=0)
    put(connection, tables.Grant, user=number, role=role, scope_kind=kind, scope=scope, valid_from_at=0)


def put_plans(connection: Connection) -> None:
    """A building with one item from start to finish for every project that has none: pages draw whole projects only."""
    project, building = table_of(tables.Project), table_of(tables.Building)
    bare = select(project).where(project.c.id.not_in(select(building.c.project)))
    for row in connection.execute(bare).all():
        named = {"name_zh": "1号楼", "name_en": "Building 1", "position": 0, "weight_bp": 10_000}
        version, item = row.plan_version, f"{row.id}-item"
        put(connection, tables.Building, id=f"{row.id}-b", project=row.id, storeys=1, plan_version=version, **named)
        put(connection, tables.WorkItem, id=item, building=f"{row.id}-b", credits="{}", plan_version=version, **named)
        for day, cum_bp in ((row.start, 0), (row.finish, 10_000)):
            put(connection, tables.PlanPoint, project=row.id, version=version, item=item, day=day, cum_bp=cum_bp)
