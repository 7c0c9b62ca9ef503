"""Makes and freezes reports: what the API's views answer becomes a document, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row
from sqlmodel import Session

from central.api.access import Access
from central.api.policy import Grant
from central.api.schemas import Still
from central.api.views.bulletin import bulletin_shown
from central.api.views.cases import causes_shown, detail_shown
from central.api.views.curve import curve_of
from central.api.views.faces import faces_of
from central.api.views.money import disbursement_of, money_of
from central.api.views.projects import project_of
from central.api.views.readings import still
from central.api.views.warnings import Page, warning_of, warnings_of
from central.api.warning_schemas import PlanWarning
from central.errors import CentralError, UnknownThing
from central.quality.counting import next_month, total_of
from central.quality.score import Counted, quality_score
from central.report.bulletin import items_of, quality
from central.report.document import Document, Kind
from central.report.execution import Executed, Thresholds, over
from central.report.periodical import Period, monthly, quarterly, rates_in_words
from central.report.risk import PHOTOS_MAX, RiskFacts, risk
from central.report.spelling import local, spelled
from central.report.whitepaper import whitepaper
from central.report.yearly import paper_facts
from central.store.count_quality import count_units, digests_of, freeze_month, frozen
from central.store.instants import district_day, from_ms, to_ms
from central.store.order_mended import draft_measure
from central.store.read_mended import case_of_warning, load_case
from central.store.read_records import kept_records
from central.store.read_reports import (
    begun_by,
    end_of,
    executed_at,
    frozen_report,
    units_of_district,
    warning_count,
)
from central.store.read_standing import standings
from central.store.save_reports import Placed, freeze
from central.store.tables import DeviationRow, Project
from central.store.tell_quality import tell_steward

ACTOR = "system:report"
OF_DISTRICT = ("whitepaper",)
MONTHS = {"monthly": 1, "quality": 1, "quarterly": 3, "whitepaper": 12}
READER = Access(username=ACTOR, name=ACTOR, grants=(Grant(role="auditor", kind="district", scope=""),), expires_at=None)
SETTLED = timedelta(hours=8)  # after its end: by then its last midnight has been judged everywhere
_WARNINGS_MAX = 50
_MONTHS_BACK = 12


class ReportRefused(CentralError):  # noqa: N818
    """A report that cannot be made as it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which report: `about` is a warning's or project's id, a unit's name, or '' for the district; `period` any day of
    the month or quarter (None for risk reports)."""

    kind: Kind
    about: str
    period: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """`now` of the projects (a replay's may differ), `wall_ms` of people."""

    now: datetime
    wall_ms: int


def make(connection: Connection, wanted: Wanted, clocks: Clocks, *, by: str) -> Row[Any]:
    """Make and freeze the report, or give back the one that was made of the same; ReportRefused says why not."""
    if wanted.kind in ("risk_warning", "risk_project"):
        return _risk(connection, wanted, clocks, by=by)
    first, last = _span(wanted, clocks)
    known = frozen_report(connection, kind=wanted.kind, about=wanted.about, period=first)
    if known is not None:
        return known
    if wanted.about and wanted.kind in OF_DISTRICT:
        raise ReportRefused(f"a {wanted.kind} of {wanted.about!r}", where="about", expected="'', the district")
    if wanted.about and wanted.about not in units_of_district(connection):
        raise ReportRefused(f"unit {wanted.about!r}", where="about", expected="a unit that has a project")
    document = _PERIODICAL[wanted.kind](connection, wanted.about, first, last, clocks)
    placed = Placed(unit=wanted.about or None, period=first)
    made = freeze(connection, document, placed, by=by, now_ms=clocks.wall_ms)
    if wanted.kind == "monthly" and not wanted.about:
        draft_measures(connection, executed_at(connection, last), first, by=by, now_ms=clocks.wall_ms)
    return made


def make_due(connection: Connection, *, kind: Kind, clocks: Clocks) -> str:
    """Every report of the kind whose period is over and that was not made: the district's and (but for white papers)
    each unit's. Of a year before the first project began there is no white paper.

    Periods that were missed while nothing ran are made too, from the one after the last made on.
    """
    made, units = 0, units_of_district(connection)
    if not units:
        return "no project yet"
    for first in _due_periods(connection, kind, clocks):
        if kind in OF_DISTRICT and not begun_by(connection, _months_on(first, MONTHS[kind])):
            continue
        for about in ("",) if kind in OF_DISTRICT else ("", *units):
            if frozen_report(connection, kind=kind, about=about, period=first) is None:
                make(connection, Wanted(kind=kind, about=about, period=first), clocks, by=ACTOR)
                made += 1
    return f"{made} reports"


def draft_measures(
    connection: Connection, rows: Sequence[Executed], month: date, *, by: str, now_ms: int
) -> tuple[int, ...]:
    """A draft of a rectification for each project over the threshold; again for the same month changes nothing."""
    thresholds = Thresholds()
    return tuple(
        draft_measure(
            connection,
            origin=f"report/{month:%Y-%m}/{one.project}",
            project=one.project,
            unit=one.unit,
            title=f"{month:%Y年%m月}执行偏差率超过阈值:{spelled(rates_in_words(one, thresholds), 'zh')}",
            by=by,
            wall_ms=now_ms,
        )
        for one in over(rows, thresholds)
    )


def period_before(day: date, kind: Kind) -> date:
    """First day of the last period that is over on a day."""
    months = MONTHS[kind]
    running = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    return _months_on(running, -months)


def _due_periods(connection: Connection, kind: Kind, clocks: Clocks) -> list[date]:
    """The last period that is over, and those before it back to the first that was made."""
    wanted = [period_before(district_day(clocks.now - SETTLED), kind)]
    while len(wanted) < _MONTHS_BACK:
        before = _months_on(wanted[-1], -MONTHS[kind])
        earlier = [_months_on(before, -MONTHS[kind] * step) for step in range(_MONTHS_BACK)]
        known = [one for one in (before, *earlier) if frozen_report(connection, kind=kind, about="", period=one)]
        if not known or known[0] == before:
            break
        wanted.append(before)
    return wanted[::-1]


def _span(wanted: Wanted, clocks: Clocks) -> tuple[date, date]:
    """First and last day of the period, which must be over."""
    if wanted.period is None:
        raise ReportRefused("no period", where="period", expected="a day of the month, quarter or year")
    months = MONTHS[wanted.kind]
    first = wanted.period.replace(day=1, month=(wanted.period.month - 1) // months * months + 1)
    last = _months_on(first, months) - timedelta(days=1)
    ready = end_of(last) + SETTLED
    if clocks.now < ready:
        raise ReportRefused(
            f"period {first} to {last}", where="period", expected=f"one that is over; this one from {local(ready)} on"
        )
    return first, last


def _months_on(first: date, months: int) -> date:
    total = first.year * 12 + first.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)


def _period(connection: Connection, about: str, first: date, last: date) -> Period:
    count = warning_count(connection, first=first, last=last, unit=about or None)
    return Period(
        about=about,
        first=first,
        last=last,
        as_of=end_of(last),
        raised=count.raised,
        closed=count.closed,
        open_at_end=count.open_at_end,
    )


def _monthly(connection: Connection, about: str, first: date, last: date, _clocks: Clocks) -> Document:
    rows = executed_at(connection, last, unit=about or None)
    return monthly(rows, _period(connection, about, first, last), thresholds=Thresholds())


def _quarterly(connection: Connection, about: str, first: date, last: date, clocks: Clocks) -> Document:
    rows = executed_at(connection, last, unit=about or None)
    data = _quarter_quality(connection, first, clocks)
    return quarterly(rows, _period(connection, about, first, last), thresholds=Thresholds(), data=data)


def _quarter_quality(connection: Connection, first: date, clocks: Clocks) -> dict[str, Fraction | None]:
    """Quality of each unit's data over the three months: their counts added, frozen where they are."""
    counts: dict[str, list[Counted]] = {}
    month = first
    for _ in range(3):
        kept = frozen(connection, month)
        of_units = (
            {one.unit: one.counted for one in kept}
            if kept
            else {
                unit: total_of(projects.values())
                for unit, projects in count_units(connection, month, now_ms=to_ms(clocks.now)).items()
            }
        )
        for unit, counted in of_units.items():
            counts.setdefault(unit, []).append(counted)
        month = next_month(month)
    return {unit: quality_score(total_of(found)).total for unit, found in counts.items()}


def _bulletin(connection: Connection, about: str, first: date, last: date, clocks: Clocks) -> Document:
    if not digests_of(connection, first):
        freeze_month(connection, first, now_ms=clocks.wall_ms)
    shown = bulletin_shown(Session(connection), READER, month=first, now=clocks.now)
    for one in shown.units:
        if one.unit == about and (items := items_of(one)) is not None:
            tell_steward(connection, about, first, items, wall_ms=clocks.wall_ms)
    return quality(shown, about=about, as_of=end_of(last))


def _paper(connection: Connection, _about: str, first: date, last: date, _clocks: Clocks) -> Document:
    return whitepaper(paper_facts(connection, first, last))


_PERIODICAL = {"monthly": _monthly, "quarterly": _quarterly, "quality": _bulletin, "whitepaper": _paper}


def _risk(connection: Connection, wanted: Wanted, clocks: Clocks, *, by: str) -> Row[Any]:
    session = Session(connection)
    one = None
    if wanted.kind == "risk_warning":
        if not wanted.about.isascii() or not wanted.about.isdigit() or len(wanted.about) > 18:
            raise UnknownThing(f"warning {wanted.about[:40]!r}", where="about", expected="the number of a warning")
        one = warning_of(session, int(wanted.about), access=READER, now_ms=clocks.wall_ms)
    found = risk_facts(session, one.project.id if one else wanted.about, one, clocks)
    placed = Placed(project=found.project.id, unit=found.project.unit.zh)
    return freeze(connection, risk(found), placed, by=by, now_ms=clocks.wall_ms)


def risk_facts(session: Session, project_id: str, one: PlanWarning | None, clocks: Clocks) -> RiskFacts:
    """What the API answers of a project (and of one warning of it)."""
    connection = session.connection()
    project = project_of(session, project_id, access=READER, now=clocks.now)
    building = one.subject.id if one and one.subject.kind == "building" else None
    warnings = [one] if one else _open_warnings(session, project_id, clocks)
    number = case_of_warning(connection, int(one.id)) if one else None
    case = load_case(connection, number) if number is not None else None
    row = session.get_one(Project, project_id)
    detail = (
        detail_shown(connection, case, access=READER, project=row, now_ms=clocks.wall_ms) if case is not None else None
    )
    heaviest = one or next(iter(warnings), None)
    judged = standings(session, [project_id])[0].deviations
    seen = project.actual_bp is not None
    month = period_before(district_day(project.as_of or clocks.now), "quality")
    shown = bulletin_shown(session, READER, month=month, now=clocks.now) if digests_of(connection, month) else None
    unit = next((u for u in shown.units if u.unit == project.unit.zh), None) if shown else None
    return RiskFacts(
        project=project,
        warnings=tuple(warnings),
        one=one,
        case=detail,
        causes=tuple(detail.causes if detail else causes_shown(connection, heaviest.rule if heaviest else None)),
        curve=curve_of(session, project_id, building_id=building),
        deviation=_judged(judged, building or project_id) if seen else None,
        money=money_of(session, project_id, now=clocks.now),
        advice=disbursement_of(session, project_id, now=clocks.now),
        stills=_stills(session, project_id, one, clocks),
        quality=unit,
        quality_month=f"{month:%Y-%m}" if unit else "",
    )


def _judged(judged: dict[tuple[str, str], DeviationRow], subject: str) -> DeviationRow | None:
    return judged.get(("building", subject)) or judged.get(("project", subject))


def _open_warnings(session: Session, project_id: str, clocks: Clocks) -> list[PlanWarning]:
    page = Page(now_ms=clocks.wall_ms, limit=_WARNINGS_MAX)
    return warnings_of(session, access=READER, project=project_id, state="open", levels=(), page=page).warnings


def _stills(session: Session, project_id: str, one: PlanWarning | None, clocks: Clocks) -> tuple[Still, ...]:
    """Newest first: those of the warning's readings, else the newest of each face of what it is about."""
    if one is not None:
        kept = kept_records(session, one.refs[-400:])
        found = [shown for row in kept.values() if (shown := still(row.still)) is not None]
        if found:
            return _newest(found)
    detail = project_of(session, project_id, access=READER, now=clocks.now)
    only = one.subject.id if one and one.subject.kind == "building" else None
    faces = [
        face
        for building in detail.buildings
        if only in (None, building.id)
        for face in faces_of(session, building.id, now=clocks.now).faces
    ]
    return _newest([face.evidence for face in faces if face.evidence is not None])


def _newest(found: Sequence[Still]) -> tuple[Still, ...]:
    unique = {one.sha256: one for one in found}
    ordered = sorted(unique.values(), key=lambda one: (one.captured_at, one.sha256), reverse=True)
    return tuple(ordered[:PHOTOS_MAX])


def as_of(row: Row[Any]) -> datetime | None:
    """The instant a report's figures are of."""
    return None if row.as_of_at is None else from_ms(row.as_of_at)
