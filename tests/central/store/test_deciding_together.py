"""Many who decide at the same moment: one decision holds, the others are told, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

from sqlalchemy import Engine, text

from central.errors import CentralError, PlanRefused
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json
from central.store.engine import reading, writing
from central.store.load_project import load_project
from central.store.read_proposals import plan_document_of, versions_of
from central.store.save_pauses import ask_pause, decide_pause
from central.store.save_plan import newest_version, put_plan, save_imported
from central.store.save_proposals import approve_plan, propose_plan
from tests.central.plan.test_document2 import changed

MANY = 8


def stored(engine: Engine, finish: str) -> ImportedPlan:
    """The plan of qp with another finish, not in force yet."""
    found = read_plan_json(changed(lambda d: d["project"].update(finish=finish)))
    assert isinstance(found, ImportedPlan), found
    return found


def together(act: Callable[[int], object]) -> int:
    """How many of many who act at once get their way."""
    begin = Barrier(MANY)

    def one(number: int) -> bool:
        begin.wait()
        try:
            act(number)
        except CentralError:
            return False
        return True

    with ThreadPoolExecutor(MANY) as pool:
        return sum(pool.map(one, range(MANY)))


def count(engine: Engine, wanted: str) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text(wanted)).scalar_one())


def test_a_revision_is_approved_once(any_store: Engine) -> None:
    save_imported(any_store, stored(any_store, "2026-08-31"), by="owner", reason="", now_ms=1)
    with writing(any_store) as connection:
        number = propose_plan(connection, stored(any_store, "2026-09-10"), by="owner", reason="late", now_ms=2)

    def approve(who: int) -> None:
        with writing(any_store) as connection:
            approve_plan(connection, "qp", number, by=f"leader{who}", remark="", now_ms=3)

    assert together(approve) == 1
    assert count(any_store, "SELECT max(version) FROM plan WHERE project = 'qp'") == 2
    assert count(any_store, "SELECT count(*) FROM audit_entry WHERE action = 'plan.approve'") == 1


def test_of_first_plans_that_come_at_once_one_is_stored_whole(any_store: Engine) -> None:
    def take_in(who: int) -> None:
        plan = stored(any_store, f"2026-09-{10 + who}")
        with writing(any_store) as connection:
            if newest_version(connection, "qp")[0]:
                raise PlanRefused("a plan is there", where="plan", expected="a revision")
            put_plan(connection, plan, by=f"owner{who}", reason="", now_ms=1)

    assert together(take_in) == 1
    with reading(any_store) as connection:
        project = load_project(connection, "qp")
        (version,) = versions_of(connection, "qp")
        document = plan_document_of(connection, "qp")
    assert project is not None
    assert document is not None
    assert project.finish == version.finish == date.fromisoformat(document["project"]["finish"])


def test_days_are_asked_for_once_and_decided_once(any_store: Engine) -> None:
    save_imported(any_store, stored(any_store, "2026-08-31"), by="owner", reason="", now_ms=1)

    def ask(who: int) -> None:
        days = {"first": date(2026, 6, 1 + who), "last": date(2026, 6, 10)}
        with writing(any_store) as connection:
            ask_pause(connection, "qp", **days, cause="weather", reason="台风", by=f"clerk{who}", now_ms=2)

    assert together(ask) == 1

    def decide(who: int) -> None:
        with writing(any_store) as connection:
            decide_pause(connection, "qp", 1, by=f"leader{who}", approve=who % 2 == 0, remark="so", now_ms=3)

    assert together(decide) == 1
    assert count(any_store, "SELECT count(*) FROM audit_entry WHERE action LIKE 'pause.%'") == 2
