"""Cases as pages show them: how far people are, what the caller may do, who was told, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from central.api.access import Access
from central.api.case_brief import CaseBrief
from central.api.mending_schemas import CaseDetail, CauseShown, ClockShown, ToldPerson
from central.api.schemas import Text
from central.api.views.receipts import case_receipts
from central.api.views.rectifications import measure_shown
from central.api.views.seats import actor_on
from central.api.views.timeline import event_shown, seat_word, text_of
from central.api.views.words import instant
from central.mending.case import Case
from central.mending.causes import CAUSES, Cause, advice, likely
from central.mending.clocks import clocks, running
from central.mending.offered import offered
from central.mending.who import APPROVERS, Actor
from central.mending.words import SEAT_WORDS, STATE_WORDS
from central.store.instants import from_ms
from central.store.read_measures import names_of
from central.store.read_mended import case_events, deliveries, lives_of_case, load_cases, precedents, told_of, told_to
from central.store.tables import Project


def briefs(
    connection: Connection, cases: dict[int, int], *, access: Access, projects: dict[str, Project], now_ms: int
) -> dict[int, CaseBrief]:
    """The case of each warning, by warning; `cases` gives its number."""
    found = {case.id: case for case in load_cases(connection, sorted(set(cases.values())))}
    waiting = told_to(connection, access.username, sorted(found))
    actors = {name: actor_on(access, project) for name, project in projects.items()}
    return {
        warning: brief_of(found[case], actors[found[case].project], waiting=case in waiting, now_ms=now_ms)
        for warning, case in cases.items()
        if case in found
    }


def brief_of(case: Case, actor: Actor, *, waiting: bool, now_ms: int) -> CaseBrief:
    """How far people are with a case, and what this one may do."""
    clock = running(case)
    measure = case.rectification
    return CaseBrief(
        id=str(case.id),
        number=number_of(case),
        state=case.state,
        facts=case.facts,
        peak=case.peak,
        reopened=case.reopened,
        opened_at=from_ms(case.opened_ms),
        acknowledged_at=instant(case.acknowledged_ms),
        ended_at=instant(case.ended_ms),
        clock=clock.kind if clock else None,
        due_at=instant(clock.due_ms) if clock else None,
        overdue=clock is not None and clock.late(now_ms),
        rectification=str(measure.id) if measure else None,
        responsible=measure.person if measure else None,
        cause=case.cause or None,
        department=case.department or None,
        coordinated_at=instant(case.coordinated_ms),
        acts=list(offered(case, actor, waiting=waiting)),
        version=case.version,
    )


def number_of(case: Case) -> str:
    """What people call a case: the year it was opened in, and its number."""
    return f"W-{from_ms(case.opened_ms).year}-{case.id:04d}"


def detail_shown(connection: Connection, case: Case, *, access: Access, project: Project, now_ms: int) -> CaseDetail:
    """Everything about one case."""
    actor = actor_on(access, project)
    told = told_of(connection, case.id)
    delivered = deliveries(connection, case.id)
    events = case_events(connection, case.id)
    names = names_of(connection, sorted({row.person for row in told} | {row.actor for row in events}))
    waiting = case.id in told_to(connection, access.username, [case.id])
    measure = case.rectification
    first = [case.cause] if case.cause else []
    return CaseDetail(
        case=brief_of(case, actor, waiting=waiting, now_ms=now_ms),
        word=text_of(STATE_WORDS[case.state]),
        lives=[str(warning) for warning in lives_of_case(connection, case.id)],
        told=[_told(row, names, delivered.get((row.person, row.level))) for row in told],
        receipts=case_receipts(connection, case.id),
        clocks=[
            ClockShown(
                kind=clock.kind,
                started_at=from_ms(clock.started_ms),
                due_at=from_ms(clock.due_ms),
                done_at=instant(clock.done_ms),
                late=clock.late(now_ms),
            )
            for clock in clocks(case)
        ],
        timeline=[event_shown(row, names) for row in events],
        rectification=measure_shown(connection, measure.id, access=access, now_ms=now_ms) if measure else None,
        causes=causes_shown(connection, case.rule, first=first),
        approvers=[text_of(SEAT_WORDS[seat]) for seat in sorted(APPROVERS[case.peak])],
    )


def causes_shown(connection: Connection, rule: str | None, *, first: Sequence[str] = ()) -> list[CauseShown]:
    """The taxonomy with advice: the given codes first, then those that are likely for the rule."""
    ordered = likely(rule) if rule else CAUSES
    ordered = (*(c for c in ordered if c.code in first), *(c for c in ordered if c.code not in first))
    taken = precedents(connection, [cause.code for cause in CAUSES])
    return [_cause(cause, taken[cause.code]) for cause in ordered]


def _told(row: Row[Any], names: dict[str, str], delivery: str | None) -> ToldPerson:
    return ToldPerson(
        person=row.person,
        name=names.get(row.person, row.person),
        seat=row.seat,
        seat_word=seat_word(row.seat) or Text(zh=row.seat, en=row.seat),
        level=row.level,
        round=row.nth,
        at=from_ms(row.at),
        delivery=delivery,
        acknowledged_at=instant(row.acknowledged_at),
    )


def _cause(cause: Cause, taken: Sequence[tuple[int, int]]) -> CauseShown:
    found = advice(cause.code, taken)
    return CauseShown(
        code=cause.code,
        parent=cause.parent or None,
        name=text_of(cause.name),
        measure=text_of(cause.measure),
        seat=cause.seat,
        seat_word=text_of(SEAT_WORDS[cause.seat]),
        department=cause.department or None,
        days=found.days,
        measured=found.measured,
        precedents=[str(case) for case in found.precedents],
    )
