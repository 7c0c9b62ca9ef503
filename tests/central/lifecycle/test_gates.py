"""Stages in their order, with papers, a responsible person, and an approver who is not the author."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from central.lifecycle.gates import Paper, StageAct, check_decision, check_submission, life_event, state_of
from central.lifecycle.refused import ActRefused
from central.lifecycle.stages import SHIPPED, STAGE_NAMES, LifecycleTemplate
from central.lifecycle.templates import WORK_TYPES, read_template, template_document

BUILDING = SHIPPED[0]
TODAY = date(2026, 11, 1)
FIRST = date(2026, 1, 5)


def an_act(stage: str, day: date = FIRST, **more: Any) -> StageAct:
    """A submitted act with every paper the stage needs."""
    rule = BUILDING.rule(stage)
    papers = tuple(Paper(kind=kind, sha256="a" * 64, name=f"{kind}.pdf") for kind in (rule.documents if rule else ()))
    plain = StageAct(
        id=1, stage=stage, actual_on=day, responsible="li", papers=papers, author="wang", state="submitted"
    )
    return replace(plain, **more)


def done(*stages: str) -> list[StageAct]:
    """Approved acts, a week apart."""
    return [
        an_act(stage, FIRST + timedelta(days=7 * n), state="approved", decided_by="zhao")
        for n, stage in enumerate(stages)
    ]


@pytest.mark.requirement("C03")
def test_a_project_goes_through_all_stages_in_order() -> None:
    acts: list[StageAct] = []
    for n, rule in enumerate(BUILDING.stages):
        act = an_act(rule.stage, FIRST + timedelta(days=7 * n))
        check_submission(BUILDING, acts, act, today=TODAY)
        assert state_of(rule, [*acts, act]) == "submitted"
        acts.append(replace(act, state="approved", decided_by="zhao"))
        assert state_of(rule, acts) == "passed"
    assert len(acts) == len(STAGE_NAMES)


@pytest.mark.requirement("A04", "B08")
@pytest.mark.parametrize(
    ("acts", "stage", "named"),
    [
        ((), "reviewed", "declared (申报)"),
        (("declared",), "approved", "reviewed (评审)"),
        (("declared", "reviewed", "approved", "budgeted", "tendered", "contracted"), "started", "funded (资金下达)"),
        (("declared", "reviewed", "approved", "budgeted", "funded"), "started", "contracted (合同签订)"),
        (("declared", "reviewed", "approved", "budgeted"), "contracted", "tendered (招标采购)"),
        ((), "archived", "evaluated (后评价)"),
    ],
)
def test_a_skipped_stage_is_refused_by_name(acts: tuple[str, ...], stage: str, named: str) -> None:
    with pytest.raises(ActRefused) as refused:
        check_submission(BUILDING, done(*acts), an_act(stage, date(2026, 6, 1)), today=TODAY)
    assert f"without {named}" in refused.value.what
    rule = BUILDING.rule(stage)
    assert rule is not None
    assert state_of(rule, done(*acts)) == "blocked"


@pytest.mark.requirement("B09")
@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        ({"papers": ()}, "documents", "project_proposal"),
        ({"responsible": " "}, "responsible", "the person who answers"),
        ({"actual_on": date(2026, 11, 2)}, "actual_on", "a day that has come"),
        ({"stage": "celebrated"}, "stage", "one of declared, reviewed"),
    ],
)
def test_what_a_stage_lacks_is_named(change: dict[str, Any], where: str, said: str) -> None:
    with pytest.raises(ActRefused) as refused:
        check_submission(BUILDING, [], replace(an_act("declared"), **change), today=TODAY)
    assert refused.value.where == where
    assert said in str(refused.value)


def test_a_day_before_the_stage_it_needs_is_refused() -> None:
    with pytest.raises(ActRefused, match=r"before declared \(申报\) on 2026-01-05"):
        check_submission(BUILDING, done("declared"), an_act("reviewed", date(2026, 1, 4)), today=TODAY)


def test_a_stage_is_submitted_once_and_again_only_when_returned() -> None:
    waiting = [an_act("declared")]
    with pytest.raises(ActRefused, match="waits for approval"):
        check_submission(BUILDING, waiting, an_act("declared"), today=TODAY)
    with pytest.raises(ActRefused, match="was passed on 2026-01-05"):
        check_submission(BUILDING, done("declared"), an_act("declared"), today=TODAY)
    returned = [an_act("declared", state="returned", decided_by="zhao", remark="no seal")]
    check_submission(BUILDING, returned, an_act("declared"), today=TODAY)
    assert state_of(BUILDING.stages[0], returned) == "returned"


@pytest.mark.requirement("B09")
@pytest.mark.parametrize(
    ("by", "roles", "remark", "approve", "said"),
    [
        ("wang", {"dept_head"}, "", True, "somebody other than the author"),
        ("zhao", {"clerk"}, "", True, "section, dept_head, leader"),
        ("zhao", set(), "", True, "zhao as nobody"),
        ("zhao", {"leader"}, " ", False, "what is missing"),
    ],
)
def test_who_may_not_decide(by: str, roles: set[str], remark: str, approve: bool, said: str) -> None:
    with pytest.raises(ActRefused) as refused:
        check_decision(BUILDING, an_act("declared"), by=by, roles=roles, remark=remark, approve=approve)
    assert said in str(refused.value)


def test_what_is_decided_is_not_decided_again() -> None:
    check_decision(BUILDING, an_act("declared"), by="zhao", roles={"section"}, remark="", approve=True)
    with pytest.raises(ActRefused, match="is approved"):
        check_decision(
            BUILDING, an_act("declared", state="approved"), by="zhao", roles={"section"}, remark="", approve=True
        )


@pytest.mark.parametrize(
    ("stage", "kind"), [("contracted", "signed"), ("started", "started"), ("completed", "completed"), ("funded", None)]
)
def test_stages_that_the_judging_knows_of(stage: str, kind: str | None) -> None:
    event = life_event("p1", an_act(stage))
    assert (event.kind if event else None) == kind


@pytest.mark.requirement("B01")
def test_every_work_type_has_one_shipped_template() -> None:
    assert sorted(kind for template in SHIPPED for kind in template.work_types) == sorted(WORK_TYPES)


@pytest.mark.parametrize("template", SHIPPED, ids=lambda t: t.name)
def test_a_template_comes_back_from_its_document(template: LifecycleTemplate) -> None:
    assert read_template(template_document(template), version=1) == template


@pytest.mark.parametrize(
    ("edit", "column", "said"),
    [
        (lambda d: d.update(schema="x"), "schema", "siteprogress.lifecycle/1"),
        (lambda d: d["stages"].append(dict(d["stages"][0])), "stages[14].stage", "each stage once"),
        (lambda d: d["stages"][0].update(needs=["archived"]), "stages", "a circle"),
        (lambda d: d["stages"].pop(0), "stages[0].needs", "stages of this template"),
        (lambda d: d["stages"][0].update(approver_roles=[]), "stages[0].approver_roles", "a list of texts"),
        (lambda d: d["stages"][0].update(approver_roles=["clerk"]), "stages[0].approver_roles", "any of section"),
        (lambda d: d["stages"][0].update(stage="party"), "stages[0].stage", "one of declared"),
        (lambda d: d.update(work_types=["bridge"]), "work_types", "any of new_build"),
        (lambda d: d.update(stages=[]), "stages", "at least one entry"),
        (lambda d: d.update(name=" "), "name", "text of 1"),
        (lambda d: d.update(colour="red"), "colour", "one of schema"),
    ],
)
def test_each_fault_of_a_template_is_told(edit: Callable[[dict[str, Any]], object], column: str, said: str) -> None:
    document = copy.deepcopy(template_document(BUILDING))
    edit(document)
    found = read_template(document, version=2)
    assert isinstance(found, tuple)
    assert any(fault.column == column and said in f"{fault.what} {fault.expected}" for fault in found), found
