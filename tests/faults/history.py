"""One history: build a world, break it, let it settle, check every invariant."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.faults.checker import Findings, check_world
from tests.faults.scripts import Case
from tests.faults.world import built


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A row of the published table. `recovery_s`: from the end of the last fault to the last record's commit."""

    fault: str
    row: str
    seed: int
    broker: str
    database: str
    mode: str
    records: int
    stored: int
    tombstoned: int
    kills: int
    pauses: int
    lost: int
    doubled: int
    recovery_s: float
    wrong: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled or otherwise wrong."""
        return not (self.lost or self.doubled or self.wrong)


def run(case: Case, folder: Path, *, timeout_s: float = 300.0, keep: Path | None = None) -> Result:
    """Run a case in a new folder; what is left of a world that failed is kept in `keep`."""
    with built(case.plan, folder) as world:
        world.start()
        case.script(world, case.rounds)
        world.quiet()
        recovery_s = world.settled(timeout_s=timeout_s)
        for edge in world.edges.values():
            edge.end()
        found = check_world(world)
        result = _result(case, found, kills=world.kills, pauses=world.pauses, recovery_s=recovery_s)
        if keep is not None and not result.clean:
            shutil.copytree(folder, keep, dirs_exist_ok=True)
    return result


def broken_off(case: Case, reason: str) -> Result:
    """The row of a history that did not come to its end."""
    return _result(case, Findings(wrong=[reason]), kills=0, pauses=0, recovery_s=0.0)


def _result(case: Case, found: Findings, *, kills: int, pauses: int, recovery_s: float) -> Result:
    return Result(
        fault=case.fault,
        row=case.row,
        seed=case.plan.seed,
        broker=case.plan.broker,
        database=case.plan.database,
        mode=case.plan.mode,
        records=found.committed,
        stored=found.stored,
        tombstoned=found.tombstoned,
        kills=kills,
        pauses=pauses,
        lost=found.lost,
        doubled=found.doubled,
        recovery_s=round(recovery_s, 1),
        wrong=tuple(found.wrong[:10]),
    )
