"""What tests of lives of projects begin with: a plan that is right, stages with papers, pauses."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Engine, select, text

from central.domain import LifeEvent
from central.lifecycle.gates import Paper, StageAct
from central.lifecycle.stages import SHIPPED
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json
from central.store import tables
from central.store.engine import reading, writing
from central.store.load_project import load_project
from central.store.read_organised import life_events_of
from central.store.save_pauses import ask_pause, decide_pause
from central.store.save_plan import save_imported, save_plan
from central.store.upsert import table_of
from tests.central.build import a_building, a_project
from tests.central.plan.test_document2 import PLAN

TODAY = date(2026, 11, 1)
FIRST = date(2026, 1, 5)


def a_plan(document: dict[str, Any] = PLAN) -> ImportedPlan:
    """A plan that is right."""
    found = read_plan_json(document)
    assert isinstance(found, ImportedPlan), found
    return found


def stored(engine: Engine, document: dict[str, Any] = PLAN) -> int:
    """The baseline of project qp."""
    return save_imported(engine, a_plan(document), by="owner", reason="", now_ms=1000)


def an_act(stage: str, day: date = FIRST) -> StageAct:
    """A stage with its papers, said by wang."""
    rule = SHIPPED[0].rule(stage)
    assert rule is not None
    papers = tuple(Paper(kind=kind, sha256="a" * 64, name=f"{kind}.pdf") for kind in rule.documents)
    return StageAct(id=0, stage=stage, actual_on=day, responsible="li", papers=papers, author="wang", state="submitted")


def another(engine: Engine) -> None:
    """Project p1, a building x1."""
    other = a_project(a_building("x1"))
    save_plan(engine, other, faces=[], document={"id": "p1"}, by="owner", reason="", now_ms=1000)


def dirty(engine: Engine) -> int:
    """How often the project has been said to have new facts."""
    with reading(engine) as connection:
        asked = text("SELECT coalesce(max(revision), 0) FROM assessment_state WHERE project = 'qp'")
        return int(connection.execute(asked).scalar_one())


def trail(engine: Engine) -> list[str]:
    """Actions in the audit trail."""
    with reading(engine) as connection:
        return list(connection.execute(select(table_of(tables.AuditEntry).c.action).order_by(text("seq"))).scalars())


def events(engine: Engine) -> tuple[LifeEvent, ...]:
    with reading(engine) as connection:
        return life_events_of(connection, "qp")


def ask(engine: Engine, first: str, last: str, *, by: str = "wang") -> int:
    with writing(engine) as connection:
        return ask_pause(
            connection,
            "qp",
            first=date.fromisoformat(first),
            last=date.fromisoformat(last),
            cause="weather",
            reason="台风",
            by=by,
            now_ms=2000,
        )


def decide(engine: Engine, number: int, *, approve: bool = True, by: str = "zhao", remark: str = "") -> None:
    with writing(engine) as connection:
        decide_pause(connection, "qp", number, by=by, approve=approve, remark=remark, now_ms=3000)


def finish(engine: Engine) -> date:
    with reading(engine) as connection:
        found = load_project(connection, "qp")
    assert found is not None
    return found.finish
