"""Warnings of the caller's scope."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from central.api.access import Access, allow
from central.api.schemas import Level, PlanWarning, WarningList
from central.api.services import Db
from central.api.views.warnings import warning_of, warnings_of

router = APIRouter(prefix="/warnings", tags=["warnings"])
Reader = Annotated[Access, allow("read_projects")]


@router.get("", operation_id="listWarnings", response_model=WarningList)
def warnings(
    access: Reader,
    session: Db,
    project: Annotated[str | None, Query(max_length=128)] = None,
    state: Literal["open", "closed", "all"] = "open",
    level: Annotated[list[Level] | None, Query()] = None,
) -> WarningList:
    """Open (or closed) warnings, heaviest first, then newest."""
    return warnings_of(session, access=access, project=project, state=state, levels=tuple(level or ()))


@router.get("/{warning_id}", operation_id="getWarning", response_model=PlanWarning)
def warning(warning_id: str, access: Reader, session: Db) -> PlanWarning:
    """One warning with its history."""
    return warning_of(session, int(warning_id))
