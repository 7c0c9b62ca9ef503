"""What is measured, score sheets, outcomes before and after, and roll-up from the district to budget lines."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from central.api.access import Access, allow
from central.api.errors import InvalidError, absent
from central.api.services import Db, Given
from central.api.sheet_schemas import (
    MeasureList,
    OutcomeShown,
    PeriodName,
    RollupShown,
    SheetKind,
    SheetList,
    SheetShown,
    SubjectId,
    SubjectKind,
    ValueForm,
)
from central.api.views.seats import visible_projects
from central.api.views.sheets import (
    brief_shown,
    field_shown,
    measure_shown,
    node_shown,
    outcome_shown,
    seen_sheets,
    sheet_shown,
)
from central.api.views.subjects import check_sheet, check_subject
from central.domain import Subject, Text
from central.scoring.facts import Span
from central.scoring.period import period_of
from central.scoring.rollup import Figures, children_of, path_to, summed
from central.scoring.sources import SOURCES
from central.store.engine import writing
from central.store.instants import district_day, to_ms
from central.store.read_honesty import honesty_of
from central.store.read_indicators import set_in_force
from central.store.read_outcomes import Asked, known_codes, outcome_of, satisfaction_of, unit_of_change
from central.store.read_rollup import ROOT, Wanted, rolled
from central.store.read_sheets import brief_of, briefs_after, sheet
from central.store.read_sources import projects_of
from central.store.save_sheets import prefilled

router = APIRouter(tags=["sheets"])
Reader = Annotated[Access, allow("read_scores")]
Money = Annotated[Access, allow("read_money")]
Days = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
Key = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
NodeId = Annotated[str, Query(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
Word = Annotated[str | None, Query(max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
PAGE_MAX = 200
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
SATISFACTION = "satisfaction"
_NOTHING = Figures()


@router.get("/measures", operation_id="listMeasures", response_model=MeasureList)
def get_measures(access: Reader) -> MeasureList:
    """All that the platform measures by itself, with formulas."""
    return MeasureList(measures=[measure_shown(source) for source in SOURCES.values()])


@router.get("/values", operation_id="getValueForm", response_model=ValueForm)
def get_values(
    access: Reader,
    services: Given,
    subject_kind: SubjectKind,
    subject: Annotated[SubjectId, Query()],
    period: Annotated[PeriodName, Query()],
) -> ValueForm:
    """What is known of each indicator of a subject in a period: measured values are filled in and read-only (A40)."""
    about, days = Subject(kind=subject_kind, id=subject), period_of(period)
    with writing(services.engine) as connection:
        check_subject(connection, access, about, services=services, what=f"values/{period}", look=True)
        found = set_in_force(connection, subject=about, day=days.last)
        if found is None:
            raise absent("set of indicators", f"{subject_kind}/{subject}")
        values = prefilled(connection, found, subject=about, period=days, now_ms=to_ms(services.wall()))
    fields = [field_shown(leaf, value, subject=about) for leaf, value in zip(found.leaves, values, strict=True)]
    shown = {"kind": subject_kind, "id": subject}
    return ValueForm.model_validate(
        {"subject": shown, "period": days.name, "set_id": found.id, "set_version": found.version, "fields": fields}
    )


@router.get("/sheets", operation_id="listSheets", response_model=SheetList)
def get_sheets(
    access: Reader,
    services: Given,
    subject_kind: SubjectKind | None = None,
    subject: Annotated[SubjectId | None, Query()] = None,
    *,
    period: Annotated[PeriodName | None, Query()] = None,
    kind: SheetKind | None = None,
    after: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$")] = None,
    limit: Limit = 50,
) -> SheetList:
    """Frozen sheets within the caller's scope; those of a person are asked for by name, and the look is noted."""
    if (subject_kind is None) != (subject is None):
        raise InvalidError("half a subject", where="query.subject", expected="subject_kind and subject, or neither")
    with writing(services.engine) as connection:
        about = None
        if subject_kind is not None and subject is not None:
            about = Subject(kind=subject_kind, id=subject)
            check_subject(connection, access, about, services=services, what="sheets", look=True)
        within = seen_sheets(connection, access) if about is None else None
        found = briefs_after(
            connection, subject=about, period=period, kind=kind, within=within, after=after, limit=limit + 1
        )
    shown = [brief_shown(one, access) for one in found[:limit]]
    return SheetList(sheets=shown, next=found[limit - 1].id if len(found) > limit else None)


@router.get("/sheets/{sheet_id}", operation_id="getSheet", response_model=SheetShown)
def get_sheet(sheet_id: Key, access: Reader, services: Given) -> SheetShown:
    """A sheet with its leaves, values and marks; a self-evaluation beside the money that was measured."""
    with writing(services.engine) as connection:
        brief, found = brief_of(connection, sheet_id), sheet(connection, sheet_id)
        if brief is None or found is None:
            raise absent("sheet", sheet_id)
        check_sheet(connection, access, found.subject, sheet_id, services=services)
        checked = honesty_of(connection, found, now_ms=to_ms(services.wall()))
        return sheet_shown(brief, found, access, honesty=checked)


@router.get("/outcomes/{measure}", operation_id="getOutcome", response_model=OutcomeShown)
def get_outcome(
    measure: Annotated[str, Path(max_length=64, pattern=r"^[a-z_.]+$")],
    access: Reader,
    services: Given,
    session: Db,
    *,
    before_first: Days,
    before_last: Days,
    after_first: Days,
    after_last: Days,
    subject_kind: SubjectKind = "district",
    subject: Annotated[SubjectId, Query()] = "",
) -> OutcomeShown:
    """How a measure changed from one stretch of days to another, with n, method and interval; under five cases on a
    side there is no claim. Projects outside the caller's scope are in no figure."""
    for first, last, where in ((before_first, before_last, "before_last"), (after_first, after_last, "after_last")):
        if last < first:
            raise InvalidError(str(last), where=f"query.{where}", expected=f"a day from {first} on")
    if measure not in known_codes():
        raise absent("measure", measure)
    connection, about = session.connection(), Subject(kind=subject_kind, id=subject)
    if subject_kind != "district":
        check_subject(connection, access, about, services=services, what="outcome", look=False)
    visible = visible_projects(connection, access)
    projects = projects_of(connection, about, day=after_last)
    asked = Asked(
        code=measure,
        subject=about,
        before=Span(first=before_first, last=before_last),
        after=Span(first=after_first, last=after_last),
        projects=projects if visible is None else tuple(sorted(set(projects) & set(visible))),
    )
    found = outcome_of(connection, asked, now_ms=to_ms(services.wall()))
    return outcome_shown(found, measure=measure, name=SOURCES[measure].name, unit=unit_of_change(measure))


@router.get("/satisfaction", operation_id="getSatisfaction", response_model=OutcomeShown)
def get_satisfaction(
    access: Reader,
    services: Given,
    session: Db,
    *,
    indicator: Annotated[str, Query(max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")],
    before: Annotated[PeriodName, Query()],
    after: Annotated[PeriodName, Query()],
    subject_kind: SubjectKind,
    subject: Annotated[SubjectId, Query()],
) -> OutcomeShown:
    """Satisfaction of two accepted surveys, in percentage points with its interval (C19)."""
    about = Subject(kind=subject_kind, id=subject)
    connection = session.connection()
    check_subject(connection, access, about, services=services, what="outcome", look=False)
    found = satisfaction_of(
        connection, subject=about, indicator=indicator, before=period_of(before), after=period_of(after)
    )
    name = Text(zh="满意度", en="Satisfaction")
    return outcome_shown(found, measure=SATISFACTION, name=name, unit="pp")


@router.get("/rollup", operation_id="getRollup", response_model=RollupShown)
def get_rollup(
    access: Money,
    services: Given,
    session: Db,
    *,
    day: Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2099, 12, 31))] = None,
    under: NodeId = ROOT,
    work_type: Word = None,
    street: Word = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Limit = PAGE_MAX,
) -> RollupShown:
    """District, department, unit, project, budget line: what was granted, released and paid up to the end of a day.

    Only projects within the caller's scope are in any sum; `href` of a node drills down with the same filter."""
    today = day or district_day(services.wall())
    connection = session.connection()
    visible = visible_projects(connection, access)
    wanted = Wanted(day=today, projects=None if visible is None else tuple(visible), work_type=work_type, street=street)
    nodes, own = rolled(connection, wanted)
    found, below = summed(nodes, own), children_of(nodes)
    if under not in found:
        raise absent("node", under)
    given = {"day": str(today), "work_type": work_type, "street": street}
    kept = {name: value for name, value in given.items() if value is not None}
    way = path_to(nodes, under)
    children = below.get(under, [])
    page = children[offset : offset + limit]
    at = way[-1]
    return RollupShown(
        day=today,
        path=[node_shown(node, found[node.id], below=below, kept=kept) for node in way],
        node=node_shown(at, found[at.id], below=below, kept=kept),
        own=node_shown(at, own.get(at.id, _NOTHING), below={}, kept=kept),
        children=[node_shown(node, found[node.id], below=below, kept=kept) for node in page],
        total=len(children),
    )
