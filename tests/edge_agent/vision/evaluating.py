"""What the tests of the evaluation share: records by hand, and a rig around the hand-written network."""

from datetime import timedelta
from typing import Any

import numpy as np

from edge_agent.vision.baseline import FeatureBaseline, cell_features
from edge_agent.vision.errors import ModelError
from edge_agent.vision.metrics import CellSet, FaceRecord
from edge_agent.vision.rectify import canvas_size
from edge_agent.vision.rig import Rig
from tests.edge_agent.vision.drawing import START
from tests.edge_agent.vision.fixed_network import ColourNetwork


def a_record(*, value: float | None, truth: float, day: float = 0.0, building: str = "A", **over: Any) -> FaceRecord:
    """A record with one estimator, `filtered`."""
    given: dict[str, Any] = {
        "scene": "s",
        "face": f"{building}-front",
        "building": building,
        "work_type": "new_build",
        "captured_at": START + timedelta(days=day),
        "conditions": ("clear",),
        "occluded_share": 0.0,
        "occluders": (),
        "px_per_storey": 30.0,
        "obliquity_deg": 20.0,
        "truth_pp": truth,
        "true_top": 3,
        "values": {"filtered": value},
        "fell": {},
        "cells_fell": {},
        "tops": {"filtered": 3},
        "visible": {},
        "hidden": {},
        "sigma_pp": 2.0,
        "coverage": 1.0,
        "abstained": (),
        "registration": "VERIFIED",
    }
    return FaceRecord(**(given | over))


def cells(truth: list[int], said: list[int], *, certainty: float = 0.8) -> CellSet:
    """Cells that one estimator says with one certainty."""
    return CellSet(
        truth=np.array(truth, np.uint8),
        said=np.array(said, np.uint8),
        confidence=np.full(len(said), certainty, np.float32),
    )


def a_baseline() -> FeatureBaseline:
    """A feature baseline that learnt nothing."""
    count = cell_features(np.zeros((*canvas_size(1, 1), 3), np.uint8)).shape[-1]
    rng = np.random.default_rng(0)
    return FeatureBaseline(
        mean=np.zeros(count), scale=np.ones(count), weights=rng.normal(0, 0.01, (count, 6)), bias=np.zeros(6)
    )


def colour_rig(*, features: bool = False) -> Rig:
    """The hand-written network for new buildings; nothing for other work."""

    def check(kind: str) -> None:
        if kind != "new_build":
            raise ModelError(file="manifest.json", reason=f"names no weights for work type {kind!r}")

    return Rig(
        check=check,
        load=lambda kinds: {kind: ColourNetwork() for kind in kinds},
        features=lambda _: a_baseline() if features else None,
    )
