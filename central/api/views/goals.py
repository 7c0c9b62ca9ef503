"""Goals and indicators as the API answers them, and who sees and moves which goal (E12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from sqlmodel import Session

from central.api.access import Access
from central.api.goal_schemas import GoalAct, GoalRecordShown, GoalShown, SubjectShown, ValueShown
from central.api.indicator_schemas import (
    FrameNodeShown,
    IndicatorShown,
    SectorShown,
    SetInFrame,
    SetLeafShown,
    SetShown,
)
from central.api.schemas import Text
from central.api.views.seats import granted
from central.domain import Subject
from central.domain import Text as Words
from central.scoring.frames import in_frame
from central.scoring.goal import Goal, reached, unit_above
from central.scoring.goal_document import DRAFT, PROPOSED, GoalRecord, GoalVersion
from central.scoring.indicator import FrameName, Indicator, IndicatorSet, Value, WeighedLeaf
from central.scoring.library import Sector
from central.scoring.sets import SetVersion
from central.store.read_seats import unit_of
from central.store.tables import Project

_LINE = frozenset({"dept_head", "section"})  # who may be somebody's line manager


def sees_goal(session: Session, access: Access, goal: Goal, by_id: Mapping[str, Goal]) -> bool:
    """Goals of the district and of units are seen by all who may read goals, a project's by who may read the project.

    A post's (E12): by the person, the line manager (head or section of the unit), and who administers people.
    """
    match goal.subject.kind:
        case "project":
            return _reaches_project(session, access, goal.subject.id)
        case "person":
            own = access.username in (goal.subject.id, goal.owner)
            return own or _manages(access, unit_above(goal, by_id))
    return True


def moves_goal(session: Session, access: Access, goal: Goal, by_id: Mapping[str, Goal]) -> bool:
    """Whether the caller's grants reach the place of a goal, to write it."""
    if access.everywhere:
        return True
    match goal.subject.kind:
        case "project":
            return _reaches_project(session, access, goal.subject.id)
        case "unit":
            return _of_unit(access, goal.subject.id)
        case "person":
            return _of_unit(access, unit_above(goal, by_id))
    return False


def decides_goal(session: Session, access: Access, goal: Goal, by_id: Mapping[str, Goal]) -> bool:
    """The same, to approve it: goals of the district and of units only by who has the whole district, for a unit does
    not approve what it is assessed by; a post's only within its unit, where it is seen."""
    if goal.subject.kind == "person":
        return _of_unit(access, unit_above(goal, by_id))
    return access.everywhere or (goal.level > 2 and moves_goal(session, access, goal, by_id))


def reads_set(session: Session, access: Access, subject: Subject, *, now_ms: int) -> bool:
    """Whether the caller may see what somebody is scored by: a person's set as a post's goals are (E12)."""
    if subject.kind == "person":
        unit = unit_of(session.connection(), subject, at_ms=now_ms) or ""
        return access.username == subject.id or _manages(access, unit)
    return _reaches(session, access, subject)


def moves_set(session: Session, access: Access, subject: Subject, *, now_ms: int) -> bool:
    """Whether the caller may propose a set; for a person another of the same unit does."""
    if subject.kind == "person":
        unit = unit_of(session.connection(), subject, at_ms=now_ms) or ""
        return access.username != subject.id and _of_unit(access, unit)
    return _reaches(session, access, subject)


def decides_set(session: Session, access: Access, subject: Subject, *, now_ms: int) -> bool:
    """Whether the caller may decide on a set: a unit's only from outside the unit."""
    if subject.kind == "unit":
        return access.everywhere
    return moves_set(session, access, subject, now_ms=now_ms)


def _reaches(session: Session, access: Access, subject: Subject) -> bool:
    if access.everywhere:
        return True
    match subject.kind:
        case "project":
            return _reaches_project(session, access, subject.id)
        case "unit":
            return _of_unit(access, subject.id)
    return False


def _reaches_project(session: Session, access: Access, project_id: str) -> bool:
    project = session.get(Project, project_id)
    return project is not None and access.sees(project)


def _of_unit(access: Access, unit: str) -> bool:
    return bool(unit) and any(grant.kind == "unit" and grant.scope == unit for grant in access.grants)


def _manages(access: Access, unit: str) -> bool:
    head = any(grant.kind == "unit" and grant.scope == unit and grant.role in _LINE for grant in access.grants if unit)
    return head or any(grant.role == "admin" and grant.kind == "district" for grant in access.grants)


# --- shown -----------------------------------------------------------------------------------------------------------


def words(text: Words) -> Text:
    """A text as it is answered."""
    return Text(zh=text.zh, en=text.en)


def goal_acts(session: Session, access: Access, version: GoalVersion, by_id: Mapping[str, Goal]) -> list[GoalAct]:
    """What the caller may do to a version now, of the newest: nobody decides what he wrote, proposed or answers for."""
    goal, me, found = version.goal, access.username, list[GoalAct]()
    if moves_goal(session, granted(access, "plan_goals"), goal, by_id):
        found.append("write")
        if version.state == DRAFT:
            found.append("propose")
        if version.state == PROPOSED and version.by == me:
            found.append("withdraw")
    own = me in (version.author, version.by, goal.owner, goal.subject.id)
    if version.state == PROPOSED and not own and decides_goal(session, granted(access, "approve_goals"), goal, by_id):
        found.append("decide")
    return found


def goal_shown(version: GoalVersion, acts: Sequence[GoalAct] = ()) -> GoalShown:
    """A version of a goal, with what the caller may do to it: nothing, to one that is past."""
    goal = version.goal
    return GoalShown(
        id=goal.id,
        version=goal.version,
        year=goal.year,
        level=goal.level,
        parent=goal.parent,
        owner=goal.owner,
        subject=SubjectShown(kind=goal.subject.kind, id=goal.subject.id),
        text=words(goal.text),
        target=goal.target,
        unit=goal.unit,
        baseline=goal.baseline,
        start=goal.start,
        due=goal.due,
        weight=goal.weight,
        indicator=goal.indicator,
        direction=goal.direction,
        follows=goal.follows,
        justification=goal.justification,
        ended=goal.ended,
        state=_state(version.state),
        author=version.author,
        decided_by=version.by if version.state in ("approved", "returned") else "",
        remark=version.remark,
        since=version.since,
        acts=list(acts),
    )


def _state(state: str) -> Literal["draft", "proposed", "approved", "returned", "withdrawn"]:
    known: tuple[Literal["draft", "proposed", "approved", "returned", "withdrawn"], ...]
    known = ("draft", "proposed", "approved", "returned", "withdrawn")
    return next(one for one in known if one == state)


def record_shown(goal: Goal, record: GoalRecord) -> GoalRecordShown:
    """What was noted of a goal, judged by the target it has."""
    found = reached(goal, record.value)
    return GoalRecordShown(
        id=record.id,
        period=record.period,
        value=value_shown(record.value),
        met=found.met,
        reason=words(found.reason),
        noted_by=record.noted_by,
    )


def value_shown(value: Value) -> ValueShown:
    """A value with what is behind it."""
    return ValueShown(
        value=value.value,
        state=value.state,
        n=value.n,
        low=value.low,
        high=value.high,
        refs=list(value.refs),
        version=value.version,
        note=None if value.note is None else words(value.note),
    )


def indicator_shown(one: Indicator, *, above: str = "", open_target: bool = False) -> IndicatorShown:
    """A version of an indicator."""
    return IndicatorShown(
        id=one.id,
        version=one.version,
        name=words(one.name),
        kind=one.kind,
        target=None if open_target else one.target,
        unit=one.unit,
        digits=one.digits,
        formula=words(one.formula),
        source=one.source,
        level=one.level,
        above=above,
        frames=dict(one.frames),
        basis=one.basis,
        verification=one.verification,
        owner=one.owner,
    )


def sector_shown(sector: Sector) -> SectorShown:
    """A sector with its indicators."""
    return SectorShown(
        id=sector.id,
        version=sector.version,
        name=words(sector.name),
        work_types=list(sector.work_types),
        basis=sector.basis,
        indicators=[
            indicator_shown(one, above=sector.above.get(one.id, ""), open_target=one.id in sector.open_targets)
            for one in sector.indicators
        ],
    )


def set_shown(version: SetVersion, *, in_force: bool) -> SetShown:
    """A version of a set."""
    found = version.set
    return SetShown(
        subject=SubjectShown(kind=version.subject.kind, id=version.subject.id),
        version=found.version,
        name=words(found.name),
        sector=found.sector,
        frame=found.frame,
        basis=found.basis,
        consistency_ratio=found.consistency_ratio,
        since=version.since,
        state=_set_state(version.state),
        in_force=in_force,
        reason=version.reason,
        proposed_by=version.proposed_by,
        decided_by=version.decided_by,
        remark=version.remark,
        leaves=_leaves(found.leaves),
    )


def frame_shown(found: IndicatorSet, frame: FrameName) -> SetInFrame:
    """A set through a frame."""
    return SetInFrame(
        frame=frame,
        version=found.version,
        nodes=[
            FrameNodeShown(
                id=one.node.id,
                name=words(one.node.name),
                weight=one.weight,
                share=one.share,
                leaves=_leaves(one.leaves),
            )
            for one in in_frame(found, frame)
        ],
    )


def _leaves(leaves: Sequence[WeighedLeaf]) -> list[SetLeafShown]:
    return [
        SetLeafShown(
            indicator=indicator_shown(leaf.indicator), weight=leaf.weight, judged=leaf.judged, reason=leaf.reason
        )
        for leaf in leaves
    ]


def _set_state(state: str) -> Literal["proposed", "approved", "refused", "withdrawn"]:
    known: tuple[Literal["proposed", "approved", "refused", "withdrawn"], ...]
    known = ("proposed", "approved", "refused", "withdrawn")
    return next(one for one in known if one == state)
