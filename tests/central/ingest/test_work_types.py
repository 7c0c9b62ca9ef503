"""What the edge sees of every kind of work is taken at the centre: the same stages, credits by item."""

from __future__ import annotations

import json

import pytest

from central.ingest.observe import FaceSeen, observe
from central.ingest.sorting import sort_records
from central.plan.stages import STAGES
from edge_agent.vision.stages import STAGE_LISTS, StageList
from tests.wire.build import a_reading, a_record


def test_both_sides_know_the_same_stages() -> None:
    assert {kind: stages.names for kind, stages in STAGE_LISTS.items()} == STAGES


@pytest.mark.parametrize("stages", STAGE_LISTS.values(), ids=STAGE_LISTS)
def test_a_reading_of_every_kind_of_work_becomes_an_observation(stages: StageList) -> None:
    """Half of the face in the last stage, half in the first: the item credited by the last one is half done."""
    last = len(stages.names) - 1
    reading = a_reading(
        work_type=stages.work_type,
        stages=stages.names,
        stage_shares_bp=(5000, *[0] * (last - 1), 5000),
        stage=((last, last, last), (0, 0, 0)),
        top_storey=2 if stages.work_type == "new_build" else None,
    )
    found = sort_records([a_record(body=reading)], gateway="gw-1", epoch="e1")
    assert (found.letters, len(found.readings)) == ([], 1)
    (row,) = found.readings
    assert row["work_type"] == stages.work_type
    seen = FaceSeen(
        gateway="gw-1",
        epoch="e1",
        seq=1,
        camera=row["camera"],
        face=row["face"],
        building=row["building"],
        observed_at_ms=row["observed_at"],
        shares=json.loads(row["shares"]),
        cells=row["cells"],
        completion_bp=row["completion_bp"],
        sigma_bp=row["sigma_bp"],
    )
    credits_bp = {"whole": dict(zip(stages.names, stages.credit_bp, strict=True)), "last": {stages.names[last]: 10_000}}
    values = {item.item: item.value_bp for item in observe([seen], credits_bp)}
    assert values == {"whole": (stages.credit_bp[0] + stages.credit_bp[last]) // 2, "last": 5000}
