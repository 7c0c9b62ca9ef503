"""Where a number comes from, down to the record, the frame's digest and the still."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from central.api.access import Access, allow
from central.api.acting import Day
from central.api.score_schemas import TraceNode
from central.api.services import Db, Given
from central.api.views.trace import record_trace, score_trace, warning_trace
from central.api.views.trace_sheet import sheet_trace

router = APIRouter(prefix="/trace", tags=["trace"])
Reader = Annotated[Access, allow("read_trace")]
Key = Annotated[str, Path(max_length=128)]


@router.get("/score/{project_id}", operation_id="traceScore", response_model=TraceNode)
def trace_score(
    project_id: Key,
    access: Reader,
    services: Given,
    session: Db,
    day: Annotated[Day | None, Query(description="as it stood at the end of this day; now unless told")] = None,
) -> TraceNode:
    """Score, indicators, buildings, readings."""
    return score_trace(session, access, project_id, now=services.clock(), day=day)


@router.get("/sheet/{sheet_id}", operation_id="traceSheet", response_model=TraceNode)
def trace_sheet(sheet_id: Key, access: Reader, services: Given, session: Db) -> TraceNode:
    """Score sheet, leaves with formulas and the judgement behind each weight, values, and what they rest on. A unit's
    unrolls into its projects' sheets; a look at a person's is noted."""
    return sheet_trace(session, access, sheet_id, services=services)


@router.get("/warning/{warning_id}", operation_id="traceWarning", response_model=TraceNode)
def trace_warning(warning_id: Key, access: Reader, services: Given, session: Db) -> TraceNode:
    """Warning, transitions, readings."""
    return warning_trace(session, access, int(warning_id), now=services.clock())


@router.get("/record/{gateway}/{epoch}/{seq}", operation_id="traceRecord", response_model=TraceNode)
def trace_record(gateway: Key, epoch: Key, seq: Key, access: Reader, session: Db) -> TraceNode:
    """One stored record: what it says, its hash, its frame and its still."""
    return record_trace(session, gateway=gateway, epoch=epoch, seq=int(seq))
