"""Warnings as the page shows them: names instead of ids, a sentence instead of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from sqlmodel import Session

from central import domain
from central.api.access import Access
from central.api.case_brief import CaseBrief
from central.api.errors import absent
from central.api.mending_schemas import Inbox, InboxCounts
from central.api.schemas import Level, SubjectKind, SubjectName, Text
from central.api.views.cases import briefs
from central.api.views.seats import reach
from central.api.views.words import instant, name_of, named, refs_of
from central.api.warning_schemas import PlanWarning, WarningEvent, WarningList
from central.mending.clocks import DAY_MS
from central.rules.sentence import RULE_NAMES, Said, line_name, sentence
from central.store import tables
from central.store.instants import from_ms
from central.store.read_inbox import InboxFilter, inbox_count, inbox_counts, inbox_page
from central.store.read_mended import cases_of_warnings
from central.store.read_warnings import (
    Told,
    Wanted,
    count_warnings,
    told_warning,
    told_warnings,
    told_warnings_of,
)

State = Literal["open", "closed", "withdrawn"]
_STATES = {"open": ("open",), "closed": ("closed",), "all": ("open", "closed", "withdrawn")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list; `now_ms` is the wall's, clocks are shown by it."""

    now_ms: int
    limit: int
    offset: int = 0


def warnings_of(
    session: Session, *, access: Access, project: str | None, state: str, levels: Sequence[Level], page: Page
) -> WarningList:
    """Warnings of the caller's scope: open before closed, heaviest first, then newest; `total` counts all."""
    wanted = Wanted(within=reach(access), project=project, states=_STATES[state], levels=levels)
    told = told_warnings(session, wanted, limit=page.limit, offset=page.offset)
    shown = _shown(session, told, access=access, now_ms=page.now_ms)
    return WarningList(total=count_warnings(session, wanted), warnings=shown)


def warning_of(session: Session, warning_id: int, *, access: Access, now_ms: int) -> PlanWarning:
    """One warning."""
    told = told_warning(session, warning_id)
    if told is None:
        raise absent("warning", str(warning_id))
    return _shown(session, [told], access=access, now_ms=now_ms)[0]


def inbox_of(session: Session, wanted: InboxFilter, *, access: Access, sort: str, limit: int, offset: int) -> Inbox:
    """A page of what people work on, each case by its newest warning, in the order asked for."""
    connection = session.connection()
    rows = inbox_page(connection, wanted, sort=sort, limit=limit, offset=offset)
    by_id = {one.warning.id: one for one in told_warnings_of(session, [row.warning for row in rows])}
    told = [by_id[row.warning] for row in rows]
    shown = _shown(session, told, access=access, now_ms=wanted.now_ms)
    return Inbox(total=inbox_count(connection, wanted), warnings=shown)


def counts_of(session: Session, wanted: InboxFilter) -> InboxCounts:
    """The figures beside the desk's filters, all within the filter's scope."""
    week_ms = wanted.now_ms - 7 * DAY_MS
    asked = {mine: replace(wanted, mine=mine) for mine in ("ack", "measure", "verify", "told")}
    asked |= {level: replace(wanted, levels=(level,)) for level in ("red", "yellow", "blue")}
    asked |= {
        "active": wanted,
        "overdue": replace(wanted, overdue=True),
        "insufficient": replace(wanted, rules=("evidence",)),
        "closed_this_week": replace(wanted, states=("closed",), ended_since_ms=week_ms),
        "false_alarms": replace(wanted, states=("false_alarm",)),
    }
    return InboxCounts(**inbox_counts(session.connection(), asked))


def subject_of(told: Told) -> SubjectName:
    """What a warning is about; a camera or gateway is named by its id."""
    warning = told.warning
    kind = cast(SubjectKind, warning.subject_kind)
    row = told.building if kind == "building" else told.project if kind == "project" else None
    plain = line_name(warning.subject) if kind == "line" else domain.Text(zh=warning.subject, en=warning.subject)
    name = name_of(row) if row else Text(zh=plain.zh, en=plain.en)
    return SubjectName(kind=kind, id=warning.subject, name=name)


def without_case(told: Told) -> PlanWarning:
    """One warning as the facts say it, without what people do about it."""
    return _warning(told, None)


def _shown(session: Session, told: Sequence[Told], *, access: Access, now_ms: int) -> list[PlanWarning]:
    connection = session.connection()
    cases = cases_of_warnings(connection, [one.warning.id for one in told if one.warning.id is not None])
    projects = {one.project.id: one.project for one in told}
    found = briefs(connection, cases, access=access, projects=projects, now_ms=now_ms)
    return [_warning(one, found.get(one.warning.id or 0)) for one in told]


def _warning(told: Told, case: CaseBrief | None) -> PlanWarning:
    row = told.warning
    subject = subject_of(told)
    return PlanWarning(
        id=str(row.id),
        rule=row.rule,
        rule_name=_rule_name(row.rule),
        rule_version=row.rule_version,
        subject=subject,
        project=named(told.project),
        level=cast(Level, row.level),
        state=cast(State, row.state),
        raised_at=from_ms(row.raised_at),
        changed_at=from_ms(row.changed_at),
        closed_at=instant(row.closed_at),
        value=row.value,
        threshold=row.threshold,
        unit=row.unit,
        basis=row.basis,
        capped=row.capped,
        historical=row.historical,
        text=_sentence(told, subject.name),
        refs=refs_of(row.refs),
        history=[_event(event) for event in told.events],
        case=case,
    )


def _sentence(told: Told, name: Text) -> Text:
    row, then = told.warning, told.deviation
    found = sentence(
        Said(
            rule=row.rule,
            name=domain.Text(zh=name.zh, en=name.en),
            level=None if row.state == "closed" else cast(Level, row.level),
            value=row.value,
            threshold=row.threshold,
            unit=row.unit,
            capped=row.capped,
            basis=row.basis,
            gap_bp=then.gap_bp if then else None,
            lag_cdays=then.lag_cdays if then else None,
        )
    )
    return Text(zh=found.zh, en=found.en)


def _rule_name(rule: str) -> Text:
    found = RULE_NAMES.get(rule)
    return Text(zh=found.zh, en=found.en) if found else Text(zh=rule, en=rule)


def _event(row: tables.WarningEvent) -> WarningEvent:
    return WarningEvent.model_validate(
        {"at": from_ms(row.at), "event": row.event, "level": row.level, "value": row.value}
    )
