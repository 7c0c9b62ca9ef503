"""A slice of the fault lab on real processes: nothing lost, nothing twice; the edge that believes the broker loses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.catalogue import slice_of
from tests.faults.history import run
from tests.faults.scripts import Case


@pytest.mark.parametrize("case", slice_of(), ids=lambda case: f"{case.fault} {case.plan.mode}".replace(" ", "_"))
def test_history(case: Case, tmp_path: Path) -> None:
    result = run(case, tmp_path / "world")
    assert result.records > 0
    assert not result.wrong
    assert result.doubled == 0
    if case.plan.mode == "puback":
        assert result.lost > 0, "the same fault takes nothing from an edge that deletes on PUBACK: it proves nothing"
    else:
        assert result.lost == 0
