"""Rankings of units and persons, what results lead to, and the tables of it. Suggestions only: people decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from central.api.access import Access, allow
from central.api.acting import Number
from central.api.errors import absent
from central.api.mending_refusals import RESPONSES
from central.api.policy import ACTIONS
from central.api.ranking_schemas import (
    AppealAnswered,
    AppealGiven,
    CarriedOut,
    ChangeGiven,
    ChangeList,
    ChangeShown,
    Kind,
    PeriodName,
    PersonRecord,
    RankingList,
    RankingShown,
    ReviewGiven,
    SubjectKind,
    TableList,
    UseDecisionGiven,
    UseGiven,
    UseList,
    UseShown,
)
from central.api.refused_acts import recorded
from central.api.services import Db, Given, Services
from central.api.views.rankings import brief, person_record, policies_of, ranking_shown, tables_shown, use_shown
from central.domain import Subject, Text
from central.evaluate.appeal import Seat, Standing, hears
from central.evaluate.consequence import Suggestion
from central.scoring.period import period_of
from central.store import save_ranked_suggestions as uses
from central.store.engine import writing
from central.store.instants import district_day, to_ms
from central.store.read_ranked import ranking_numbered, rankings_of, reorganised
from central.store.read_ranked_people import all_persons_seat, note_look, reader_seat
from central.store.read_ranked_policy import policy_on
from central.store.read_ranked_suggestions import (
    StoredSuggestion,
    SuggestionFilter,
    count_suggestions,
    suggestion_of,
    suggestions_of,
)
from central.store.read_seats import seat_of, unit_of
from central.store.save_ranked import note_change
from central.store.save_ranked_policy import put_table

router = APIRouter(tags=["rankings"])
Reader = Annotated[Access, allow("read_rankings")]
Anybody = Annotated[Access, allow("know_self")]
Decider = Annotated[Access, allow("decide_results")]
Concerned = Annotated[Access, allow("appeal_results")]
Ranked = Annotated[Number, Path()]
Use = Annotated[Number, Path()]
Person = Annotated[str, Path(max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
Short = Annotated[str, Query(max_length=128, pattern=r"^[^\x00]*$")]
PAGE_MAX = 200
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/rankings", operation_id="listRankings", response_model=RankingList)
def get_rankings(
    access: Reader,
    services: Given,
    session: Db,
    period: Annotated[PeriodName | None, Query()] = None,
    group: Short = "",
    *,
    limit: Limit = 50,
    offset: Offset = 0,
) -> RankingList:
    """Rankings without their places, the newest period first; those of persons only for who may read them."""
    connection, policies = session.connection(), policies_of(session.connection())
    found = [brief(one, policies) for one in rankings_of(connection, period=period or "", group=group)]
    if _persons_seat(connection, access, services) is None:
        found = [one for one in found if one.subject != "person"]
    found.sort(key=lambda one: (one.period, one.group), reverse=True)
    return RankingList(total=len(found), rankings=found[offset : offset + limit])


@router.get("/rankings/{ranking}", operation_id="getRanking", response_model=RankingShown)
def get_ranking(ranking: Ranked, access: Reader, services: Given) -> RankingShown:
    """One ranking with its places; a look at one of persons is noted for each of them."""
    with writing(services.engine) as connection:
        stored = ranking_numbered(connection, ranking)
        if stored is None:
            raise absent("ranking", str(ranking))
        shown = ranking_shown(stored, policies_of(connection))
        if shown.subject == "person":
            seat = _persons_seat(connection, access, services)
            if seat is None:
                raise absent("ranking", str(ranking))
            persons = [place.subject.id for place in shown.places]
            now_ms = to_ms(services.wall())
            note_look(connection, persons, what=f"ranking/{ranking}", looker=access.username, seat=seat, now_ms=now_ms)
        return shown


@router.get("/rankings/people/{person}", operation_id="getPersonRecord", response_model=PersonRecord)
def get_person(person: Person, access: Anybody, services: Given) -> PersonRecord:
    """What is kept of a person and how it came about: for the person, the head of the unit, personnel and leaders.

    Every look is noted, and shown to the person.
    """
    now_ms, today = to_ms(services.wall()), district_day(services.wall())
    with writing(services.engine) as connection:
        policy = policy_on(connection, today)
        unit = unit_of(connection, Subject(kind="person", id=person), at_ms=now_ms)
        seat = (
            reader_seat(connection, access.username, person, policy=policy, at_ms=now_ms) if unit is not None else None
        )
        if unit is None or seat is None:
            raise absent("person", person)
        note_look(connection, [person], what="record", looker=access.username, seat=seat, now_ms=now_ms)
        return person_record(connection, person, unit=unit)


@router.get("/result-tables", operation_id="listResultTables", response_model=TableList)
def get_tables(access: Reader, services: Given, session: Db) -> TableList:
    """Every version of the table: groups, shares, cuts, who decides, windows, limits, awards."""
    return tables_shown(session.connection(), today=district_day(services.wall()))


@router.post(
    "/result-tables", operation_id="putResultTable", status_code=201, response_model=TableList, responses=RESPONSES
)
def post_table(document: dict[str, Any], access: Annotated[Access, allow("set_results")], services: Given) -> TableList:
    """Set the table (siteprogress.results/1) for periods that begin later; none for a period that has begun."""
    with _act(services, access, "results.table", "result_table"), writing(services.engine) as connection:
        put_table(connection, document, by=access.username, now_ms=to_ms(services.wall()))
        return tables_shown(connection, today=district_day(services.wall()))


@router.get("/unit-changes", operation_id="listUnitChanges", response_model=ChangeList)
def get_changes(access: Reader, session: Db) -> ChangeList:
    """Units that were founded, merged or split: for streaks they begin anew."""
    return _changes(session.connection())


@router.post(
    "/unit-changes", operation_id="noteUnitChange", status_code=201, response_model=ChangeList, responses=RESPONSES
)
def post_change(given: ChangeGiven, access: Annotated[Access, allow("organise")], services: Given) -> ChangeList:
    """Note that a unit was founded, merged or split; not for days that were ranked already."""
    with _act(services, access, "unit.reorganised", f"unit/{given.unit}"), writing(services.engine) as connection:
        now_ms = to_ms(services.wall())
        more = given.model_dump(include={"day", "kind", "reason"})
        note_change(connection, given.unit, **more, by=access.username, now_ms=now_ms)
        return _changes(connection)


@router.get("/result-uses", operation_id="listResultUses", response_model=UseList)
def get_uses(
    access: Reader,
    services: Given,
    session: Db,
    period: Annotated[PeriodName | None, Query()] = None,
    kind: Annotated[list[Kind] | None, Query()] = None,
    *,
    subject_kind: SubjectKind | None = None,
    subject: Short = "",
    state: Literal["waiting", "in_force", "all"] = "all",
    limit: Limit = 50,
    offset: Offset = 0,
) -> UseList:
    """The register of how results are used: suggested, decided, appealed against, final. Those of persons only for who
    may read them; somebody of a unit sees those of the unit."""
    connection = session.connection()
    seat = seat_of(connection, access.username, at_ms=to_ms(services.wall()))
    wanted = SuggestionFilter(
        period=period or "",
        kinds=tuple(kind or ()),
        subject=Subject(kind=subject_kind, id=subject) if subject_kind and subject else None,
        units=None if access.everywhere else sorted(seat.speaks),
        persons=_persons_seat(connection, access, services) is not None,
        state="" if state == "all" else state,
    )
    found = suggestions_of(connection, wanted, limit=limit, offset=offset)
    _note_register(services, access, found, seat=_persons_seat(connection, access, services))
    return UseList(total=count_suggestions(connection, wanted), uses=[use_shown(one) for one in found])


@router.post(
    "/result-uses", operation_id="proposeResultUse", status_code=201, response_model=UseShown, responses=RESPONSES
)
def post_use(given: UseGiven, access: Decider, services: Given) -> UseShown:
    """Propose another use of a result, resting on score sheets; somebody else decides."""
    subject = Subject(kind=given.subject.kind, id=given.subject.id)
    now_ms, period = to_ms(services.wall()), period_of(given.period)
    origin = f"use/{given.occasion}/{subject.kind}/{subject.id}/{period.name}"
    with _act(services, access, "result.propose", origin), writing(services.engine) as connection:
        policy = policy_on(connection, period.first)
        suggestion = Suggestion(
            origin=origin,
            kind="other",
            subject=subject,
            period=period,
            group="",
            basis=tuple(given.basis),
            reason=Text(zh=given.reason, en=given.reason),
            policy=policy.version,
            decider=policy.decider_of("other"),
            appeal_days=policy.appeal_days,
            hearing=False,
        )
        return use_shown(uses.propose_use(connection, suggestion, by=access.username, now_ms=now_ms))


@router.get("/result-uses/{use}", operation_id="getResultUse", response_model=UseShown)
def get_use(use: Use, access: Anybody, services: Given) -> UseShown:
    """One use with its evidence and acts; of a person only for who may read the person's record, which is noted."""
    with writing(services.engine) as connection:
        return use_shown(_readable(connection, use, access, services))


@router.post("/result-uses/{use}/review", operation_id="reviewResultUse", response_model=UseShown, responses=RESPONSES)
def post_review(use: Use, given: ReviewGiven, access: Decider, services: Given) -> UseShown:
    """Review it: needed before something is suspended or cancelled, by somebody who does not decide."""
    with _on(services, access, use, "review") as connection:
        found = uses.review(connection, use, by=access.username, words=given.words, now_ms=to_ms(services.wall()))
        return use_shown(found)


@router.post(
    "/result-uses/{use}/decision", operation_id="decideResultUse", response_model=UseShown, responses=RESPONSES
)
def post_decision(use: Use, given: UseDecisionGiven, access: Decider, services: Given) -> UseShown:
    """Decide, by name and with the basis; the appeal window begins. Nothing else in the centre changes by it."""
    with _on(services, access, use, "decide") as connection:
        found = uses.decide(connection, use, by=access.username, now_ms=to_ms(services.wall()), **given.model_dump())
        return use_shown(found)


@router.post("/result-uses/{use}/appeal", operation_id="appealResultUse", response_model=UseShown, responses=RESPONSES)
def post_appeal(use: Use, given: AppealGiven, access: Concerned, services: Given) -> UseShown:
    """Appeal, within the window: for the person or the people of the unit concerned."""
    with _on(services, access, use, "appeal") as connection:
        found = uses.appeal(connection, use, by=access.username, reason=given.reason, now_ms=to_ms(services.wall()))
        return use_shown(found)


@router.post(
    "/result-uses/{use}/answer", operation_id="answerResultAppeal", response_model=UseShown, responses=RESPONSES
)
def post_answer(use: Use, given: AppealAnswered, access: Decider, services: Given) -> UseShown:
    """Answer an appeal: by somebody other than who decided or reviewed."""
    with _on(services, access, use, "answer") as connection:
        found = uses.answer(connection, use, by=access.username, now_ms=to_ms(services.wall()), **given.model_dump())
        return use_shown(found)


@router.post(
    "/result-uses/{use}/carried-out", operation_id="carryOutResultUse", response_model=UseShown, responses=RESPONSES
)
def post_carried_out(use: Use, given: CarriedOut, access: Decider, services: Given) -> UseShown:
    """Note by which paper a final one was carried out elsewhere."""
    with _on(services, access, use, "carry_out") as connection:
        found = uses.carry_out(connection, use, by=access.username, ref=given.ref, now_ms=to_ms(services.wall()))
        return use_shown(found)


@router.delete("/result-uses/{use}", operation_id="withdrawResultUse", response_model=UseShown, responses=RESPONSES)
def delete_use(use: Use, access: Decider, services: Given) -> UseShown:
    """Take back what one proposed oneself and nobody has decided."""
    with _on(services, access, use, "withdraw") as connection:
        return use_shown(uses.withdraw_use(connection, use, by=access.username, now_ms=to_ms(services.wall())))


def _act(services: Services, access: Access, action: str, object_: str) -> AbstractContextManager[None]:
    return recorded(services, access, action=action, object_=object_)


@contextmanager
def _on(services: Services, access: Access, use: int, act: str) -> Iterator[Connection]:
    """A transaction on a use that the caller may read; a refusal is recorded."""
    with _act(services, access, f"suggestion.{act}", f"suggestion/{use}"), writing(services.engine) as connection:
        _readable(connection, use, access, services, look=False)
        yield connection


def _readable(
    connection: Connection, use: int, access: Access, services: Services, *, look: bool = True
) -> StoredSuggestion:
    """The use, where the caller may read it: 404 otherwise. A look at a person's is noted."""
    found = suggestion_of(connection, use)
    now_ms = to_ms(services.wall())
    if found is None:
        raise absent("use", str(use))
    subject = found.suggestion.subject
    if subject.kind == "person":
        policy = policy_on(connection, district_day(services.wall()))
        seat = reader_seat(connection, access.username, subject.id, policy=policy, at_ms=now_ms)
        acting = _acting_seat(found.standing, seat_of(connection, access.username, at_ms=now_ms))
        if (seat or acting) is None:
            raise absent("use", str(use))
        if look:
            what, by = f"use/{use}", access.username
            note_look(connection, [subject.id], what=what, looker=by, seat=seat or acting or "", now_ms=now_ms)
        return found
    held = seat_of(connection, access.username, at_ms=now_ms)
    near = found.standing.unit in held.speaks or _acting_seat(found.standing, held) is not None
    if not near and not held.everywhere & ACTIONS["read_rankings"]:
        raise absent("use", str(use))
    return found


def _note_register(services: Services, access: Access, found: Sequence[StoredSuggestion], *, seat: str | None) -> None:
    """Looks at the persons of a page of the register, before it is shown."""
    persons = sorted({one.suggestion.subject.id for one in found if one.suggestion.subject.kind == "person"})
    if not persons or seat is None:
        return
    with writing(services.engine) as connection:
        now_ms = to_ms(services.wall())
        note_look(connection, persons, what="register", looker=access.username, seat=seat, now_ms=now_ms)


def _acting_seat(standing: Standing, seat: Seat) -> Literal["decider", "appeal"] | None:
    """In which seat somebody reads what he is to decide on, or whose appeal he is to answer while it waits."""
    if standing.decider in seat.everywhere:
        return "decider"
    return "appeal" if standing.state == "appealed" and hears(standing, seat) else None


def _persons_seat(connection: Connection, access: Access, services: Services) -> str | None:
    policy = policy_on(connection, district_day(services.wall()))
    return all_persons_seat(connection, access.username, policy=policy, at_ms=to_ms(services.wall()))


def _changes(connection: Connection) -> ChangeList:
    return ChangeList(changes=[ChangeShown.model_validate(one) for one in reorganised(connection)])
