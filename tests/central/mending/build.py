"""A store with one project, the people around it, and warnings that are raised and changed by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Engine, insert, select, update
from sqlmodel import Session

from central.domain import Level, Subject
from central.mending.case import Case, Facts, Rectification, RectificationState
from central.mending.order import Order
from central.mending.who import Actor
from central.store import tables
from central.store.engine import reading, writing
from central.store.read_mended import case_of_warning, load_case
from central.store.save_mended import follow
from central.store.upsert import table_of

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOW_MS = int(datetime(2026, 5, 20, 2, tzinfo=UTC).timestamp()) * 1000  # 10:00 in the district
TODAY = date(2026, 5, 20)
ECOLOGY = "区生态环境局"

PEOPLE = {  # person: role, scope kind, scope
    "owner": ("project_owner", "project", "qp"),
    "boss": ("leader", "unit", "区住建局"),
    "head": ("dept_head", "unit", "区住建局"),
    "chief": ("leader", "district", ""),
    "purse": ("finance", "district", ""),
    "judge": ("discipline", "district", ""),
    "builder": ("contractor", "project", "qp"),
    "watcher": ("supervisor", "project", "qp"),
    "clerk": ("clerk", "street", "青坪街道"),
    "green": ("section", "unit", ECOLOGY),
    "stranger": ("project_owner", "project", "other"),
}
_WARNING = table_of(tables.PlanWarning)


def fill(engine: Engine, *, people: tuple[str, ...] = tuple(PEOPLE)) -> None:
    """Project qp of 区住建局 in 青坪街道 with building b3, and the people."""
    with writing(engine) as connection, Session(connection) as session:
        session.add(
            tables.Project(
                id="qp", code="c", name_zh="青坪", name_en="Qingping", street_zh="青坪街道", street_en="s",
                unit_zh="区住建局", unit_en="u", work_type="new_build", contract_fen=1, budget_fen=1,
                start=date(2026, 5, 1), finish=date(2026, 9, 1), plan_version=1,
            )
        )  # fmt: skip
        session.add(
            tables.Building(
                id="b3", project="qp", position=0, name_zh="3号楼", name_en="Building 3", storeys=9, weight_bp=10_000,
                plan_version=1,
            )
        )  # fmt: skip
        for person in people:
            role, kind, scope = PEOPLE[person]
            user = tables.User(username=person, name=person, password_hash="x", created_at=0)
            session.add(user)
            session.flush()
            session.add(tables.Grant(user=user.id or 0, role=role, scope_kind=kind, scope=scope))
        session.flush()


def warn(
    engine: Engine,
    level: Level = "yellow",
    *,
    rule: str = "schedule_gap",
    subject: str = "b3",
    at_ms: int = NOW_MS,
    historical: bool = False,
) -> int:
    """Raise a warning and let the cases follow; its number."""
    with writing(engine) as connection:
        row = {
            "project": "qp", "rule": rule, "rule_version": "v1", "subject_kind": "building", "subject": subject,
            "state": "open", "level": level, "raised_at": at_ms, "changed_at": at_ms, "value": 1580, "threshold": 1500,
            "unit": "bp", "capped": False, "refs": "[]", "historical": historical,
        }  # fmt: skip
        warning = int(connection.execute(insert(_WARNING).values(**row).returning(_WARNING.c.id)).scalar_one())
        follow(connection, project="qp", wall_ms=at_ms)
    return warning


def change(engine: Engine, warning: int, *, at_ms: int, state: str = "open", level: Level | None = None) -> None:
    """The facts change the warning; the cases follow."""
    with writing(engine) as connection:
        values = {"state": state, "changed_at": at_ms, **({"level": level} if level else {})}
        connection.execute(update(_WARNING).where(_WARNING.c.id == warning).values(**values))
        follow(connection, project="qp", wall_ms=at_ms)


def case_with(engine: Engine, warning: int) -> Case:
    """The case of a warning."""
    with reading(engine) as connection:
        case = case_of_warning(connection, warning)
        found = None if case is None else load_case(connection, case)
    assert found is not None
    return found


def actor(person: str) -> Actor:
    """The person with the seats of PEOPLE."""
    role, kind, _scope = PEOPLE[person]
    return Actor(
        person=person, seats=frozenset({role, "district_leader"} if (role, kind) == ("leader", "district") else {role})
    )


def an_order(
    *, person: str = "builder", due: date | None = date(2026, 6, 10), standard: str = "12层楼板浇筑完成"
) -> Order:
    """A complete measure."""
    return Order(person=person, measure="钢筋由备用供应商供货", due=due, acceptance_standard=standard)


def a_photo(engine: Engine, *, project: str = "qp", digest: str = "a" * 64) -> str:
    """A photo that somebody uploaded for a project."""
    with writing(engine) as connection, Session(connection) as session:
        if session.get(tables.Photo, digest) is None:
            session.add(
                tables.Photo(
                    sha256=digest, format="jpeg", size_bytes=1, width_px=1, height_px=1, shown_bytes=1, received_at=1
                )
            )
            session.flush()
        session.add(
            tables.PhotoClaim(
                sha256=digest, person="builder", project=project, building="b3", item="", filename="", note="",
                received_at=1, flags="",
            )
        )  # fmt: skip
        session.flush()
    return digest


def messages(engine: Engine, *, kind: str | None = None) -> list[tuple[str, str, str]]:
    """(person, kind, level) of everything queued, in order."""
    table = table_of(tables.Notification)
    with reading(engine) as connection:
        wanted = select(table.c.person, table.c.kind, table.c.level).order_by(table.c.id)
        return [tuple(row) for row in connection.execute(wanted) if kind in (None, row.kind)]


def events(engine: Engine, case: int) -> list[tuple[str, str]]:
    """(event, actor) of a case, first to last."""
    table = table_of(tables.CaseEvent)
    with reading(engine) as connection:
        wanted = select(table.c.event, table.c.actor).where(table.c.case_id == case).order_by(table.c.id)
        return [tuple(row) for row in connection.execute(wanted)]


def a_case(
    *,
    level: Level = "yellow",
    state: str = "pushed",
    facts: Facts = "standing",
    peak: Level | None = None,
    level_ms: int = NOW_MS,
    acknowledged_ms: int | None = None,
    assigned_ms: int | None = None,
    ready_ms: int | None = None,
    ended_ms: int | None = None,
    reopened: int = 0,
    warning: int = 1,
    measure: Rectification | None = None,
) -> Case:
    """A case for the pure functions."""
    found: Case = Case(
        id=1, project="qp", rule="schedule_gap", subject=Subject(kind="building", id="b3"), warning=warning,
        state=state, facts=facts, level=level, peak=peak or level, opened_ms=NOW_MS, level_ms=level_ms,  # type: ignore[arg-type]
        acknowledged_ms=acknowledged_ms, assigned_ms=assigned_ms, ready_ms=ready_ms, ended_ms=ended_ms,
        reopened=reopened, rectification=measure,
    )  # fmt: skip
    return found


def a_measure(
    *,
    state: RectificationState = "assigned",
    due: date | None = date(2026, 6, 10),
    assigned_ms: int | None = NOW_MS,
    submitted_ms: int | None = None,
    verified_ms: int | None = None,
    person: str = "builder",
    submitted_by: str = "",
) -> Rectification:
    """A measure for the pure functions."""
    return Rectification(
        id=1, project="qp", unit="区住建局", person=person, measure="m", due=due, acceptance_standard="s", state=state,
        assigned_ms=assigned_ms, submitted_by=submitted_by, submitted_ms=submitted_ms, verified_ms=verified_ms,
    )  # fmt: skip
