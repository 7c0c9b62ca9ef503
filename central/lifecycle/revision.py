"""What a new version of a plan changes: delay against the baseline, parts that go, come or weigh differently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from central.domain import Project
from central.plan.structure import PlanStructure


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What versions are compared by: the finish, and the share of the project of every part by id (1e-4 of 1 bp).

    Parts are buildings, units and items; a unit without items of its own weighs nothing.
    """

    finish: date
    shares: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One version against the one before it, and its finish against version 1 (calendar days, positive = later)."""

    delay_days: int
    removed: tuple[str, ...]
    added: tuple[str, ...]
    reweighted: tuple[str, ...]


def outline_of(project: Project, structure: PlanStructure | None = None) -> Outline:
    """The outline of a plan."""
    shares = {building.id: building.weight_bp * 10_000 for building in project.buildings}
    for building in project.buildings:
        shares |= {item.id: building.weight_bp * item.weight_bp for item in building.items}
    for unit in structure.units if structure else ():
        shares[unit.id] = sum(shares.get(item, 0) for item in unit.items)
    return Outline(finish=project.finish, shares=shares)


def revise(before: Outline, after: Outline, *, baseline_finish: date) -> Revision:
    """What changes from one version to the next."""
    gone = sorted(before.shares.keys() - after.shares.keys())
    come = sorted(after.shares.keys() - before.shares.keys())
    other = sorted(
        part for part in before.shares.keys() & after.shares.keys() if before.shares[part] != after.shares[part]
    )
    return Revision(
        delay_days=(after.finish - baseline_finish).days,
        removed=tuple(gone),
        added=tuple(come),
        reweighted=tuple(other),
    )
