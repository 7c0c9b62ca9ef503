"""Goals: checked as one types them, written, proposed, approved by others, and what they have reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.errors import absent
from central.api.goal_schemas import (
    GoalAct,
    GoalChecked,
    GoalCheckGiven,
    GoalDecisionGiven,
    GoalGiven,
    GoalHistory,
    GoalKeyGiven,
    GoalKeysGiven,
    GoalList,
    GoalNode,
    GoalRecordGiven,
    GoalShown,
    GoalSubject,
    GoalTree,
    GoalVersions,
    QuantityShown,
    VerdictShown,
    Year,
)
from central.api.mending_refusals import RESPONSES
from central.api.refused_acts import recorded
from central.api.services import Db, Given
from central.api.views.goals import decides_goal, goal_acts, goal_shown, moves_goal, record_shown, sees_goal, words
from central.domain import Subject, Text
from central.scoring.goal import Goal, checked_order, done_share, known_share, roll_up
from central.scoring.goal_document import GoalVersion
from central.scoring.indicator import Value
from central.scoring.panel import panel_of, paneled
from central.scoring.refused import ScoringRefused
from central.scoring.smart import smart, understood
from central.scoring.survey import survey_of, surveyed
from central.store.engine import writing
from central.store.instants import district_day, to_ms
from central.store.read_goals import goal_versions, goals_of, records_of
from central.store.save_goals import (
    GoalKey,
    decide_goals,
    note_record,
    propose_goals,
    withdraw_goals,
    write_goal,
)

router = APIRouter(tags=["goals"])
Reader = Annotated[Access, allow("read_goals")]
Author = Annotated[Access, allow("plan_goals")]
Approver = Annotated[Access, allow("approve_goals")]
GoalId = Annotated[str, Path(max_length=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
PAGE_MAX = 200
_Reaches = Callable[[Session, Access, Goal, Mapping[str, Goal]], bool]


@router.post("/goals/check", operation_id="checkGoal", response_model=GoalChecked)
def post_check(given: GoalCheckGiven, access: Author) -> GoalChecked:
    """Five verdicts on a goal as one types it, and what was understood of it; nothing is stored."""
    fields = given.model_dump(exclude={"text", "year", "start"})
    verdicts = smart(given.text, year=given.year, start=given.start, **fields)
    said = understood(given.text, year=given.year, start=given.start)
    return GoalChecked(
        verdicts=[VerdictShown(letter=one.letter, state=one.state, reason=words(one.reason)) for one in verdicts],
        quantities=[
            QuantityShown(value=one.value, unit=one.unit, sign=one.sign, change=one.change, words=one.words)
            for one in said.quantities
        ],
        start=said.time.start,
        due=said.time.due,
        time_words=said.time.words,
    )


@router.get("/goals", operation_id="listGoals", response_model=GoalList)
def get_goals(
    access: Reader,
    session: Db,
    *,
    year: Annotated[Year | None, Query()] = None,
    level: Annotated[int | None, Query(ge=1, le=4)] = None,
    kind: Annotated[GoalSubject | None, Query()] = None,
    subject: Annotated[str, Query(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    state: Annotated[str, Query(pattern=r"^(draft|proposed|approved|returned|withdrawn)?$")] = "",
    after: Annotated[str, Query(max_length=63, pattern=r"^[A-Za-z0-9._-]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> GoalList:
    """Goals that the caller may see, each in its newest version, by id; those of one subject by its kind and id."""
    versions = goal_versions(session.connection(), year=year)
    newest = {version.goal.id: version for version in versions}
    by_id = {goal: version.goal for goal, version in newest.items()}
    found = [
        version
        for goal, version in sorted(newest.items())
        if goal > after
        and (level is None or version.goal.level == level)
        and (kind is None or version.goal.subject.kind == kind)
        and (not subject or version.goal.subject.id == subject)
        and (not state or version.state == state)
        and sees_goal(session, access, version.goal, by_id)
    ]
    page = found[:limit]
    return GoalList(
        goals=[goal_shown(version, goal_acts(session, access, version, by_id)) for version in page],
        next=page[-1].goal.id if len(found) > limit else None,
    )


@router.get("/goal-tree", operation_id="getGoalTree", response_model=GoalTree)
def get_tree(access: Reader, services: Given, session: Db, year: Annotated[Year | None, Query()] = None) -> GoalTree:
    """The goals of a year that are in force (this one's unless told) with what is reached, rolled up by weight."""
    connection = session.connection()
    wanted = year or district_day(services.wall()).year
    goals = checked_order(goals_of(connection, year=wanted))
    by_id = {goal.id: goal for goal in goals}
    stored = goal_versions(connection, year=wanted)
    versions = {(one.goal.id, one.goal.version): one for one in stored}
    newest = {one.goal.id: one.goal.version for one in stored}

    def offered(one: GoalVersion) -> list[GoalAct]:
        return goal_acts(session, access, one, by_id) if newest[one.goal.id] == one.goal.version else []

    noted = records_of(connection, goals=list(by_id))
    done = {
        goal: done_share(by_id[goal], records[-1].value.value)
        for goal, records in noted.items()
        if records[-1].value.value is not None and records[-1].value.state != "too_few"
    }
    shares, known = roll_up(goals, done), known_share(goals, done)
    seen = {goal.id for goal in goals if sees_goal(session, access, goal, by_id)}
    return GoalTree(
        year=wanted,
        goals=[
            GoalNode(
                goal=goal_shown(now := versions[goal.id, goal.version], offered(now)),
                share=shares[goal.id],
                known=known[goal.id],
                hidden=sum(1 for one in goals if one.parent == goal.id and one.id not in seen),
            )
            for goal in goals
            if goal.id in seen
        ],
    )


@router.get("/goals/{goal}", operation_id="getGoal", response_model=GoalHistory)
def get_goal(goal: GoalId, access: Reader, session: Db) -> GoalHistory:
    """A goal in all its versions, with what was noted of it."""
    connection = session.connection()
    versions = goal_versions(connection, goal=goal)
    if not versions or not _seen(session, access, versions[-1].goal):
        raise absent("goal", goal)
    records = records_of(connection, goals=[goal]).get(goal, ())
    by_version = {version.goal.version: version.goal for version in versions}
    return GoalHistory(
        versions=_history_shown(session, access, versions),
        records=[record_shown(by_version[record.version], record) for record in records],
    )


@router.put("/goals/{goal}", operation_id="writeGoal", response_model=GoalShown, responses=RESPONSES)
def put_goal(goal: GoalId, given: GoalGiven, access: Author, services: Given) -> GoalShown:
    """Write the next version of a goal, as a draft: nothing is in force before it was proposed and approved."""
    subject = Subject(kind=given.subject.kind, id=given.subject.id)
    fields = given.model_dump(exclude={"base_version", "subject", "text"})
    text = Text(zh=given.text.zh, en=given.text.en or given.text.zh)
    written = Goal(id=goal, subject=subject, text=text, **fields)
    with (
        recorded(services, access, action="goal.write", object_=f"goal/{goal}"),
        writing(services.engine) as connection,
    ):
        session = Session(connection)
        stored = goal_versions(connection, goal=goal)
        for one in (written, *(version.goal for version in stored[-1:])):
            _check_reach(session, connection, access, one, reaches=moves_goal)
        by, now_ms = access.username, to_ms(services.wall())
        made = write_goal(connection, written, base_version=given.base_version, by=by, now_ms=now_ms)
        return _now_shown(session, access, made)


@router.post("/goal-proposals", operation_id="proposeGoals", response_model=GoalVersions, responses=RESPONSES)
def post_proposal(given: GoalKeysGiven, access: Author, services: Given) -> GoalVersions:
    """Hand drafts in for approval: all five of SMART hold or are justified, somebody answers for each."""
    keys = _keys(given.goals)
    with (
        recorded(services, access, action="goal.propose", object_=_named(keys)),
        writing(services.engine) as connection,
    ):
        _check_all(connection, access, keys, reaches=moves_goal)
        changed = propose_goals(connection, keys, by=access.username, now_ms=to_ms(services.wall()))
        return _all_shown(connection, access, changed)


@router.post("/goal-withdrawals", operation_id="withdrawGoals", response_model=GoalVersions, responses=RESPONSES)
def post_withdrawal(given: GoalKeysGiven, access: Author, services: Given) -> GoalVersions:
    """Take one's own proposals back while they wait."""
    keys = _keys(given.goals)
    with (
        recorded(services, access, action="goal.withdraw", object_=_named(keys)),
        writing(services.engine) as connection,
    ):
        _check_all(connection, access, keys, reaches=moves_goal)
        changed = withdraw_goals(connection, keys, by=access.username, now_ms=to_ms(services.wall()))
        return _all_shown(connection, access, changed)


@router.post("/goal-decisions", operation_id="decideGoals", response_model=GoalVersions, responses=RESPONSES)
def post_decision(given: GoalDecisionGiven, access: Approver, services: Given) -> GoalVersions:
    """Approve or return proposals together; with them the year's goals must be a tree whose sibling weights sum to 1.

    Never by who wrote, proposed or answers for one of them.
    """
    keys = _keys(given.goals)
    with recorded(services, access, action="goal.decide", object_=_named(keys)), writing(services.engine) as connection:
        _check_all(connection, access, keys, reaches=decides_goal)
        by, now_ms = access.username, to_ms(services.wall())
        changed = decide_goals(connection, keys, approve=given.approve, remark=given.remark, by=by, now_ms=now_ms)
        return _all_shown(connection, access, changed)


@router.post(
    "/goals/{goal}/records",
    operation_id="noteGoalRecord",
    status_code=201,
    response_model=GoalHistory,
    responses=RESPONSES,
)
def post_record(goal: GoalId, given: GoalRecordGiven, access: Author, services: Given) -> GoalHistory:
    """Note what a goal has reached in a period; what is measured nobody types."""
    with (
        recorded(services, access, action="goal.record", object_=f"goal/{goal}"),
        writing(services.engine) as connection,
    ):
        session = Session(connection)
        versions = goal_versions(connection, goal=goal)
        if not versions:
            raise absent("goal", goal)
        _check_reach(session, connection, access, versions[-1].goal, reaches=moves_goal)
        value = _value(versions[-1].goal, given)
        note_record(connection, goal, given.period, value, by=access.username, now_ms=to_ms(services.wall()))
        by_version = {version.goal.version: version.goal for version in versions}
        records = records_of(connection, goals=[goal])[goal]
        return GoalHistory(
            versions=_history_shown(session, access, versions),
            records=[record_shown(by_version[record.version], record) for record in records],
        )


def _value(goal: Goal, given: GoalRecordGiven) -> Value:
    refs = tuple(given.refs)
    if given.survey is not None and given.value is None and given.panel is None:
        found = survey_of(n=given.survey.n, satisfied=given.survey.satisfied)
        return surveyed(goal.indicator, found, refs=refs)
    if given.panel is not None and given.value is None and given.survey is None:
        return paneled(goal.indicator, panel_of(given.panel), refs=refs)
    if given.value is not None and given.survey is None and given.panel is None:
        return Value(indicator=goal.indicator, value=given.value, state="entered", refs=refs)
    raise ScoringRefused(
        "missing",
        Text(zh="没有或多于一种取值", en="no value, or more than one"),
        where="value",
        expected=Text(zh="数值、问卷、专家打分三者之一", en="one of a value, a survey and a panel"),
    )


def _keys(given: Sequence[GoalKeyGiven]) -> list[GoalKey]:
    return [GoalKey(id=one.id, version=one.version) for one in given]


def _named(keys: Sequence[GoalKey]) -> str:
    return f"goal/{','.join(sorted({key.id for key in keys}))}"[:200]


def _check_all(connection: Connection, access: Access, keys: Sequence[GoalKey], *, reaches: _Reaches) -> None:
    session = Session(connection)
    for key in sorted(set(keys)):
        versions = goal_versions(connection, goal=key.id)
        if not versions:
            raise absent("goal", key.id)
        _check_reach(session, connection, access, versions[-1].goal, reaches=reaches)


def _check_reach(session: Session, connection: Connection, access: Access, goal: Goal, *, reaches: _Reaches) -> None:
    if not reaches(session, access, goal, _around(connection, goal)):
        raise absent("goal", goal.id)


def _seen(session: Session, access: Access, goal: Goal) -> bool:
    return sees_goal(session, access, goal, _around(session.connection(), goal))


def _around(connection: Connection, goal: Goal) -> dict[str, Goal]:
    """The goals above one by id, in their newest versions; what is not a person's needs none."""
    found = {goal.id: goal}
    if goal.subject.kind != "person":
        return found
    parent = goal.parent
    while parent is not None and parent not in found:
        versions = goal_versions(connection, goal=parent)
        if not versions:
            break
        found[parent] = versions[-1].goal
        parent = versions[-1].goal.parent
    return found


def _now_shown(session: Session, access: Access, version: GoalVersion) -> GoalShown:
    around = _around(session.connection(), version.goal)
    return goal_shown(version, goal_acts(session, access, version, around))


def _history_shown(session: Session, access: Access, versions: Sequence[GoalVersion]) -> list[GoalShown]:
    *past, now = versions
    return [*map(goal_shown, past), _now_shown(session, access, now)]


def _all_shown(connection: Connection, access: Access, versions: Sequence[GoalVersion]) -> GoalVersions:
    session = Session(connection)
    return GoalVersions(goals=[_now_shown(session, access, version) for version in versions])
