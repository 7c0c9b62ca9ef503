"""Imports a plan that came over HTTP: what kind of file it is, whether it is within scope, all of it or every fault."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import HTTP

from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, place_of
from central.api.acting import refusals
from central.api.envelopes import Imported, PlanFault
from central.api.errors import InvalidError, PlanInvalidError, WrongMediaTypeError, absent
from central.api.policy import Place, covers
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
from central.store.save_plan import newest_version, put_plan, spelled_plan
from central.store.save_proposals import propose_plan

JSON_TYPE = "application/json"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM_TYPE = "multipart/form-data"
PLAN_BYTES_MAX = BYTES_MAX + 64 * 1024  # the form around the file
_SUFFIXES = {"json": JSON_TYPE, "xlsx": XLSX_TYPE}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """A body as it came; `content_type` with its parameters."""

    content_type: str
    content: bytes


def import_plan(services: Services, session: Session, *, access: Access, file: PlanFile, reason: str) -> Imported:
    """The version a first plan was stored as, or the number under which a revision waits for approval.

    PlanInvalidError lists every fault; outside the scope the project is absent.
    """
    found = _read(file)
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
    newest, known = newest_version(connection, project)
    if not newest:
        version = put_plan(connection, plan, by=by, reason=reason, now_ms=now_ms)
        return Imported(project=project, plan_version=version, state="in_force", proposal=None)
    if spelled_plan(plan.document)[1] == known:
        return Imported(project=project, plan_version=newest, state="in_force", proposal=None)
    number = propose_plan(connection, plan, by=by, reason=reason, now_ms=now_ms)
    return Imported(project=project, plan_version=newest, state="proposed", proposal=number)


def _read(file: PlanFile) -> ImportedPlan | tuple[PlanError, ...]:
    match _kind(file.content_type):
        case "application/json":
            return read_plan_json(file.content)
        case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
            return read_plan_xlsx(file.content)
        case "multipart/form-data":
            return _read(in_form(file))
    raise WrongMediaTypeError(
        f"content type {file.content_type[:80]!r}",
        where="header.Content-Type",
        expected=f"{JSON_TYPE}, {XLSX_TYPE} or {FORM_TYPE}",
    )


def in_form(file: PlanFile) -> PlanFile:
    """The one file of a form; its name's ending says what it is."""
    head = b"Content-Type: " + file.content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    form = message_from_bytes(head + file.content, policy=HTTP)
    parts = [part for part in form.iter_parts() if part.get_filename()] if form.is_multipart() else []
    if len(parts) != 1:
        raise InvalidError(f"{len(parts)} files in the form", where="body", expected="one .xlsx or .json file")
    name = str(parts[0].get_filename())
    kind = _SUFFIXES.get(name.rsplit(".", 1)[-1].lower())
    content = parts[0].get_payload(decode=True)
    if kind is None or not isinstance(content, bytes):
        raise InvalidError(f"file {name[:80]!r}", where="body", expected="a .xlsx or .json file")
    return PlanFile(content_type=kind, content=content)


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


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
