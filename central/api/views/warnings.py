"""Warnings as the page shows them: names instead of ids, a sentence instead of figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from sqlmodel import Session

from central import domain
from central.api.access import Access
from central.api.errors import absent
from central.api.schemas import Level, PlanWarning, SubjectKind, SubjectName, Text, WarningEvent, WarningList
from central.api.views.words import instant, name_of, named, refs_of
from central.rules.sentence import RULE_NAMES, Said, sentence
from central.store import tables
from central.store.instants import from_ms
from central.store.read_warnings import Told, told_warning, told_warnings

State = Literal["open", "closed", "withdrawn"]
_WEIGHT = {"red": 0, "yellow": 1, "blue": 2}
_STATES = {"open": ("open",), "closed": ("closed",), "all": ("open", "closed", "withdrawn")}


def warnings_of(
    session: Session, *, access: Access, project: str | None, state: str, levels: Sequence[Level]
) -> WarningList:
    """Warnings of the caller's scope: open before closed, heaviest first, then newest."""
    told = told_warnings(session, project=project, states=_STATES[state], levels=levels)
    visible = [one for one in told if access.sees(one.project)]
    visible.sort(key=lambda one: (one.warning.state != "open", _WEIGHT[one.warning.level]))
    return WarningList(total=len(visible), warnings=[_warning(one) for one in visible])


def warning_of(session: Session, warning_id: int) -> PlanWarning:
    """One warning."""
    told = told_warning(session, warning_id)
    if told is None:
        raise absent("warning", str(warning_id))
    return _warning(told)


def subject_of(told: Told) -> SubjectName:
    """What a warning is about; a camera or gateway is named by its id."""
    warning = told.warning
    kind = cast(SubjectKind, warning.subject_kind)
    row = told.building if kind == "building" else told.project if kind == "project" else None
    name = name_of(row) if row else Text(zh=warning.subject, en=warning.subject)
    return SubjectName(kind=kind, id=warning.subject, name=name)


def _warning(told: Told) -> PlanWarning:
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
        capped=row.capped,
        historical=row.historical,
        text=_sentence(told, subject.name),
        refs=refs_of(row.refs),
        history=[_event(event) for event in told.events],
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
