"""Imports a plan that came over HTTP: what kind of file it is, whether it is within scope, all of it or every fault."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, place_of
from central.api.acting import refusals
from central.api.envelopes import Imported, PlanFault
from central.api.errors import PlanInvalidError, absent
from central.api.policy import Place, covers
from central.api.sent_files import JSON_TYPE, XLSX_TYPE, SentFile, read_sent
from central.api.services import Services
from central.domain import Project
from central.errors import PlanRefused
from central.plan.document import ImportedPlan
from central.plan.fault import PlanError
from central.plan.importing import read_plan_json, read_plan_xlsx
from central.plan.workbook import BYTES_MAX
from central.store import tables
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_audit import lock_head
from central.store.save_plan import newest_version, put_plan, spelled_plan
from central.store.save_proposals import propose_plan

PLAN_BYTES_MAX = BYTES_MAX + 64 * 1024  # the form around the file
_READERS: dict[str, Callable[[bytes], ImportedPlan | tuple[PlanError, ...]]] = {
    JSON_TYPE: read_plan_json,
    XLSX_TYPE: read_plan_xlsx,
}


def import_plan(services: Services, session: Session, *, access: Access, file: SentFile, reason: str) -> Imported:
    """The version a first plan was stored as, or the number under which a revision waits for approval.

    PlanInvalidError lists every fault; outside the scope the project is absent.
    """
    found = read_sent(file, _READERS)
    if not isinstance(found, ImportedPlan):
        raise PlanInvalidError([plan_fault(error) for error in found])
    _check_scope(session, access, found.project)
    try:
        with refusals(), writing(services.engine) as connection:
            return _taken(connection, found, by=access.username, reason=reason, now_ms=to_ms(services.wall()))
    except PlanRefused as refused:
        fault = PlanFault(sheet="", row=None, column=refused.where, what=refused.what, expected=refused.expected)
        raise PlanInvalidError([fault]) from refused


def _taken(connection: Connection, plan: ImportedPlan, *, by: str, reason: str, now_ms: int) -> Imported:
    """The baseline is in force at once; a revision when somebody else approves it."""
    project = plan.project.id
    lock_head(connection)  # what is looked at here holds until it is stored
    newest, known = newest_version(connection, project)
    if not newest:
        version = put_plan(connection, plan, by=by, reason=reason, now_ms=now_ms)
        return Imported(project=project, plan_version=version, state="in_force", proposal=None)
    if spelled_plan(plan.document)[1] == known:
        return Imported(project=project, plan_version=newest, state="in_force", proposal=None)
    number = propose_plan(connection, plan, by=by, reason=reason, now_ms=now_ms)
    return Imported(project=project, plan_version=newest, state="proposed", proposal=number)


def _check_scope(session: Session, access: Access, project: Project) -> None:
    """Both where the project is now and where the plan puts it must be within the caller's scope."""
    planned = Place(project=project.id, unit=project.unit.zh, street=project.street.zh)
    stored = session.get(tables.Project, project.id)
    places = [planned] if stored is None else [planned, place_of(stored)]
    if not all(covers(access.grants, place=place) for place in places):
        raise absent("project", project.id)


def plan_fault(error: PlanError) -> PlanFault:
    """A fault as the API tells it."""
    return PlanFault(sheet=error.sheet, row=error.row, column=error.column, what=error.what, expected=error.expected)
