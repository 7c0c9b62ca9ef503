"""The library of indicators by sector: data that ships beside this file, and what a district adds (D33, E02, E10).

A document (siteprogress.indicators/1) is one version of one sector. Sets are cloned from it and hold their own copies,
so that a later version changes nothing that runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from central.domain import Text
from central.scoring.frames import nodes_of
from central.scoring.indicator import FrameName, Indicator, IndicatorKind
from central.scoring.leaf import check_target
from central.scoring.refused import ScoringRefused
from central.scoring.sources import SOURCES

SCHEMA: Literal["siteprogress.indicators/1"] = "siteprogress.indicators/1"
SHIPPED_IN = Path(__file__).parent / "sectors"
ENTRIES_MAX = 200
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
SectorId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
IndicatorId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}$", max_length=63)]
Words = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f]")]


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TextGiven(_Given):
    """A name or formula in both languages."""

    zh: Words
    en: Words

    def text(self) -> Text:
        """The noun."""
        return Text(zh=self.zh, en=self.en)


class EntryGiven(_Given):
    """An indicator of a sector. `above` = the indicator of a higher level that it serves (E02), '' = none; `target`
    null = each subject sets its own."""

    id: IndicatorId
    name: TextGiven
    kind: IndicatorKind
    target: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1e15)] | None
    unit: Annotated[str, Field(max_length=16, pattern=_ONE_LINE)]
    digits: Annotated[int, Field(ge=0, le=6)] = 2
    formula: TextGiven
    source: Annotated[str, Field(max_length=63)] = ""
    level: Literal[1, 2, 3] = 2
    above: IndicatorId | Literal[""] = ""
    frames: dict[FrameName, str]
    basis: Annotated[str, Field(max_length=500, pattern=_ONE_LINE)] = ""
    verification: Words
    owner: Annotated[str, Field(max_length=128, pattern=_ONE_LINE)] = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for frame, node in self.frames.items():
            if node not in nodes_of(frame):
                raise ValueError(f"{self.id}: node {node!r} of {frame}: expected one of {', '.join(nodes_of(frame))}")
        missing = {"IOI", "IPOR", "MOF"} - set(self.frames)
        if missing:
            raise ValueError(f"{self.id}: no place in {', '.join(sorted(missing))}: expected one in each frame")
        if self.target is not None:
            check_target(self.kind, self.target)
        if self.source and self.source not in SOURCES:
            raise ValueError(f"{self.id}: source {self.source!r}: expected '' or one of {', '.join(SOURCES)}")
        if self.source and SOURCES[self.source].unit != self.unit:
            unit = SOURCES[self.source].unit
            raise ValueError(f"{self.id}: unit {self.unit!r}: expected {unit!r}, in which {self.source} is measured")
        return self


class SectorGiven(_Given):
    """A sector's indicators (siteprogress.indicators/1); `work_types` are the kinds of projects that it is for."""

    schema_: Literal["siteprogress.indicators/1"] = Field(alias="schema")
    sector: SectorId
    name: TextGiven
    work_types: Annotated[list[SectorId], Field(max_length=20)] = []
    basis: Words
    indicators: Annotated[list[EntryGiven], Field(min_length=1, max_length=ENTRIES_MAX)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        ids = [entry.id for entry in self.indicators]
        again = sorted({one for one in ids if ids.count(one) > 1})
        if again:
            raise ValueError(f"{', '.join(again)} again: expected each indicator once")
        levels = {entry.id: entry.level for entry in self.indicators}
        for entry in self.indicators:
            if entry.above in levels and levels[entry.above] >= entry.level:
                raise ValueError(
                    f"{entry.id} of level {entry.level} under {entry.above}: expected a higher level above"
                )
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """A version of a sector's indicators. `above` maps an indicator to the one of a higher level that it serves;
    `open_targets` are those for which each subject sets its own target (theirs here is 0)."""

    id: str
    version: int
    name: Text
    work_types: tuple[str, ...]
    basis: str
    indicators: tuple[Indicator, ...]
    above: Mapping[str, str]
    open_targets: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """ID/VERSION."""
        return f"{self.id}/{self.version}"


def read_sector(document: object, *, version: int, before: Sector | None = None) -> Sector:
    """The sector a document says, as this version; ScoringRefused names the first fault by place.

    An indicator that says what it said `before` keeps its version, any other has the sector's.
    """
    try:
        given = document if isinstance(document, SectorGiven) else SectorGiven.model_validate(document)
    except ValidationError as faults:
        first = faults.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "document"
        what = Text(zh=f"指标库文件有误: {first['msg']}", en=f"faults in the indicators: {first['msg']}")
        expected = Text(zh=f"符合 {SCHEMA} 的文件", en=f"a document of {SCHEMA}")
        raise ScoringRefused("missing", what, where=where, expected=expected) from faults
    known = {} if before is None else {one.id: one for one in before.indicators}
    return Sector(
        id=given.sector,
        version=version,
        name=given.name.text(),
        work_types=tuple(given.work_types),
        basis=given.basis,
        indicators=tuple(_versioned(_indicator(entry, given), known, version) for entry in given.indicators),
        above={entry.id: entry.above for entry in given.indicators if entry.above},
        open_targets=frozenset(entry.id for entry in given.indicators if entry.target is None),
    )


def check_sources(given: SectorGiven) -> None:
    """ScoringRefused where what the platform measures is scored the wrong way round, or as if people had judged it: a
    value that cannot be scored would stop the sheets of everybody."""
    for entry in given.indicators:
        if not entry.source or entry.kind == SOURCES[entry.source].better:
            continue
        better = SOURCES[entry.source].better
        raise ScoringRefused(
            "unknown",
            Text(
                zh=f"{entry.id} 的类型 {entry.kind} 与采集项 {entry.source} 不符",
                en=f"{entry.id} is of kind {entry.kind}, but {entry.source} is measured",
            ),
            where=f"indicators.{entry.id}.kind",
            expected=Text(zh=f"{better} (该采集项的方向)", en=f"{better}, the way of that measure"),
        )


def sector_document(sector: Sector) -> dict[str, Any]:
    """A sector as the document that says it."""
    return {
        "schema": SCHEMA,
        "sector": sector.id,
        "name": _plain(sector.name),
        "work_types": list(sector.work_types),
        "basis": sector.basis,
        "indicators": [_entry(one, sector) for one in sector.indicators],
    }


@lru_cache(maxsize=1)
def shipped() -> tuple[Sector, ...]:
    """What every centre has from the start, by file name, all of version 1."""
    documents = [json.loads(path.read_bytes()) for path in sorted(SHIPPED_IN.glob("*.json"))]
    return tuple(read_sector(document, version=1) for document in documents)


def chosen(sector: Sector, ids: Sequence[str] = ()) -> tuple[Indicator, ...]:
    """The indicators of these ids in the sector's order, all without any; ScoringRefused names one it has not."""
    strange = [one for one in ids if one not in {indicator.id for indicator in sector.indicators}]
    if strange:
        raise ScoringRefused(
            "unknown",
            Text(zh=f"指标库 {sector.label} 没有 {strange[0]}", en=f"library {sector.label} has no {strange[0]}"),
            where="indicators",
            expected=Text(zh="该行业库中的指标编号", en="ids of the sector's indicators"),
        )
    return tuple(one for one in sector.indicators if not ids or one.id in ids)


def _indicator(entry: EntryGiven, sector: SectorGiven) -> Indicator:
    return Indicator(
        id=entry.id,
        version=0,
        name=entry.name.text(),
        kind=entry.kind,
        target=float(entry.target or 0),
        unit=entry.unit,
        digits=entry.digits,
        formula=entry.formula.text(),
        source=entry.source,
        level=entry.level,
        sector=sector.sector,
        frames=dict(entry.frames),
        basis=entry.basis or sector.basis,
        verification=entry.verification,
        owner=entry.owner,
    )


def _versioned(indicator: Indicator, known: Mapping[str, Indicator], version: int) -> Indicator:
    former = known.get(indicator.id)
    same = former is not None and replace(former, version=0) == indicator
    return former if former is not None and same else replace(indicator, version=version)


def _entry(one: Indicator, sector: Sector) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": _plain(one.name),
        "kind": one.kind,
        "target": None if one.id in sector.open_targets else one.target,
        "unit": one.unit,
        "digits": one.digits,
        "formula": _plain(one.formula),
        "source": one.source,
        "level": one.level,
        "above": sector.above.get(one.id, ""),
        "frames": dict(one.frames),
        "basis": "" if one.basis == sector.basis else one.basis,
        "verification": one.verification,
        "owner": one.owner,
    }


def _plain(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
