"""The gate before each stage: what must be there to submit it, and who may let it pass. Pure.

A stage is submitted by its author with date and papers, then approved or returned by somebody else (domain.md A04, B09,
C04). What was approved stays so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import LifeEvent
from central.lifecycle.refused import ActRefused
from central.lifecycle.stages import LIFE_OF_STAGE, LifecycleTemplate, StageRule, spoken

ActState = Literal["submitted", "approved", "returned"]
StageState = Literal["blocked", "open", "submitted", "returned", "passed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document by kind, digest of its bytes (SHA-256, hex) and file name."""

    kind: str
    sha256: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageAct:
    """Somebody says that a stage was passed on a day; `decided_by` approved or returned it."""

    id: int
    stage: str
    actual_on: date
    responsible: str
    papers: tuple[Paper, ...]
    author: str
    state: ActState
    template: str = ""
    decided_by: str = ""
    remark: str = ""


def passed(acts: Iterable[StageAct]) -> dict[str, StageAct]:
    """The approved act of each stage."""
    return {act.stage: act for act in acts if act.state == "approved"}


def state_of(rule: StageRule, acts: Sequence[StageAct]) -> StageState:
    """How far a stage is: blocked while another it needs is not passed."""
    done = passed(acts)
    if rule.stage in done:
        return "passed"
    newest = next((act for act in reversed(acts) if act.stage == rule.stage), None)
    if newest is not None and newest.state == "submitted":
        return "submitted"
    if any(need not in done for need in rule.needs):
        return "blocked"
    return "returned" if newest is not None else "open"


def check_submission(template: LifecycleTemplate, acts: Sequence[StageAct], new: StageAct, *, today: date) -> None:
    """ActRefused names what a stage lacks: another stage, a paper, a person, or a day that can be true."""
    rule = template.rule(new.stage)
    if rule is None:
        stages = ", ".join(rule.stage for rule in template.stages)
        raise ActRefused(f"stage {new.stage!r}", where="stage", expected=f"one of {stages}")
    done = passed(acts)
    if new.stage in done:
        raise ActRefused(
            f"{spoken(new.stage)} was passed on {done[new.stage].actual_on}", where="stage", expected="a later stage"
        )
    if state_of(rule, acts) == "submitted":
        raise ActRefused(f"{spoken(new.stage)} waits for approval", where="stage", expected="its decision first")
    _check_needs(rule, done)
    _check_day(rule, done, new, today=today)
    _check_papers(rule, new.papers)
    if not new.responsible.strip():
        raise ActRefused("nobody", where="responsible", expected="the person who answers for the stage")


def check_decision(
    template: LifecycleTemplate, act: StageAct, *, by: str, roles: Collection[str], remark: str, approve: bool
) -> None:
    """ActRefused when this person may not decide on this act, or returns it without a word."""
    rule = template.rule(act.stage)
    if act.state != "submitted":
        raise ActRefused(f"{spoken(act.stage)} is {act.state}", where="act", expected="one that waits for a decision")
    if by == act.author:
        raise ActRefused(f"{by} is its author", where="approver", expected="somebody other than the author")
    if rule is None or not set(roles) & set(rule.approver_roles):
        expected = ", ".join(rule.approver_roles) if rule else "a stage of the template"
        raise ActRefused(f"{by} as {', '.join(sorted(roles)) or 'nobody'}", where="approver", expected=expected)
    if not approve and not remark.strip():
        raise ActRefused("returned without a reason", where="remark", expected="what is missing")


def life_event(project: str, act: StageAct) -> LifeEvent | None:
    """What an approved stage says of the project's life, for what is judged."""
    kind = LIFE_OF_STAGE.get(act.stage)
    return LifeEvent(project=project, kind=kind, day=act.actual_on, ref=f"stage/{act.id}") if kind else None


def _check_needs(rule: StageRule, done: Mapping[str, StageAct]) -> None:
    missing = [need for need in rule.needs if need not in done]
    if missing:
        names = ", ".join(spoken(need) for need in missing)
        what = f"{spoken(rule.stage)} without {names}"
        raise ActRefused(what, where="stage", expected=f"{names} passed first / 先完成前置环节")


def _check_day(rule: StageRule, done: Mapping[str, StageAct], new: StageAct, *, today: date) -> None:
    if new.actual_on > today:
        raise ActRefused(f"{new.actual_on}, after {today}", where="actual_on", expected="a day that has come")
    late = [done[need] for need in rule.needs if done[need].actual_on > new.actual_on]
    if late:
        what = f"{new.actual_on} before {spoken(late[0].stage)} on {late[0].actual_on}"
        raise ActRefused(what, where="actual_on", expected=f"a day from {late[0].actual_on} on")


def _check_papers(rule: StageRule, papers: Sequence[Paper]) -> None:
    missing = [kind for kind in rule.documents if all(paper.kind != kind for paper in papers)]
    if missing:
        what = f"{spoken(rule.stage)} without {', '.join(missing)}"
        raise ActRefused(what, where="documents", expected=f"{', '.join(rule.documents)}, each with its digest")
