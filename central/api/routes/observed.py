"""Counts of people and machines on a site, inspected lots, safety findings, and the board of four."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from central.api.access import Access, allow
from central.api.acting import refusals, roles_at
from central.api.observed_schemas import (
    Board,
    CountGiven,
    Counts,
    LotsGiven,
    LotsPage,
    SafetyFindingGiven,
    SafetyPage,
)
from central.api.services import Db, Given, Services, services_of
from central.api.views.board import board_of
from central.api.views.observed import counts_shown, lots_shown, safety_shown
from central.quality.presence import Presence
from central.quality.refused import CheckRefused
from central.store import save_observed
from central.store.engine import writing
from central.store.instants import to_ms

Reader = Annotated[Access, allow("read_projects")]
Reporter = Annotated[Access, allow("report_daily")]
Before = Annotated[int | None, Query(ge=1, lt=1 << 31)]
Limit = Annotated[int, Query(ge=1, le=200)]
KEYS_NOTED_MAX, KEY_CHARS_MAX = 5, 64


class CountsOnly(APIRoute):
    """A route that notes in the audit trail who sent more than counts: the keys alone, never what was under them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The same; a body with fields that are not taken is refused as ever, and noted first."""
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError as odd:
                keys = [".".join(map(str, one["loc"][1:])) for one in odd.errors() if _is_more(one)]
                if keys:
                    await run_in_threadpool(_note_more, request, keys)
                raise

        return handle


@contextmanager
def noted_refusals(services: Services, access: Access, project_id: str, *, action: str) -> Iterator[None]:
    """What a rule forbids is answered in words, and noted in a transaction of its own: the act's is rolled back."""
    with refusals():
        try:
            yield
        except CheckRefused as refused:
            detail = {"what": refused.what, "where": refused.where, "expected": refused.expected}
            _note(services, project_id, action=action, by=access.username, detail=detail)
            raise


router = APIRouter(tags=["observed"], prefix="/projects/{project_id}")
counts_router = APIRouter(tags=["observed"], prefix="/projects/{project_id}", route_class=CountsOnly)


@counts_router.post("/counts", operation_id="sendCount", status_code=201, response_model=Counts)
def post_count(project_id: str, given: CountGiven, access: Reporter, services: Given) -> Counts:
    """Say how many people and machines are on the site. The same again answers with the same count; any field beside
    those is refused, and that it was sent is noted: nobody is to be recognised by what is kept."""
    counted = Presence(
        observed_at=given.observed_at,
        source=given.source,
        persons=given.persons,
        machines=None if given.machines is None else {str(kind): number for kind, number in given.machines.items()},
    )
    with noted_refusals(services, access, project_id, action="count.take"), writing(services.engine) as connection:
        number = save_observed.take_count(
            connection, project_id, counted, by=access.username, now_ms=to_ms(services.wall())
        )
        return counts_shown(Session(connection), project_id, before=number + 1, limit=1)


@router.get("/counts", operation_id="listCounts", response_model=Counts)
def get_counts(project_id: str, access: Reader, session: Db, before: Before = None, limit: Limit = 50) -> Counts:
    """Counts of people and machines, newest first."""
    return counts_shown(session, project_id, before=before, limit=limit)


@router.post("/lots", operation_id="noteLots", status_code=201, response_model=LotsPage)
def post_lots(project_id: str, given: LotsGiven, access: Reporter, services: Given) -> LotsPage:
    """Note how many lots (检验批) of a work item were inspected and how many passed; never by who builds or owns it."""
    with noted_refusals(services, access, project_id, action="lots.note"), writing(services.engine) as connection:
        number = save_observed.note_lots(
            connection,
            project_id,
            save_observed.LotsGiven(**given.model_dump()),
            roles=roles_at(Session(connection), access, project_id),
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return lots_shown(Session(connection), project_id, before=number + 1, limit=1)


@router.get("/lots", operation_id="listLots", response_model=LotsPage)
def get_lots(project_id: str, access: Reader, session: Db, before: Before = None, limit: Limit = 50) -> LotsPage:
    """What was inspected, newest first, with the rate over all that is in force (质量达标率)."""
    return lots_shown(session, project_id, before=before, limit=limit)


@router.post("/safety", operation_id="noteSafety", status_code=201, response_model=SafetyPage)
def post_finding(project_id: str, given: SafetyFindingGiven, access: Reporter, services: Given) -> SafetyPage:
    """Note a finding of safety, serious or not; never by who builds or owns the project."""
    with noted_refusals(services, access, project_id, action="safety.note"), writing(services.engine) as connection:
        number = save_observed.note_finding(
            connection,
            project_id,
            save_observed.FindingGiven(**given.model_dump()),
            roles=roles_at(Session(connection), access, project_id),
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return safety_shown(Session(connection), project_id, before=number + 1, limit=1)


@router.get("/safety", operation_id="listSafety", response_model=SafetyPage)
def get_findings(project_id: str, access: Reader, session: Db, before: Before = None, limit: Limit = 50) -> SafetyPage:
    """Findings of safety, newest first."""
    return safety_shown(session, project_id, before=before, limit=limit)


@router.get("/board", operation_id="getBoard", response_model=Board)
def get_board(project_id: str, access: Reader, services: Given, session: Db) -> Board:
    """人、事、物、钱: people, tasks, things and money of the project, all as of one time."""
    return board_of(session, project_id, access=access, now=services.clock())


router.routes.extend(counts_router.routes)


def _is_more(fault: dict[str, Any]) -> bool:
    """A field, or a kind of machine, that is not taken."""
    where = fault["loc"]
    return bool(where[0] == "body" and (fault["type"] == "extra_forbidden" or where[-1] == "[key]"))


def _note_more(request: Request, keys: list[str]) -> None:
    """Who sent it is known: `allow` was asked before the body was looked at."""
    services = services_of(request)
    token = request.headers.get("authorization", "").partition(" ")[2]
    by = services.signer.read(token, now=services.wall()).username
    noted = [key[:KEY_CHARS_MAX] for key in keys[:KEYS_NOTED_MAX]]
    detail = {"what": "fields beside the counts", "fields": noted, "expected": "persons and machines alone"}
    _note(services, str(request.path_params["project_id"]), action="count.take", by=by, detail=detail)


def _note(services: Services, project_id: str, *, action: str, by: str, detail: dict[str, Any]) -> None:
    with writing(services.engine) as connection:
        save_observed.note_refused(
            connection, project_id, action=action, by=by, now_ms=to_ms(services.wall()), detail=detail
        )
