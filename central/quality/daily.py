"""The daily report as a file: siteprogress.daily/1, as it is handed in by other systems. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from central.quality.clauses import Fault, shown
from central.quality.presence import COUNT_MAX, MachineKind

DAILY_SCHEMA = "siteprogress.daily/1"
_NOTE, _LINE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$", r"^[^\x00-\x1f\x7f]*$"
_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"


class DailyClaim(BaseModel):
    """What is done of a work item."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    item: Annotated[str, Field(pattern=_ID, description="工作项编号 | id of the work item in the plan")]
    value_bp: Annotated[int, Field(ge=0, le=10_000, description="累计完成(基点) | cumulative share done, 1/10000")]


class DailyCounts(BaseModel):
    """How many people and machines were on the site that day: counts alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    persons: Annotated[
        Annotated[int, Field(strict=True, ge=0, le=COUNT_MAX)] | None,
        Field(description="在场人数 | people on the site"),
    ] = None
    machines: Annotated[
        dict[MachineKind, Annotated[int, Field(strict=True, ge=0, le=COUNT_MAX)]] | None,
        Field(max_length=20, description="各类机械台数 | machines by kind"),
    ] = None


class DailyDocument(BaseModel):
    """A note on a day with photos and progress by work item."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    schema_: Annotated[Literal["siteprogress.daily/1"], Field(alias="schema", description="格式 | schema")]
    project: Annotated[str, Field(pattern=_ID, description="项目编号 | id of the project")]
    day: Annotated[
        date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31), description="日期 | calendar day of the district")
    ]
    note: Annotated[str, Field(max_length=2000, pattern=_NOTE, description="进度说明 | what was done")]
    stage: Annotated[
        str, Field(max_length=64, pattern=_LINE, description="阶段名称 | stage as the contract names it, may be empty")
    ]
    photos: Annotated[
        list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]],
        Field(max_length=50, description="照片的SHA-256,先上传 | SHA-256 of photos uploaded before"),
    ]
    claims: Annotated[
        list[DailyClaim], Field(max_length=500, description="各工作项进度,每项一次 | progress by item, each once")
    ]
    counts: Annotated[DailyCounts | None, Field(description="在场人数和机械 | people and machines on the site")] = None


def daily_faults(document: Any) -> tuple[Fault, ...]:
    """Everything that is wrong with a daily report."""
    try:
        known = DailyDocument.model_validate(document)
    except ValidationError as odd:
        return tuple(
            Fault(
                where=".".join(str(part) for part in one["loc"]) or "document",
                what="nothing" if one["type"] == "missing" else shown(one["input"]),
                expected=one["msg"],
            )
            for one in odd.errors(include_url=False)
        )
    times = Counter(claim.item for claim in known.claims)
    found = [
        Fault(where=f"claims.{at}.item", what=f"{claim.item!r} again", expected="each item once")
        for at, claim in enumerate(known.claims)
        if times[claim.item] > 1
    ]
    if not (known.note.strip() or known.photos or known.claims or counted(known.counts)):
        found.append(Fault(where="note", what="nothing", expected="a note, a photo, a claimed progress or a count"))
    return tuple(found)


def counted(counts: DailyCounts | None) -> bool:
    """Whether people or machines were counted."""
    return counts is not None and (counts.persons is not None or counts.machines is not None)
