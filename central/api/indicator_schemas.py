"""What the API takes and answers about indicators, sets, frames and carbon. Same rules as `schemas`.

`share` and `weight` are 0-1; targets and values are in the unit that stands beside them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from central.api.acting import Day, Id, Line, Note, Number
from central.api.goal_schemas import MaybeId, SentenceGiven, Share, SubjectShown
from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Sha256, Text
from central.scoring.sets import LEAVES_MAX

Positive = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
SetSubject = Literal["district", "unit", "project", "person"]
Frame = Literal["IOI", "IPOR", "MOF"]
Kind = Literal["higher", "lower", "binary", "qualitative", "survey", "panel"]
IndicatorId = Annotated[str, Field(max_length=63, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}$")]


# --- indicators and sets ---------------------------------------------------------------------------------------------


class IndicatorShown(Answer):
    """A version of an indicator; `target` null = each subject sets its own."""

    id: str
    version: int
    name: Text
    kind: Kind
    target: float | None
    unit: str
    digits: int
    formula: Text
    source: str
    level: int
    above: str
    frames: dict[Frame, str]
    basis: str
    verification: str
    owner: str


class SectorBrief(Answer):
    """A sector of the library."""

    id: str
    version: int
    name: Text
    work_types: list[str]
    indicators: int


class SectorList(Answer):
    """All sectors in their newest version."""

    sectors: list[SectorBrief]


class SectorShown(Answer):
    """A sector's indicators."""

    id: str
    version: int
    name: Text
    work_types: list[str]
    basis: str
    indicators: list[IndicatorShown]


class CloneGiven(Asked):
    """A set for a subject out of the library. Weights: by the ministry's form (`mof`), alike (`equal`), by hand
    (`given`, with a reason), or by a frozen AHP node (`judged`). No indicators = all that the weighing has room for."""

    base_version: Annotated[int, Field(ge=0, lt=1 << 31)]
    sector: Annotated[str, Field(max_length=32, pattern=r"^[a-z][a-z0-9_]*$")]
    name: SentenceGiven
    frame: Frame
    weighing: Literal["equal", "mof", "given", "judged"]
    since: Day
    indicators: Annotated[list[IndicatorId], Field(default_factory=list, max_length=LEAVES_MAX)]
    targets: Annotated[dict[IndicatorId, Positive], Field(default_factory=dict, max_length=LEAVES_MAX)]
    weights: Annotated[dict[IndicatorId, Share], Field(default_factory=dict, max_length=LEAVES_MAX)]
    node: MaybeId = ""
    node_version: Number | None = None
    reason: Note = ""


class SetDecisionGiven(Asked):
    """A decision on a proposed set; without approval a remark says why."""

    approve: bool
    remark: Note = ""


class SetLeafShown(Answer):
    """An indicator in a set, its weight, and where the weight is from."""

    indicator: IndicatorShown
    weight: float
    judged: str
    reason: str


class SetShown(Answer):
    """A version of a set; `in_force` = on the day that was asked for."""

    subject: SubjectShown
    version: int
    name: Text
    sector: str
    frame: Frame
    basis: str
    consistency_ratio: float
    since: date
    state: Literal["proposed", "approved", "refused", "withdrawn"]
    in_force: bool
    reason: str
    proposed_by: str
    decided_by: str
    remark: str
    leaves: list[SetLeafShown]


class SetVersions(Answer):
    """All versions of a subject's set, the oldest first."""

    versions: list[SetShown]


class SetBrief(Answer):
    """A subject that has a set: its newest version, and how it stands."""

    subject: SubjectShown
    name: Text
    sector: str
    version: int
    state: str
    since: date
    leaves: int


class SetList(Answer):
    """A page of subjects with a set; `next` is what to ask `after`, null at the end."""

    sets: list[SetBrief]
    next: str | None


class FrameNodeShown(Answer):
    """A node of a frame with the leaves right under it; `id` '' = what has no place in this frame."""

    id: str
    name: Text
    weight: float
    share: float
    leaves: list[SetLeafShown]


class SetInFrame(Answer):
    """A set looked at through a frame; the leaves are the same in each."""

    frame: Frame
    version: int
    nodes: list[FrameNodeShown]


# --- carbon ----------------------------------------------------------------------------------------------------------


class FactorGiven(Asked):
    """tCO2e for one unit of something."""

    code: Id
    name: SentenceGiven
    kind: Literal["material", "machine", "transport", "energy"]
    unit: Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[^\x00-\x1f\x7f]+$")]
    tco2e: Positive


class FactorTableGiven(Asked):
    """A table of carbon factors; source and version say where they are from."""

    name: Id
    source: Line
    version: Id
    factors: Annotated[list[FactorGiven], Field(min_length=1, max_length=500)]


class CarbonFactorShown(Answer):
    """tCO2e for one unit of something."""

    code: str
    name: Text
    kind: str
    unit: str
    tco2e: float


class FactorTableShown(Answer):
    """A table of carbon factors."""

    name: str
    source: str
    version: str
    factors: list[CarbonFactorShown]


class FactorTables(Answer):
    """All tables by name, the newest version last."""

    tables: list[FactorTableShown]


class CarbonQuantity(Asked):
    """So much of a factor's thing; `sha256` of the paper that says so, where there is one."""

    code: Id
    amount: Positive
    unit: Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[^\x00-\x1f\x7f]+$")]
    sha256: Sha256 | None = None


class CarbonGiven(Asked):
    """Quantities to be counted by a table."""

    table: Id
    version: Id
    quantities: Annotated[list[CarbonQuantity], Field(min_length=1, max_length=500)]


class CarbonLineShown(Answer):
    """One product of the sum."""

    code: str
    amount: float
    unit: str
    factor: float
    tco2e: float


class CarbonShown(Answer):
    """Σ quantity x factor, with the table it is by."""

    tco2e: float
    table: str
    source: str
    version: str
    lines: list[CarbonLineShown]
