"""Pauses and revisions of plans on both databases: asked for, decided by others, against the baseline."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from central.errors import PlanRefused, UnknownThing
from central.lifecycle.chain import due_start
from central.lifecycle.refused import ActRefused
from central.store import tables
from central.store.engine import reading, writing
from central.store.load_project import load_project
from central.store.read_proposals import open_proposal, versions_of
from central.store.save_pauses import withdraw_pause
from central.store.save_plan import save_imported
from central.store.save_proposals import approve_plan, propose_plan, refuse_plan, withdraw_plan
from central.store.upsert import table_of
from tests.central.plan.test_document2 import PLAN, TEMPLATED, changed
from tests.central.store.lives import a_plan, another, ask, decide, dirty, events, finish, stored, trail


def test_an_approved_pause_stops_the_clock(any_store: Engine) -> None:
    stored(any_store)
    number = ask(any_store, "2026-06-01", "2026-06-10")
    before = dirty(any_store)
    assert finish(any_store) == date(2026, 8, 31)
    with pytest.raises(ActRefused, match="somebody other than who asked"):
        decide(any_store, number, by="wang")
    decide(any_store, number)
    assert finish(any_store) == date(2026, 9, 10)
    assert dirty(any_store) == before + 1
    with pytest.raises(ActRefused, match="is approved"):
        decide(any_store, number)
    assert trail(any_store) == ["plan.import", "pause.ask", "pause.approved"]


def test_a_plan_made_after_the_pause_knows_of_it(any_store: Engine) -> None:
    stored(any_store)
    decide(any_store, ask(any_store, "2026-06-01", "2026-06-10"))
    later = a_plan(changed(lambda d: d["project"].update(finish="2026-09-05")))
    save_imported(any_store, later, by="owner", reason="after the typhoon", now_ms=4000)
    with reading(any_store) as connection:
        found = load_project(connection, "qp")
    assert found is not None
    assert (found.finish, found.pauses) == (date(2026, 9, 5), ((date(2026, 6, 1), date(2026, 6, 10)),))


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-06-10", "2026-06-01", "a day from 2026-06-10 on"),
        ("2026-07-10", "2026-07-20", "days that no other pause has"),
        ("2026-07-12", "2030-07-20", "at most 732"),
        ("2026-01-01", "2026-01-20", "starts on 2026-05-01"),
    ],
)
def test_pauses_that_cannot_be_asked_for(any_store: Engine, first: str, last: str, said: str) -> None:
    stored(any_store)
    ask(any_store, "2026-07-01", "2026-07-10")
    with pytest.raises(ActRefused, match=said):
        ask(any_store, first, last)


def test_refused_and_withdrawn_pauses_change_nothing(any_store: Engine) -> None:
    stored(any_store)
    before = dirty(any_store)
    number = ask(any_store, "2026-06-01", "2026-06-10")
    with pytest.raises(ActRefused, match="refused without a reason"):
        decide(any_store, number, approve=False)
    decide(any_store, number, approve=False, remark="no typhoon")
    again = ask(any_store, "2026-06-01", "2026-06-10")
    with pytest.raises(ActRefused, match="wang, who did"), writing(any_store) as connection:
        withdraw_pause(connection, "qp", again, by="zhao", now_ms=1)
    with writing(any_store) as connection:
        withdraw_pause(connection, "qp", again, by="wang", now_ms=1)
    assert (finish(any_store), dirty(any_store)) == (date(2026, 8, 31), before)


def propose(engine: Engine, document: dict[str, Any], *, reason: str = "materials late") -> int:
    with writing(engine) as connection:
        return propose_plan(connection, a_plan(document), by="owner", reason=reason, now_ms=5000)


def later_by(days: int) -> dict[str, Any]:
    """The plan with its finish moved."""
    return changed(lambda d: d["project"].update(finish=str(date(2026, 8, 31) + timedelta(days=days))))


def without_unit(document: dict[str, Any]) -> None:
    """One unit of the first building is not built; the other takes its weight."""
    building = document["buildings"][0]
    building["units"] = [building["units"][0] | {"weight_bp": 10_000}]
    building["items"] = building["items"][:2]


def test_a_revision_is_in_force_when_somebody_else_approves_it(any_store: Engine) -> None:
    stored(any_store)
    number = propose(any_store, later_by(10))
    assert propose(any_store, later_by(10)) == number
    with pytest.raises(ActRefused, match=f"proposal {number} of owner waits"):
        propose(any_store, later_by(11))
    assert finish(any_store) == date(2026, 8, 31)
    with pytest.raises(ActRefused, match="somebody other than the author"), writing(any_store) as connection:
        approve_plan(connection, "qp", number, by="owner", remark="", now_ms=6000)
    with writing(any_store) as connection:
        assert approve_plan(connection, "qp", number, by="zhao", remark="", now_ms=6000) == 2
    assert finish(any_store) == date(2026, 9, 10)
    with reading(any_store) as connection:
        first, second = versions_of(connection, "qp")
        assert open_proposal(connection, "qp") is None
    assert (first.version, first.delay_days, first.reason, first.approved_by) == (1, 0, "", "owner")
    assert (second.version, second.delay_days, second.reason) == (2, 10, "materials late")
    assert (second.author, second.approved_by, second.decided_ms) == ("owner", "zhao", 6000)


def test_delay_is_counted_against_the_baseline_and_the_baseline_stays(any_store: Engine) -> None:
    stored(any_store)
    for days, number in ((10, 1), (14, 2), (7, 3)):
        waiting = propose(any_store, later_by(days))
        with writing(any_store) as connection:
            assert approve_plan(connection, "qp", waiting, by="zhao", remark="", now_ms=6000) == number + 1
    with reading(any_store) as connection:
        assert [version.delay_days for version in versions_of(connection, "qp")] == [0, 10, 14, 7]
        spelled = connection.execute(
            text("SELECT document FROM plan WHERE project = 'qp' AND version = 1")
        ).scalar_one()
    assert json.loads(spelled) == PLAN


def test_a_term_that_a_revision_carries_along_is_no_news(any_store: Engine) -> None:
    stored(any_store)
    with writing(any_store) as connection:  # as it could be noted before two were needed for it
        row = {"project": "qp", "kind": "agreed_start", "day": date(2026, 5, 20), "ref": "x"}
        connection.execute(insert(table_of(tables.LifeEventRow)).values(**row, noted_by="y", noted_at=9000))
    save_imported(any_store, a_plan(later_by(5)), by="owner", reason="later", now_ms=99_000)
    assert due_start(events(any_store)) == date(2026, 5, 20)
    other = changed(lambda d: d["project"].update(agreed_start="2026-05-25"))
    save_imported(any_store, a_plan(other), by="owner", reason="agreed anew", now_ms=99_500)
    assert due_start(events(any_store)) == date(2026, 5, 25)


@pytest.mark.requirement("A31")
def test_a_unit_goes_by_an_approved_revision_only_and_the_rest_takes_its_weight(any_store: Engine) -> None:
    stored(any_store)
    number = propose(any_store, changed(without_unit), reason="unit 2 cancelled")
    with reading(any_store) as connection:
        before = load_project(connection, "qp")
    assert before is not None
    assert [item.weight_bp for item in before.buildings[0].items] == [4200, 1800, 4000]
    with writing(any_store) as connection:
        approve_plan(connection, "qp", number, by="zhao", remark="", now_ms=6000)
    with reading(any_store) as connection:
        after, versions = load_project(connection, "qp"), versions_of(connection, "qp")
    assert after is not None
    assert [item.weight_bp for item in after.buildings[0].items] == [7000, 3000]
    assert versions[1].removed == ("b1-u2", "b1-u2-frame")


def test_proposals_that_cannot_be(any_store: Engine) -> None:
    stored(any_store)
    with pytest.raises(ActRefused, match="why the plan changes"):
        propose(any_store, later_by(1), reason=" ")
    number = propose(any_store, later_by(1))
    save_imported(any_store, a_plan(later_by(2)), by="operator", reason="urgent", now_ms=5500)
    with pytest.raises(ActRefused, match="version 2 came since"), writing(any_store) as connection:
        approve_plan(connection, "qp", number, by="zhao", remark="", now_ms=6000)
    with pytest.raises(ActRefused, match="refused without a reason"), writing(any_store) as connection:
        refuse_plan(connection, "qp", number, by="zhao", remark="", now_ms=6000)
    with pytest.raises(ActRefused, match="owner, who did"), writing(any_store) as connection:
        withdraw_plan(connection, "qp", number, by="zhao", now_ms=6000)
    with writing(any_store) as connection:
        withdraw_plan(connection, "qp", number, by="owner", now_ms=6000)
    with pytest.raises(ActRefused, match="is withdrawn"), writing(any_store) as connection:
        approve_plan(connection, "qp", number, by="zhao", remark="", now_ms=6000)
    with pytest.raises(UnknownThing), writing(any_store) as connection:
        approve_plan(connection, "qp", 77, by="zhao", remark="", now_ms=6000)
    other = changed(lambda d: d["project"].update(id="twin"), TEMPLATED)
    for building in other["buildings"]:
        building["id"] = f"twin-{building['id']}"
    with pytest.raises(PlanRefused, match="code 2512-330199-04-01-100101 of project qp"):
        propose(any_store, other)
    another(any_store)
    clash = changed(lambda d: d["buildings"][0].update(id="x1"), TEMPLATED)
    with pytest.raises(PlanRefused, match="ids x1"):
        propose(any_store, clash)
