"""Lives of projects on both databases: stages, chain, permits, tax, templates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, insert, text

from central.domain import LifeEvent, LifeKind
from central.errors import UnknownThing
from central.lifecycle.chain import due_start, is_high_risk
from central.lifecycle.permits import PermitEvent
from central.lifecycle.refused import ActRefused
from central.lifecycle.stages import SHIPPED
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.judged_plans import plans_of
from central.store.read_lifecycle import acts_of, planned_stages_of, tax_of, template_of
from central.store.read_organised import estimate_of, life_events_of
from central.store.read_proposals import structure_of
from central.store.save_lifecycle import (
    decide_stage,
    note_milestone,
    note_permit,
    note_tax,
    plan_stage,
    put_template,
    submit_stage,
)
from central.store.save_plan import save_imported
from central.store.upsert import table_of
from tests.central.plan.test_document2 import changed
from tests.central.store.lives import FIRST, TODAY, a_plan, an_act, another, dirty, events, stored, trail


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
