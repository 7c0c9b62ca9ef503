"""What people tell insight: classes of projects, assessed benefits, practices of places; which pages they open."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.errors import absent
from central.api.insight_schemas import PlaceKind
from central.api.mending_refusals import RESPONSES
from central.api.policy import Place, covers
from central.api.practice_schemas import (
    BenefitGiven,
    Benefits,
    BenefitShown,
    ClassGiven,
    ClassShown,
    PlacePractice,
    PlacePracticeGiven,
    Practices,
)
from central.api.refused_acts import recorded
from central.api.services import Db, Given
from central.api.use_schemas import ViewGiven
from central.api.views.insight import said
from central.domain import Text
from central.store.engine import writing
from central.store.instants import district_day, to_ms
from central.store.read_insight import benefits_of, classes_of, practices
from central.store.save_insight import note_benefit, note_view, set_class, set_practice

router = APIRouter(tags=["insight"])
Reader = Annotated[Access, allow("read_insight")]


@router.get("/projects/{project_id}/class", operation_id="getClass", response_model=ClassShown)
def get_class(project_id: str, access: Reader, session: Db) -> ClassShown:
    """What was said of a project: its kind in particular, its sector."""
    return _class_shown(session, project_id)


@router.put("/projects/{project_id}/class", operation_id="putClass", response_model=ClassShown, responses=RESPONSES)
def put_class(
    project_id: str, given: ClassGiven, access: Annotated[Access, allow("classify")], services: Given
) -> ClassShown:
    """Say what a project is in particular (e.g. 老旧小区加装电梯) and its sector; insight compares by them."""
    with (
        recorded(services, access, action="project.class", object_=f"project/{project_id}"),
        writing(services.engine) as connection,
    ):
        set_class(
            connection,
            project_id,
            kind=given.kind.strip(),
            sector=given.sector,
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return _class_shown(Session(connection), project_id)


@router.get("/projects/{project_id}/benefits", operation_id="listBenefits", response_model=Benefits)
def get_benefits(project_id: str, access: Reader, session: Db) -> Benefits:
    """Every assessment of what a project brought, oldest first."""
    return _benefits_shown(session, project_id)


@router.post(
    "/projects/{project_id}/benefits",
    operation_id="noteBenefit",
    status_code=201,
    response_model=Benefits,
    responses=RESPONSES,
)
def post_benefit(
    project_id: str, given: BenefitGiven, access: Annotated[Access, allow("note_benefit")], services: Given
) -> Benefits:
    """What a project brought in a year, as assessed by who neither owns nor builds it; the newest is in force."""
    with (
        recorded(services, access, action="benefit.note", object_=f"project/{project_id}"),
        writing(services.engine) as connection,
    ):
        note_benefit(
            connection,
            project_id,
            year=given.year,
            benefit_fen=given.benefit_fen,
            method=given.method.strip(),
            evidence=given.evidence,
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return _benefits_shown(Session(connection), project_id)


@router.get("/insight/practices", operation_id="listPractices", response_model=Practices)
def get_practices(access: Reader, session: Db, place_kind: Annotated[PlaceKind, Query()] = "street") -> Practices:
    """How places go about kinds of projects, as they say."""
    return _practices_shown(session, place_kind)


@router.post("/insight/practices", operation_id="setPractice", response_model=Practices, responses=RESPONSES)
def post_practice(
    given: PlacePracticeGiven, access: Annotated[Access, allow("set_practice")], services: Given
) -> Practices:
    """Say how a place of one's own goes about projects of a kind; empty names end it."""
    here = Place(
        project="",
        unit=given.place if given.place_kind == "unit" else "",
        street=given.place if given.place_kind == "street" else "",
    )
    if not covers(access.grants, place=here):
        raise absent(given.place_kind, given.place)
    with (
        recorded(services, access, action="practice.set", object_=f"{given.place_kind}/{given.place}"),
        writing(services.engine) as connection,
    ):
        set_practice(
            connection,
            place_kind=given.place_kind,
            place=given.place,
            kind=given.kind,
            name=Text(zh=given.name.zh.strip(), en=given.name.en.strip()),
            evidence=given.evidence,
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return _practices_shown(Session(connection), given.place_kind)


@router.post("/use/views", operation_id="noteView", status_code=204)
def post_view(given: ViewGiven, access: Annotated[Access, allow("look")], services: Given) -> None:
    """A page was opened: counted once a day for a person and page, told by unit only."""
    with writing(services.engine) as connection:
        note_view(connection, person=access.username, page=given.page, day=district_day(services.wall()))


def _class_shown(session: Session, project: str) -> ClassShown:
    found = classes_of(session.connection(), [project]).get(project)
    return ClassShown(project=project, kind=found.kind if found else "", sector=found.sector if found else "")


def _benefits_shown(session: Session, project: str) -> Benefits:
    rows = benefits_of(session.connection(), project)
    newest = {row.year: row.id for row in rows}
    return Benefits(
        project=project,
        benefits=[
            BenefitShown(
                id=row.id,
                year=row.year,
                benefit_fen=row.benefit_fen,
                method=row.method,
                evidence=row.evidence,
                noted_by=row.noted_by,
                in_force=newest[row.year] == row.id,
            )
            for row in rows
        ],
    )


def _practices_shown(session: Session, place_kind: PlaceKind) -> Practices:
    found = practices(session.connection(), place_kind=place_kind)
    return Practices(
        place_kind=place_kind,
        practices=[
            PlacePractice(place=place, kind=kind, name=said(name)) for (place, kind), name in sorted(found.items())
        ],
    )
