"""Lives of projects on both databases: stages, chain, permits, tax, templates, pauses, revisions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text

from central.domain import LifeEvent, LifeKind
from central.errors import PlanRefused, UnknownThing
from central.lifecycle.chain import due_start, is_high_risk
from central.lifecycle.gates import Paper, StageAct
from central.lifecycle.permits import PermitEvent
from central.lifecycle.refused import ActRefused
from central.lifecycle.stages import SHIPPED
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.judged_plans import plans_of
from central.store.load_project import load_project
from central.store.read_lifecycle import acts_of, planned_stages_of, tax_of, template_of
from central.store.read_organised import estimate_of, life_events_of
from central.store.read_proposals import open_proposal, structure_of, versions_of
from central.store.save_lifecycle import (
    decide_stage,
    note_milestone,
    note_permit,
    note_tax,
    plan_stage,
    put_template,
    submit_stage,
)  # fmt: skip
from central.store.save_pauses import ask_pause, decide_pause, withdraw_pause
from central.store.save_plan import save_imported, save_plan
from central.store.save_proposals import approve_plan, propose_plan, refuse_plan, withdraw_plan
from central.store.upsert import table_of
from tests.central.build import a_building, a_project
from tests.central.plan.test_document2 import PLAN, TEMPLATED, changed

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


def passes(engine: Engine, *stages: str) -> None:
    """Pass stages one after the other, a week apart."""
    for n, stage in enumerate(stages):
        with writing(engine) as connection:
            number = submit_stage(connection, "qp", an_act(stage, FIRST + timedelta(days=7 * n)), today=TODAY, now_ms=n)
            decide_stage(
                connection, "qp", number, by="zhao", roles={"leader"}, approve=True, remark="", now_ms=5000 + n
            )


def without_stages(engine: Engine) -> None:
    """Projects that go through one stage only: links of the chain are milestones then."""
    with writing(engine) as connection:
        put_template(connection, replace(SHIPPED[0], stages=SHIPPED[0].stages[:1]), by="admin", now_ms=1)


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


def test_an_estimate_holds_from_the_plan_on_that_names_it(any_store: Engine) -> None:
    stored(any_store)
    raised = changed(lambda d: d["project"].update(estimate_fen=900_000_000))
    silent = changed(lambda d: d["project"].pop("estimate_fen"))
    for n, document in enumerate((raised, silent)):
        with writing(any_store) as connection:
            connection.execute(text("UPDATE assessment_state SET as_of_at = :at").bindparams(at=1000 * n + 2000))
        save_imported(any_store, a_plan(document), by="owner", reason="more", now_ms=9000)
    with reading(any_store) as connection:
        found = [(to_ms(plan.since), plan.estimate_fen) for plan in plans_of(connection, "qp")]
    assert found == [(0, 830_000_000), (2001, 900_000_000), (3001, 900_000_000)]


@pytest.mark.parametrize(("agreed", "dirty_from"), [("2026-05-01", 2001), ("2026-06-01", 0)])
def test_a_revision_that_agrees_on_another_start_is_judged_from_the_start(
    any_store: Engine, agreed: str, dirty_from: int
) -> None:
    stored(any_store)
    with writing(any_store) as connection:
        connection.execute(text("UPDATE assessment_state SET as_of_at = 2000, dirty_from_at = NULL"))
    document = changed(lambda d: d["project"].update(agreed_start=agreed, estimate_fen=900_000_000))
    save_imported(any_store, a_plan(document), by="owner", reason="later", now_ms=9000)
    with reading(any_store) as connection:
        asked = connection.execute(text("SELECT dirty_from_at FROM assessment_state WHERE project = 'qp'"))
        assert asked.scalar_one() == dirty_from


def test_terms_of_the_plan_are_events_and_the_estimate(any_store: Engine) -> None:
    stored(any_store)
    assert [(e.kind, str(e.day), e.ref) for e in events(any_store)] == [
        ("signed", "2026-03-31", "plan/qp/1"),
        ("agreed_start", "2026-05-01", "plan/qp/1"),
    ]
    with reading(any_store) as connection:
        assert estimate_of(connection, "qp") == 830_000_000
        assert estimate_of(connection, "nobody") == 0
        assert life_events_of(connection, "nobody") == ()
        assert [plan.estimate_fen for plan in plans_of(connection, "qp")] == [830_000_000]
        assert [lot.id for lot in structure_of(connection, "qp").lots] == ["lot1", "lot2"]


def test_stages_are_stored_approved_and_judged(any_store: Engine) -> None:
    stored(any_store)
    before = dirty(any_store)
    with writing(any_store) as connection:
        plan_stage(connection, "qp", "started", planned_on=date(2026, 5, 1), responsible="li", by="wang", now_ms=1)
        plan_stage(connection, "qp", "started", planned_on=date(2026, 5, 9), responsible="li", by="wang", now_ms=2)
    passes(any_store, "declared", "reviewed", "approved", "budgeted", "funded", "tendered", "contracted")
    with reading(any_store) as connection:
        acts = acts_of(connection, "qp")
        assert {act.state for act in acts} == {"approved"}
        assert acts[0].papers[0].kind == "project_proposal"
        assert (acts[0].template, template_of(connection, "qp").label) == ("construction/1", "construction/1")
        assert planned_stages_of(connection, "qp")["started"].planned_on == date(2026, 5, 9)
    signed = next(event for event in events(any_store) if event.kind == "signed")
    assert (signed.day, signed.ref) == (FIRST + timedelta(days=42), f"stage/{acts[-1].id}")
    assert dirty(any_store) == before + 1
    assert trail(any_store)[-2:] == ["stage.submit", "stage.approve"]
    with pytest.raises(ActRefused, match="signed was approved with stage contracted"):
        note(any_store, "signed", "2026-05-01")  # six more months by the word of one


def test_a_refused_act_leaves_nothing(any_store: Engine) -> None:
    stored(any_store)
    with pytest.raises(ActRefused, match=r"without contracted .*, funded"), writing(any_store) as connection:
        submit_stage(connection, "qp", an_act("started"), today=TODAY, now_ms=1)
    with pytest.raises(UnknownThing), writing(any_store) as connection:
        submit_stage(connection, "xx", an_act("declared"), today=TODAY, now_ms=1)
    with pytest.raises(UnknownThing), writing(any_store) as connection:
        decide_stage(connection, "qp", 99, by="zhao", roles={"leader"}, approve=True, remark="", now_ms=1)
    with reading(any_store) as connection:
        assert acts_of(connection, "qp") == ()
    assert trail(any_store) == ["plan.import"]


def note(engine: Engine, kind: LifeKind, day: str) -> None:
    event = LifeEvent(project="qp", kind=kind, day=date.fromisoformat(day), ref="paper")
    with writing(engine) as connection:
        note_milestone(connection, event, today=TODAY, by="wang", now_ms=9000)


@pytest.mark.requirement("A36")
def test_the_chain_of_an_investment_project(any_store: Engine) -> None:
    plain = changed(lambda d: [d["project"].pop(key) for key in ("signed_on", "agreed_start")])
    stored(any_store, plain)
    without_stages(any_store)
    with pytest.raises(ActRefused, match="started before signed"):
        note(any_store, "started", "2026-03-01")
    note(any_store, "signed", "2026-01-31")
    note(any_store, "agreed_start", "2026-06-01")
    with pytest.raises(ActRefused, match="production before started"):
        note(any_store, "production", "2026-09-01")
    assert due_start(events(any_store)) == date(2026, 6, 1)
    assert is_high_risk(events(any_store), date(2026, 8, 1))
    assert not is_high_risk(events(any_store), date(2026, 7, 31))
    with pytest.raises(ActRefused, match="tax before production"), writing(any_store) as connection:
        note_tax(connection, "qp", year=2026, amount_fen=1, target_fen=2, ref="r", by="wang", now_ms=1)
    note(any_store, "started", "2026-08-05")
    note(any_store, "production", "2026-10-01")
    with pytest.raises(ActRefused, match="a day that has come"):
        note(any_store, "production", "2026-11-02")
    with writing(any_store) as connection:
        for amount in (100, 120):
            note_tax(connection, "qp", year=2027, amount_fen=amount, target_fen=150, ref="r", by="wang", now_ms=1)
        with pytest.raises(ActRefused, match="2026 or later"):
            note_tax(connection, "qp", year=2025, amount_fen=1, target_fen=2, ref="r", by="wang", now_ms=1)
    with reading(any_store) as connection:
        assert [(tax.year, tax.amount_fen, tax.target_fen) for tax in tax_of(connection, "qp")] == [(2027, 120, 150)]


@pytest.mark.requirement("A38")
def test_no_start_without_the_permit_that_is_required(any_store: Engine) -> None:
    stored(any_store)
    without_stages(any_store)
    refused = PermitEvent(permit="eia", state="refused", day=date(2026, 4, 20), ref="", note="noise")
    granted = PermitEvent(permit="eia", state="granted", day=date(2026, 6, 1), ref="环审〔2026〕3号", note="")
    with writing(any_store) as connection:
        note_permit(connection, "qp", refused, today=TODAY, by="wang", now_ms=1)
    with pytest.raises(ActRefused, match=r"without eia \(环评批复, refused\).*生态环境局"):
        note(any_store, "started", "2026-05-03")
    with writing(any_store) as connection:
        note_permit(connection, "qp", granted, today=TODAY, by="wang", now_ms=2)
        with pytest.raises(ActRefused, match="before granted"):
            note_permit(connection, "qp", replace(refused, day=date(2026, 5, 1)), today=TODAY, by="wang", now_ms=3)
    with pytest.raises(ActRefused, match="without eia"):
        note(any_store, "started", "2026-05-31")
    note(any_store, "started", "2026-06-01")


@pytest.mark.parametrize(("kind", "stage"), [("signed", "contracted"), ("started", "started")])
def test_what_a_stage_says_is_not_said_by_one_alone(any_store: Engine, kind: LifeKind, stage: str) -> None:
    stored(any_store)
    with pytest.raises(ActRefused, match=f"{kind} by the word of one.*stage {stage} "):
        note(any_store, kind, "2026-03-31" if kind == "signed" else "2026-05-03")
    assert trail(any_store) == ["plan.import"]


def test_an_agreed_start_is_not_moved_by_one_alone(any_store: Engine) -> None:
    stored(any_store)
    with pytest.raises(ActRefused, match=r"another agreed start than 2026-05-01.*a revision of the plan"):
        note(any_store, "agreed_start", "2026-08-01")


def test_a_stage_out_of_the_chains_order_is_not_approved(any_store: Engine) -> None:
    """Work was noted to begin before the contract that is shown now: what was submitted is not let pass."""
    stored(any_store)
    stages = ("declared", "reviewed", "approved", "budgeted", "funded", "tendered")
    passes(any_store, *stages)
    late = an_act("contracted", date(2026, 5, 20))
    with writing(any_store) as connection:
        number = submit_stage(connection, "qp", late, today=TODAY, now_ms=6000)
        connection.execute(
            insert(table_of(tables.LifeEventRow)).values(
                project="qp", kind="started", day=date(2026, 5, 4), ref="x", noted_by="y", noted_at=1
            )
        )
    with pytest.raises(ActRefused, match="signed 2026-05-20 after"), writing(any_store) as connection:
        decide_stage(connection, "qp", number, by="zhao", roles={"leader"}, approve=True, remark="", now_ms=7000)
    with reading(any_store) as connection:
        assert acts_of(connection, "qp")[-1].state == "submitted"


@pytest.mark.requirement("D03")
def test_templates_are_versions_and_a_project_keeps_its_own(any_store: Engine) -> None:
    stored(any_store)
    passes(any_store, "declared")
    fewer = replace(SHIPPED[0], stages=SHIPPED[0].stages[:8])
    with writing(any_store) as connection:
        assert put_template(connection, SHIPPED[0], by="admin", now_ms=1).version == 1
        assert put_template(connection, fewer, by="admin", now_ms=1).version == 2
        assert put_template(connection, fewer, by="admin", now_ms=2).version == 2
        with pytest.raises(ActRefused, match="template construction does not have"):
            put_template(connection, replace(fewer, name="roads", work_types=("road",)), by="admin", now_ms=3)
    with reading(any_store) as connection:
        assert template_of(connection, "qp").version == 1
    another(any_store)
    with reading(any_store) as connection:
        assert (template_of(connection, "p1").version, len(template_of(connection, "p1").stages)) == (2, 8)


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
