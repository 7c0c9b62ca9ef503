"""What a plan says beyond its buildings: lots, units, steps, key dates, dependencies, and the terms of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from central.domain import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A 标段: what one contractor builds. `buildings` are ids; its weight is the sum of theirs."""

    id: str
    name: Text
    contractor: str
    contract_fen: int
    buildings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A 单元 of a building. `items` are ids; its weight within the building is the sum of theirs."""

    id: str
    building: str
    name: Text
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a work item and the share of it that the step is worth once its evidence is there (rules of credit)."""

    item: str
    name: str
    credit_bp: int
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDate:
    """A day that the plan promises something for; `item` is the work item it is about, or ''."""

    id: str
    name: Text
    day: date
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """Finish to start: `after` may begin `lag_days` calendar days after `before` is finished. Ids of items, buildings
    or projects; a negative lag is an overlap."""

    before: str
    after: str
    lag_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """What contract and approval say. `estimate_fen` (概算) 0 and texts '' when the plan does not name them."""

    signed_on: date | None = None
    agreed_start: date | None = None
    estimate_fen: int = 0
    object_code: str = ""
    unit_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStructure:
    """The parts of a plan around its buildings. `from_template` are buildings whose weights are a template's."""

    lots: tuple[Lot, ...] = ()
    units: tuple[Unit, ...] = ()
    steps: tuple[Step, ...] = ()
    key_dates: tuple[KeyDate, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    from_template: tuple[str, ...] = ()
