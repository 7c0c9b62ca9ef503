"""The rules themselves: the ladders there are, and what each rule remembers of a project."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from central.api.access import Access, allow
from central.api.rules_schemas import LadderProfiles, RuleStandings
from central.api.services import Db
from central.api.views.rules import profiles_shown, rules_shown
from central.domain import Condition

router = APIRouter(tags=["rules"])
Reader = Annotated[Access, allow("read_projects")]


@router.get("/ladders", operation_id="listLadders", response_model=LadderProfiles)
def ladders(_access: Reader, session: Db) -> LadderProfiles:
    """Every version of every profile of thresholds, shipped or imported."""
    return profiles_shown(session.connection())


@router.get("/projects/{project_id}/rules", operation_id="listRules", response_model=RuleStandings)
def rules(
    project_id: str,
    _access: Reader,
    session: Db,
    *,
    condition: Condition | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> RuleStandings:
    """What the rules remember of the project: levels, month ends, and which of them cannot judge and why."""
    return rules_shown(session.connection(), project_id, condition=condition, limit=limit, offset=offset)
