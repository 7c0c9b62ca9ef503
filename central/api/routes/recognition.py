"""Recognition: awards, use of the platform, cases to learn from, and the public list of 民生实事."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.acting import Number
from central.api.envelopes import ErrorEnvelope
from central.api.errors import InvalidError, absent
from central.api.mending_refusals import RESPONSES
from central.api.ranking_schemas import About, RemarkGiven
from central.api.recognition_schemas import (
    AwardList,
    AwardShown,
    CaseEvidenceShown,
    LivelihoodList,
    LivelihoodShown,
    PracticeGiven,
    PracticeList,
    PracticeShown,
    PromiseGiven,
    UsageList,
    UsageShown,
)
from central.api.refused_acts import recorded
from central.api.routes.public import Unhurried
from central.api.schemas import Text as ShownText
from central.api.services import Db, Given, Services
from central.api.views.standing import Judged
from central.domain import Text
from central.evaluate.recognition import METHOD
from central.plan.calendar import local_day
from central.scoring.period import period_of, period_with
from central.store.engine import writing
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_public import newest_flag
from central.store.read_ranked_shown import Practice, livelihood_of, practice_of, practices, usage_of
from central.store.read_ranked_suggestions import (
    StoredSuggestion,
    SuggestionFilter,
    count_suggestions,
    suggestions_of,
)
from central.store.read_seats import seat_of
from central.store.read_standing import standings
from central.store.read_wall import stamp_of
from central.store.save_ranked_shown import act_on_practice, enter_practice, flag_livelihood

router = APIRouter(tags=["recognition"])
Reader = Annotated[Access, allow("read_rankings")]
Colleague = Annotated[Access, allow("read_projects")]
Author = Annotated[Access, allow("share_practice")]
Publisher = Annotated[Access, allow("decide_results")]
Case = Annotated[Number, Path()]
Year = Annotated[int, Query(ge=2000, le=2099)]
Short = Annotated[str, Query(max_length=128, pattern=r"^[^\x00]*$")]
PAGE_MAX = 200
LISTED_MAX = 200
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/awards", operation_id="listAwards", response_model=AwardList)
def get_awards(access: Reader, session: Db, limit: Limit = 50, offset: Offset = 0) -> AwardList:
    """Awards of units that a person gave and nobody undid, with criteria and evidence."""
    connection = session.connection()
    wanted = SuggestionFilter(kinds=("award",), state="in_force")
    found = suggestions_of(connection, wanted, limit=limit, offset=offset)
    return AwardList(total=count_suggestions(connection, wanted), awards=[_award(one) for one in found])


@router.get("/platform-use/{month}", operation_id="getPlatformUse", response_model=UsageList)
def get_usage(
    month: Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")], access: Reader, services: Given, session: Db
) -> UsageList:
    """Active people and deliveries in time by unit in a month, with those to be recognised first."""
    period = period_of(month)
    if period.first > district_day(services.wall()):
        this = period_with(district_day(services.wall()), "month").name
        raise InvalidError(f"month {month}", where="path.month", expected=f"{this} or a month before")
    found = usage_of(session.connection(), period.first, now_ms=to_ms(services.wall()))
    return UsageList(month=month, method=_text(METHOD), units=[UsageShown.model_validate(one) for one in found])


@router.get("/best-practices", operation_id="listBestPractices", response_model=PracticeList)
def get_practices(
    access: Colleague,
    services: Given,
    session: Db,
    unit: Short = "",
    tag: Short = "",
    *,
    state: Literal["published", "entered"] = "published",
    limit: Limit = 50,
    offset: Offset = 0,
) -> PracticeList:
    """Published cases, for everybody inside; those that wait, for their units and who sees the whole district."""
    connection = session.connection()
    found = practices(connection, states=[state], unit=unit, tag=tag)
    if state == "entered" and not access.everywhere:
        own = seat_of(connection, access.username, at_ms=to_ms(services.wall())).speaks
        found = tuple(one for one in found if one.unit in own)
    page = found[offset : offset + limit]
    return PracticeList(total=len(found), practices=[_practice(one) for one in page])


@router.post(
    "/best-practices", operation_id="enterBestPractice", status_code=201, response_model=PracticeShown,
    responses=RESPONSES,
)  # fmt: skip
def post_practice(given: PracticeGiven, access: Author, services: Given) -> PracticeShown:
    """Hand in a case of one's own unit, with evidence that the centre keeps."""
    with (
        recorded(services, access, action="practice.enter", object_=f"unit/{given.unit}"),
        writing(services.engine) as connection,
    ):
        made = enter_practice(
            connection,
            unit=given.unit,
            project=given.project or "",
            title=given.title,
            summary=given.summary,
            evidence=[(one.sha256, one.note) for one in given.evidence],
            tags=given.tags,
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return _practice(made)


@router.post(
    "/best-practices/{practice}/publish", operation_id="publishBestPractice", response_model=PracticeShown,
    responses=RESPONSES,
)  # fmt: skip
def post_publish(practice: Case, given: RemarkGiven, access: Publisher, services: Given) -> PracticeShown:
    """Publish a case: by somebody other than its author."""
    return _act(services, access, practice, "publish", given.remark)


@router.post(
    "/best-practices/{practice}/retract", operation_id="retractBestPractice", response_model=PracticeShown,
    responses=RESPONSES,
)  # fmt: skip
def post_retract(practice: Case, given: RemarkGiven, access: Publisher, services: Given) -> PracticeShown:
    """Take a published case back; it stays on record."""
    return _act(services, access, practice, "retract", given.remark)


@router.put(
    "/projects/{project_id}/livelihood", operation_id="listLivelihood", response_model=LivelihoodList,
    responses=RESPONSES,
)  # fmt: skip
def put_livelihood(
    project_id: str, given: PromiseGiven, access: Annotated[Access, allow("disclose")], services: Given
) -> LivelihoodList:
    """Put a project on the year's public list of 民生实事, with what is promised, or take it off."""
    with (
        recorded(services, access, action="livelihood.list", object_=f"project/{project_id}"),
        writing(services.engine) as connection,
    ):
        promise = Text(zh=given.promise_zh, en=given.promise_en or given.promise_zh)
        now_ms = to_ms(services.wall())
        flag_livelihood(
            connection, project_id, year=given.year, listed=given.listed, promise=promise, by=access.username,
            now_ms=now_ms,
        )  # fmt: skip
        return _livelihood(Session(connection), services, given.year)


@router.get(
    "/public/livelihood",
    operation_id="getPublicLivelihood",
    response_model=LivelihoodList,
    responses={429: {"model": ErrorEnvelope}},
    dependencies=[Unhurried],
)
def get_livelihood(services: Given, session: Db, year: Year) -> LivelihoodList:
    """The list of a year as anybody may read it: promises, plan and progress; no person, no money.

    Made once for everybody, again only when something changed; who asks too often waits."""
    connection = session.connection()
    stamp = (stamp_of(connection), newest_flag(connection), local_day(services.clock()))
    return services.promised.answer(year, stamp, lambda: _livelihood(session, services, year))


def _livelihood(session: Session, services: Services, year: int) -> LivelihoodList:
    listed = {one.project: one for one in livelihood_of(session.connection(), year)[:LISTED_MAX]}
    district = _text(services.settings.district)
    projects = []
    for standing in standings(session, sorted(listed)) if listed else ():
        row = Judged(session, standing, now=services.clock()).summary()
        projects.append(
            LivelihoodShown(
                project=row.id,
                name=row.name,
                street=row.street,
                unit=row.unit,
                year=year,
                promise=_text(listed[row.id].promise),
                start=row.start,
                finish=row.finish,
                plan_bp=row.plan_bp,
                actual_bp=row.actual_bp,
                as_of=row.as_of,
            )
        )
    return LivelihoodList(year=year, district=district, projects=projects)


def _act(
    services: Services, access: Access, practice: int, act: Literal["publish", "retract"], remark: str
) -> PracticeShown:
    with (
        recorded(services, access, action=f"practice.{act}", object_=f"practice/{practice}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        found = practice_of(connection, practice)
        reach = seat_of(connection, access.username, at_ms=now_ms).units
        if found is None or (not access.everywhere and found.unit not in reach):
            raise absent("practice", str(practice))
        return _practice(act_on_practice(connection, practice, act, by=access.username, remark=remark, now_ms=now_ms))


def _award(stored: StoredSuggestion) -> AwardShown:
    decided, found = stored.decided, stored.suggestion
    if decided is None:
        raise ValueError(f"suggestion {stored.id} is in force: expected a decision")
    return AwardShown(
        use=stored.id,
        subject=About(kind="unit", id=found.subject.id),
        period=found.period.name,
        criteria=_text(found.reason),
        sheets=list(found.basis),
        decided_by=decided.actor,
        decided_at=from_ms(decided.at_ms),
        basis=decided.words,
    )


def _practice(one: Practice) -> PracticeShown:
    return PracticeShown(
        id=one.id,
        unit=one.unit,
        project=one.project or None,
        title=one.title,
        summary=one.summary,
        evidence=[CaseEvidenceShown.model_validate(link) for link in one.evidence],
        tags=list(one.tags),
        author=one.author,
        entered_at=from_ms(one.entered_ms),
        state=one.state,
        published_by=one.published_by,
    )


def _text(words: Text) -> ShownText:
    return ShownText(zh=words.zh, en=words.en)
