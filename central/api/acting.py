"""What every act of a person on a project needs: refusals as answers, and the roles the person has at that place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from central.api.access import Access, place_of
from central.api.errors import AbsentError, InvalidError
from central.api.policy import covers
from central.errors import CentralError, PlanRefused, UnknownThing
from central.store.tables import Project

Line = Annotated[
    str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]
Note = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
Reasoned = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
Number = Annotated[int, Field(ge=1, lt=1 << 31)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
Fen = Annotated[int, Field(ge=0, le=10**15)]


@contextmanager
def refusals() -> Iterator[None]:
    """What a rule forbids is 422 with what, where and what was expected; what is not there is 404."""
    try:
        yield
    except UnknownThing as unknown:
        raise AbsentError(unknown.what, where=unknown.where, expected=unknown.expected) from unknown
    except PlanRefused:
        raise  # told with its place in the file
    except CentralError as refused:
        raise InvalidError(refused.what, where=refused.where, expected=refused.expected, code="refused") from refused


def roles_at(session: Session, access: Access, project_id: str) -> frozenset[str]:
    """The roles of the call's action that reach this project."""
    project = session.get(Project, project_id)
    if project is None:
        return frozenset()
    place = place_of(project)
    return frozenset(grant.role for grant in access.grants if covers((grant,), place=place))
