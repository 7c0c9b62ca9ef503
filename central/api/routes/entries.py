"""Values that people enter and others accept, counts of other systems, and savings with their counterfactual."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from central.api.access import Access, allow
from central.api.acting import Number
from central.api.errors import absent
from central.api.mending_refusals import RESPONSES
from central.api.policy import district_wide
from central.api.refused_acts import recorded
from central.api.services import Db, Given, Services
from central.api.sheet_schemas import (
    EntryDecisionGiven,
    EntryList,
    EntryShown,
    LeafEntryGiven,
    PeriodName,
    RequestCountsGiven,
    SavingGiven,
    SavingList,
    SavingShown,
    SubjectId,
    SubjectKind,
    Taken,
)
from central.api.views.seats import units_of, visible_projects
from central.api.views.sheets import entry_shown, saving_shown
from central.api.views.subjects import check_subject
from central.domain import Subject, Text
from central.scoring.entry import Entry, refused
from central.scoring.period import period_of
from central.store import save_entries as acts
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.read_entries import accepted_fen, entries_before, entry_of, saving_of, savings

router = APIRouter(tags=["entries"])
Reader = Annotated[Access, allow("read_scores")]
Author = Annotated[Access, allow("enter_values")]
Acceptor = Annotated[Access, allow("accept_values")]
Accountant = Annotated[Access, allow("read_money")]
Entered = Annotated[Number, Path()]
Before = Annotated[int | None, Query(ge=1, lt=1 << 31)]
PAGE_MAX = 200
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get("/entries", operation_id="listEntries", response_model=EntryList)
def get_entries(
    access: Reader,
    services: Given,
    subject_kind: SubjectKind,
    subject: Annotated[SubjectId, Query()],
    period: Annotated[PeriodName | None, Query()] = None,
    *,
    waiting: bool = False,
    before: Before = None,
    limit: Limit = 50,
) -> EntryList:
    """What was entered of a subject, newest first; `waiting` = what nobody has decided yet."""
    about = Subject(kind=subject_kind, id=subject)
    with writing(services.engine) as connection:
        check_subject(connection, access, about, services=services, what="entries", look=True)
        found = entries_before(
            connection,
            subject=about,
            period=None if period is None else period_of(period),
            waiting=waiting,
            before=before,
            limit=limit + 1,
        )
    shown = [entry_shown(one) for one in found[:limit]]
    return EntryList(entries=shown, next=found[limit - 1].id if len(found) > limit else None)


@router.post("/entries", operation_id="enterValue", status_code=201, response_model=EntryShown, responses=RESPONSES)
def post_entry(given: LeafEntryGiven, access: Author, services: Given) -> EntryShown:
    """Enter a value with its papers; it counts once somebody else has accepted it. What is measured is refused, but as
    an override with its reason (E08)."""
    about = Subject(kind=given.subject.kind, id=given.subject.id)
    entry = Entry(
        subject=about,
        period=period_of(given.period),
        indicator=given.indicator,
        author=access.username,
        value=given.value,
        n=given.n,
        satisfied=given.satisfied,
        points=tuple(given.points),
        evidence=tuple(dict.fromkeys(given.evidence)),
        reason=given.reason,
        override=given.override,
    )
    with _act(services, access, "entry", f"{about.kind}/{about.id}") as connection:
        check_subject(connection, access, about, services=services, what="entry", look=False)
        return entry_shown(acts.enter(connection, entry, now_ms=to_ms(services.wall())))


@router.post("/entries/{entry}/decision", operation_id="decideEntry", response_model=EntryShown, responses=RESPONSES)
def post_decision(entry: Entered, given: EntryDecisionGiven, access: Acceptor, services: Given) -> EntryShown:
    """Accept an entry or return it; never one's own, about oneself or about one's own unit."""
    with _act(services, access, "entry.decide", f"entry/{entry}") as connection:
        found = entry_of(connection, entry)
        if found is None:
            raise absent("entry", str(entry))
        check_subject(connection, access, found.subject, services=services, what=f"entry/{entry}", look=False)
        decided = acts.decide_entry(
            connection, entry, given.outcome, by=access.username, remark=given.remark, now_ms=to_ms(services.wall())
        )
        return entry_shown(decided)


@router.post("/request-counts", operation_id="sendRequestCounts", response_model=Taken, responses=RESPONSES)
def post_counts(given: RequestCountsGiven, access: Author, services: Given) -> Taken:
    """Complaints and services as another system counts them (E07): of the caller's units. The same again adds nothing,
    a later count of the same day replaces the one before."""
    with _act(services, access, "requests.take", "district") as connection:
        own = None if district_wide(access.grants) else set(units_of(access))
        for one in given.counts:
            if own is not None and one.unit not in own:
                what = Text(zh=f"单位 {one.unit}", en=f"unit {one.unit!r}")
                raise refused("not_yours", what, "counts.unit", Text(zh="本人所在单位", en="a unit of the caller"))
        counts = [
            acts.Requests(
                unit=one.unit,
                kind=one.kind,
                day=one.day,
                received=one.received,
                closed=one.closed,
                minutes=one.minutes,
            )
            for one in given.counts
        ]
        now_ms = to_ms(services.wall())
        taken = acts.take_requests(connection, counts, source=given.source, by=access.username, now_ms=now_ms)
        return Taken(taken=taken)


@router.get("/savings", operation_id="listSavings", response_model=SavingList)
def get_savings(
    access: Accountant,
    session: Db,
    after: Annotated[int, Query(ge=0, lt=1 << 31)] = 0,
    limit: Limit = 50,
) -> SavingList:
    """Savings of the caller's projects, each against what would have been paid (D26), and the sum that was accepted."""
    connection = session.connection()
    projects = visible_projects(connection, access)
    page = savings(connection, projects=projects, after=after, limit=limit + 1)
    return SavingList(
        savings=[saving_shown(one) for one in page[:limit]],
        accepted_fen=accepted_fen(connection, projects=projects),
        next=page[limit - 1].id if len(page) > limit else None,
    )


@router.post("/savings", operation_id="noteSaving", status_code=201, response_model=SavingShown, responses=RESPONSES)
def post_saving(given: SavingGiven, access: Author, services: Given) -> SavingShown:
    """Note money that was saved, with what it is compared with; it counts once somebody else has accepted it."""
    with _act(services, access, "saving.note", f"project/{given.project}") as connection:
        about = Subject(kind="project", id=given.project)
        check_subject(connection, access, about, services=services, what="saving", look=False)
        noted = acts.SavingGiven(
            project=given.project,
            day=given.day,
            would_fen=given.would_fen,
            did_fen=given.did_fen,
            counterfactual=given.counterfactual,
            method=given.method,
            evidence=tuple(dict.fromkeys(given.evidence)),
        )
        number = acts.note_saving(connection, noted, by=access.username, now_ms=to_ms(services.wall()))
        return _saving(connection, number)


@router.post("/savings/{saving}/decision", operation_id="decideSaving", response_model=SavingShown, responses=RESPONSES)
def post_saving_decision(saving: Entered, given: EntryDecisionGiven, access: Acceptor, services: Given) -> SavingShown:
    """Accept a saving or return it; never one's own."""
    with _act(services, access, "saving.decide", f"saving/{saving}") as connection:
        found = saving_of(connection, saving)
        if found is None:
            raise absent("saving", str(saving))
        about = Subject(kind="project", id=found.project)
        check_subject(connection, access, about, services=services, what="saving", look=False)
        now_ms = to_ms(services.wall())
        acts.decide_saving(connection, saving, given.outcome, by=access.username, remark=given.remark, now_ms=now_ms)
        return _saving(connection, saving)


@contextmanager
def _act(services: Services, access: Access, action: str, object_: str) -> Iterator[Connection]:
    """One transaction; what is refused in it is noted in the trail."""
    with recorded(services, access, action=action, object_=object_), writing(services.engine) as connection:
        yield connection


def _saving(connection: Connection, number: int) -> SavingShown:
    found = saving_of(connection, number)
    if found is None:
        raise absent("saving", str(number))
    return saving_shown(found)
