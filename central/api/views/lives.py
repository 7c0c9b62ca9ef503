"""The life of a project as the API shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from central.api.lives_schemas import (
    ActShown,
    Lifecycle,
    LifeShown,
    PaperShown,
    PauseList,
    PauseShown,
    PermitShown,
    RuleShown,
    StageShown,
    TaxShown,
    TemplateList,
    TemplateShown,
)
from central.api.schemas import Text
from central.domain import Text as Words
from central.lifecycle.chain import due_start, high_risk_due, is_high_risk
from central.lifecycle.gates import StageAct, passed, state_of
from central.lifecycle.pauses import CAUSES
from central.lifecycle.permits import PERMITS, PermitEvent, standing
from central.lifecycle.stages import STAGE_NAMES, LifecycleTemplate, StageRule
from central.store.instants import district_day, from_ms
from central.store.read_lifecycle import (
    PlannedStage,
    TaxYear,
    acts_of,
    permits_of,
    planned_stages_of,
    tax_of,
    template_of,
    templates_in_force,
)
from central.store.read_organised import life_events_of
from central.store.read_pauses import StoredPause, pauses_of
from central.store.tables import Photo


def lifecycle_of(session: Session, project_id: str, *, today: date) -> Lifecycle:
    """The whole life of a project as it stands on a day."""
    connection = session.connection()
    template, acts = template_of(connection, project_id), acts_of(connection, project_id)
    planned, events = planned_stages_of(connection, project_id), life_events_of(connection, project_id)
    kept = _kept(session, acts)
    return Lifecycle(
        project=project_id,
        template=template.label,
        stages=[_stage(rule, acts, planned.get(rule.stage), kept, today=today) for rule in template.stages],
        events=[LifeShown(kind=event.kind, day=event.day, ref=event.ref) for event in events],
        due_start=due_start(events),
        high_risk_due=high_risk_due(events),
        high_risk=is_high_risk(events, today),
        permits=[_permit(event) for event in standing(permits_of(connection, project_id)).values()],
        tax=[_tax(year) for year in tax_of(connection, project_id)],
    )


def act_shown(session: Session, project_id: str, number: int) -> ActShown:
    """One act as it stands now."""
    acts = [act for act in acts_of(session.connection(), project_id) if act.id == number]
    return _act(acts[0], _kept(session, acts))


def pause_list(session: Session, project_id: str) -> PauseList:
    """Every standstill of a project."""
    found = pauses_of(session.connection(), project_id)
    return PauseList(project=project_id, pauses=[_pause(stored) for stored in found])


def template_list(session: Session) -> TemplateList:
    """The newest version of every template."""
    return TemplateList(templates=[template_shown(template) for template in templates_in_force(session.connection())])


def template_shown(template: LifecycleTemplate) -> TemplateShown:
    """A template with its stages by name."""
    return TemplateShown(
        name=template.name,
        version=template.version,
        work_types=list(template.work_types),
        stages=[
            RuleShown(
                stage=rule.stage,
                name=said(STAGE_NAMES[rule.stage]),
                needs=list(rule.needs),
                documents=list(rule.documents),
                approver_roles=list(rule.approver_roles),
            )
            for rule in template.stages
        ],
    )


def said(words: Words) -> Text:
    """A text of the domain as the API shows it."""
    return Text(zh=words.zh, en=words.en)


def _stage(
    rule: StageRule, acts: Sequence[StageAct], planned: PlannedStage | None, kept: frozenset[str], *, today: date
) -> StageShown:
    done = passed(acts)
    actual = done[rule.stage].actual_on if rule.stage in done else None
    own = [act for act in acts if act.stage == rule.stage]
    return StageShown(
        stage=rule.stage,
        name=said(STAGE_NAMES[rule.stage]),
        state=state_of(rule, acts),
        needs=list(rule.needs),
        missing=[need for need in rule.needs if need not in done],
        documents=list(rule.documents),
        approver_roles=list(rule.approver_roles),
        planned_on=planned.planned_on if planned else None,
        actual_on=actual,
        late_days=max(((actual or today) - planned.planned_on).days, 0) if planned else None,
        responsible=own[-1].responsible if own else planned.responsible if planned else None,
        acts=[_act(act, kept) for act in own],
    )


def _act(act: StageAct, kept: frozenset[str]) -> ActShown:
    papers = [
        PaperShown(kind=paper.kind, sha256=paper.sha256, name=paper.name, kept=paper.sha256 in kept)
        for paper in act.papers
    ]
    return ActShown(
        id=act.id,
        actual_on=act.actual_on,
        responsible=act.responsible,
        documents=papers,
        author=act.author,
        state=act.state,
        decided_by=act.decided_by or None,
        remark=act.remark,
    )


def _kept(session: Session, acts: Sequence[StageAct]) -> frozenset[str]:
    """Digests whose bytes the centre has, as photos."""
    digests = {paper.sha256 for act in acts for paper in act.papers}
    return frozenset(session.exec(select(Photo.sha256).where(col(Photo.sha256).in_(sorted(digests)))))


def _permit(event: PermitEvent) -> PermitShown:
    permit = PERMITS[event.permit]
    return PermitShown(
        permit=event.permit,
        name=said(permit.name),
        authority=said(permit.authority),
        state=event.state,
        day=event.day,
        ref=event.ref,
        note=event.note,
    )


def _tax(year: TaxYear) -> TaxShown:
    reached = year.amount_fen * 10_000 // year.target_fen if year.target_fen else None
    return TaxShown(
        year=year.year, amount_fen=year.amount_fen, target_fen=year.target_fen, reached_bp=reached, ref=year.ref
    )


def _pause(stored: StoredPause) -> PauseShown:
    pause, asked = stored.pause, from_ms(stored.asked_ms)
    last_past = min(pause.last, district_day(asked))
    return PauseShown(
        id=pause.id,
        first=pause.first,
        last=pause.last,
        cause=pause.cause,
        cause_name=said(CAUSES[pause.cause]),
        reason=pause.reason,
        state=pause.state,
        asked_by=pause.asked_by,
        asked_at=asked,
        decided_by=stored.decided_by or None,
        decided_at=None if stored.decided_ms is None else from_ms(stored.decided_ms),
        remark=stored.remark,
        retroactive_days=max((last_past - pause.first).days + 1, 0),
    )
