"""Steps and milestones shown by papers, on both databases: verified ones are judged, so a project needs no camera."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.errors import UnknownThing
from central.lifecycle.refused import ActRefused
from central.lifecycle.steps import StepRecord, shown_by_day
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json
from central.reassess import reassess
from central.store.engine import reading, writing
from central.store.save_plan import save_imported
from central.store.save_steps import decide_step, records_of, submit_step
from tests.central.build import at
from tests.central.plan.test_document2 import INDUSTRY, PLAN, changed

TODAY = date(2026, 11, 1)


def stored(engine: Engine, document: dict[str, Any]) -> None:
    found = read_plan_json(document)
    assert isinstance(found, ImportedPlan), found
    save_imported(engine, found, by="owner", reason="", now_ms=1)


def submit(engine: Engine, item: str, step: str, day: str, *, by: str = "builder") -> int:
    with writing(engine) as connection:
        return submit_step(
            connection,
            "qp",
            item,
            step=step,
            done_on=date.fromisoformat(day),
            sha256="b" * 64,
            by=by,
            today=TODAY,
            now_ms=2,
        )


def decide(engine: Engine, number: int, *, approve: bool = True, by: str = "supervisor", remark: str = "") -> None:
    with writing(engine) as connection:
        decide_step(connection, "qp", number, by=by, approve=approve, remark=remark, now_ms=3)


def observed(engine: Engine, item: str) -> list[tuple[str, int]]:
    """(kind, value) of an item's observations in their order."""
    wanted = text("SELECT kind, value_bp FROM observation WHERE item = :item ORDER BY observed_at")
    with reading(engine) as connection:
        return [(row.kind, row.value_bp) for row in connection.execute(wanted, {"item": item})]


def test_only_verified_steps_count_and_an_earlier_one_moves_the_later(any_store: Engine) -> None:
    stored(any_store, PLAN)
    pour = submit(any_store, "b2-pour", "浇筑", "2026-07-10")
    assert observed(any_store, "b2-pour") == []
    decide(any_store, pour)
    assert observed(any_store, "b2-pour") == [("document", 7500)]
    decide(any_store, submit(any_store, "b2-pour", "模板", "2026-07-01"))
    assert observed(any_store, "b2-pour") == [("document", 2500), ("document", 10_000)]


def test_what_may_not_be_shown_or_decided(any_store: Engine) -> None:
    stored(any_store, PLAN)
    for item, step, day, said in (
        ("b2-pour", "done", "2026-07-01", "one of 模板, 浇筑"),
        ("b2-close", "浇筑", "2026-07-01", "one of done"),
        ("b2-close", "done", "2026-04-30", "a day from 2026-05-01 to 2026-11-01"),
        ("b2-close", "done", "2026-11-02", "a day from"),
    ):
        with pytest.raises(ActRefused, match=said):
            submit(any_store, item, step, day)
    with pytest.raises(UnknownThing, match="item 'b9'"):
        submit(any_store, "b9", "done", "2026-07-01")
    number = submit(any_store, "b2-close", "done", "2026-07-01")
    with pytest.raises(ActRefused, match="is submitted"):
        submit(any_store, "b2-close", "done", "2026-07-02")
    with pytest.raises(ActRefused, match="somebody other than the author"):
        decide(any_store, number, by="builder")
    with pytest.raises(ActRefused, match="what is missing"):
        decide(any_store, number, approve=False)
    decide(any_store, number, approve=False, remark="no seal")
    with pytest.raises(ActRefused, match="is returned"):
        decide(any_store, number)
    decide(any_store, submit(any_store, "b2-close", "done", "2026-07-02"))
    with reading(any_store) as connection:
        assert [record.state for record in records_of(connection, "qp")] == ["returned", "verified"]


@pytest.mark.requirement("B07")
def test_a_project_without_cameras_has_deviation_and_score(any_store: Engine) -> None:
    stored(any_store, INDUSTRY)
    decide(any_store, submit(any_store, "m1", "done", "2026-06-28"))
    begun = date.fromisoformat(INDUSTRY["project"]["start"])
    judged = reassess(any_store, "qp", at(62, start=begun))
    assert judged is not None
    newest = [d for d in judged.assessment.deviations if d.subject.kind == "project"][-1]
    assert newest.plan_bp == 4000
    assert abs(newest.actual_bp - 4000) <= 40
    with reading(any_store) as connection:
        scored = connection.execute(text("SELECT max(total) FROM score WHERE subject = 'qp'")).scalar_one()
    assert scored is not None


def test_a_milestone_that_is_missed_shows_as_a_gap(any_store: Engine) -> None:
    later = changed(lambda d: d["milestones"][0].update(day="2026-05-31"), INDUSTRY)
    stored(any_store, later)
    decide(any_store, submit(any_store, "m1", "done", "2026-06-20"))
    begun = date.fromisoformat(INDUSTRY["project"]["start"])
    judged = reassess(any_store, "qp", at(60, start=begun))
    assert judged is not None
    gaps = {d.as_of: d.gap_bp for d in judged.assessment.deviations if d.subject.kind == "project"}
    assert abs(gaps[max(gaps)]) <= 40


def a_record(number: int, credit: int, day: int, state: str = "verified") -> StepRecord:
    return StepRecord(
        id=number,
        item="i",
        step=str(number),
        credit_bp=credit,
        done_on=date(2026, 5, day),
        sha256="",
        author="a",
        state=state,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("records", "shown"),
    [
        ([], ()),
        ([a_record(1, 4000, 3)], ((3, 4000, 1),)),
        ([a_record(1, 4000, 3), a_record(2, 3000, 3)], ((3, 7000, 2),)),
        ([a_record(2, 3000, 5), a_record(1, 4000, 3)], ((3, 4000, 1), (5, 7000, 2))),
        ([a_record(1, 9000, 3), a_record(2, 3000, 4)], ((3, 9000, 1), (4, 10_000, 2))),
        ([a_record(1, 4000, 3, "submitted"), a_record(2, 3000, 3, "returned")], ()),
    ],
)
def test_what_is_shown_by_day(records: list[StepRecord], shown: tuple[tuple[int, int, int], ...]) -> None:
    assert tuple((day.day, value, number) for day, value, number in shown_by_day(records)) == shown
