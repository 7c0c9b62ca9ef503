"""Imports a plan that came over HTTP: what kind of file it is, whether it is within scope, all of it or every fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, place_of
from central.api.acting import refusals
from central.api.envelopes import Imported, PlanFault
from central.api.errors import PlanInvalidError, absent
from central.api.plan_schemas import PlanChecked
from central.api.policy import Place, covers
from central.api.schemas import Text
from central.api.sent_files import JSON_TYPE, XLSX_TYPE, SentFile, read_sent
from central.api.services import Services
from central.api.views.plan_checked import plan_checked
from central.domain import Project
from central.errors import PlanRefused
from central.plan.document import ImportedPlan
from central.plan.fault import PlanError
from central.plan.fault_words import fault_text
from central.plan.importing import read_plan_json, read_plan_xlsx
from central.plan.workbook import BYTES_MAX
from central.store import tables
from central.store.engine import undone, writing
from central.store.instants import to_ms
from central.store.save_audit import lock_head
from central.store.save_plan import newest_version, put_plan, spelled_plan
from central.store.save_proposals import propose_plan

PLAN_BYTES_MAX = BYTES_MAX + 64 * 1024  # the form around the file
_TO_COME = "…"  # a revision's reason is asked for once its file is right
_READERS: dict[str, Callable[[bytes], ImportedPlan | tuple[PlanError, ...]]] = {
    JSON_TYPE: read_plan_json,
    XLSX_TYPE: read_plan_xlsx,
}


def import_plan(services: Services, session: Session, *, access: Access, file: SentFile, reason: str) -> Imported:
    """The version a first plan was stored as, or the number under which a revision waits for approval.

    PlanInvalidError lists every fault; outside the scope the project is absent.
    """
    plan = _read(session, access=access, file=file)
    with _told(), writing(services.engine) as connection:
        return _taken(connection, plan, by=access.username, reason=reason, now_ms=to_ms(services.wall()))


def check_plan(services: Services, session: Session, *, access: Access, file: SentFile) -> PlanChecked:
    """What the same file would become, by taking it in and taking that back: refused where it would be refused."""
    plan = _read(session, access=access, file=file)
    with _told(), undone(services.engine) as connection:
        lock_head(connection)
        checked = plan_checked(connection, plan)
        _taken(connection, plan, by=access.username, reason=_TO_COME, now_ms=to_ms(services.wall()))
    return checked


def _read(session: Session, *, access: Access, file: SentFile) -> ImportedPlan:
    found = read_sent(file, _READERS)
    if not isinstance(found, ImportedPlan):
        raise PlanInvalidError([plan_fault(error) for error in found])
    _check_scope(session, access, found.project)
    return found


@contextmanager
def _told() -> Iterator[None]:
    """What does not fit beside what is stored is told as a fault of the file."""
    try:
        with refusals():
            yield
    except PlanRefused as refused:
        raise PlanInvalidError([refused_fault(refused)]) from refused


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
    return PlanFault(
        sheet=error.sheet,
        row=error.row,
        column=error.column,
        what=error.what,
        expected=error.expected,
        text=_text(error.what, error.expected),
    )


def refused_fault(refused: PlanRefused) -> PlanFault:
    """The one fault of a file that is right by itself."""
    what, expected = refused.what, refused.expected
    return PlanFault(sheet="", row=None, column=refused.where, what=what, expected=expected, text=_text(what, expected))


def _text(what: str, expected: str) -> Text:
    words = fault_text(what, expected)
    return Text(zh=words.zh, en=words.en)
