"""Who may see scores of whom; what is kept of persons is for few, and each look is noted."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access
from central.api.errors import AbsentError, absent
from central.api.policy import district_wide
from central.api.services import Services
from central.domain import Subject
from central.store.instants import district_day, to_ms
from central.store.read_ranked_people import note_look, reader_seat
from central.store.read_ranked_policy import policy_on
from central.store.tables import Project


def check_subject(
    connection: Connection, access: Access, subject: Subject, *, services: Services, what: str, look: bool
) -> None:
    """404 unless the caller may see scores of this subject; what is kept of persons is for few, and a look is noted."""
    if subject.kind != "person":
        if not sees_subject(Session(connection), access, subject):
            raise absent(subject.kind, subject.id)
        return
    policy, now_ms = policy_on(connection, district_day(services.wall())), to_ms(services.wall())
    seat = reader_seat(connection, access.username, subject.id, policy=policy, at_ms=now_ms)
    if seat is None:
        raise absent(subject.kind, subject.id)
    if look:
        note_look(connection, [subject.id], what=what, looker=access.username, seat=seat, now_ms=now_ms)


def check_sheet(connection: Connection, access: Access, subject: Subject, key: str, *, services: Services) -> None:
    """The same for a sheet of the subject: what is forbidden is answered as what is not there."""
    try:
        check_subject(connection, access, subject, services=services, what=f"sheet/{key}", look=True)
    except AbsentError as hidden:
        raise absent("sheet", key) from hidden


def sees_subject(session: Session, access: Access, subject: Subject) -> bool:
    """Whether the caller's grants reach the scores of a subject: a project's by place, a unit's in the unit or the
    district, the district's the district; of a person only his own, for others ask `check_subject`."""
    if subject.kind == "person":
        return access.username == subject.id
    if district_wide(access.grants):
        return True
    match subject.kind:
        case "project":
            project = session.get(Project, subject.id)
            return project is not None and access.sees(project)
        case "unit":
            return any(grant.kind == "unit" and grant.scope == subject.id for grant in access.grants)
    return False
