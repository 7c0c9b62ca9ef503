"""Groups of looks that get a row of their own, the worst by rule, and where the feature baseline is not beaten."""

from collections.abc import Callable, Sequence
from typing import Any

from edge_agent.vision.metrics import FaceRecord

OCCLUSION_EDGES = (0.1, 0.3, 0.6)
STOREY_PX_EDGES = (16, 24, 36, 60)
OBLIQUITY_EDGES = (30, 45, 60, 70)
# A stratum may be named worst only when it holds enough: one odd wall is no finding.
MIN_LOOKS, MIN_BUILDINGS = 20, 3


def strata(records: Sequence[FaceRecord]) -> dict[str, list[FaceRecord]]:
    """Records by condition, occlusion, its kind, pixels per storey, obliquity and work type; only strata that occur."""
    return _grouped(records, _strata_of)


def by_building(records: Sequence[FaceRecord]) -> dict[str, list[FaceRecord]]:
    """Records by scene and building."""
    return _grouped(records, lambda record: [f"{record.scene}/{record.building}"])


def _grouped(records: Sequence[FaceRecord], names_of: Callable[[FaceRecord], list[str]]) -> dict[str, list[FaceRecord]]:
    groups: dict[str, list[FaceRecord]] = {}
    for record in records:
        for name in names_of(record):
            groups.setdefault(name, []).append(record)
    return dict(sorted(groups.items()))


def _strata_of(record: FaceRecord) -> list[str]:
    return [
        *(f"condition:{name}" for name in dict.fromkeys(record.conditions)),
        *(f"occluder:{name}" for name in record.occluders),
        f"occlusion_pct:{_band(100 * record.occluded_share, [100 * e for e in OCCLUSION_EDGES])}",
        f"px_per_storey:{_band(record.px_per_storey, STOREY_PX_EDGES)}",
        f"obliquity_deg:{_band(record.obliquity_deg, OBLIQUITY_EDGES)}",
        f"work_type:{record.work_type}",
    ]


def _band(value: float, edges: Sequence[float]) -> str:
    below = [e for e in edges if value >= e]
    above = [e for e in edges if value < e]
    return (
        f"{below[-1]:.0f}-{above[0]:.0f}" if below and above else f"{below[-1]:.0f}+" if below else f"0-{above[0]:.0f}"
    )


def worst_strata(figures: dict[str, Any], *, estimator: str = "filtered") -> dict[str, Any]:
    """By each of two measures the worst stratum with at least MIN_LOOKS readings and MIN_BUILDINGS buildings."""
    large = {
        name: row["estimators"][estimator]
        for name, row in figures.items()
        if row["buildings"] >= MIN_BUILDINGS and row["estimators"][estimator]["readings"] >= MIN_LOOKS
    }
    by_f1 = {name: row["cell_macro_f1"] for name, row in large.items() if row.get("cell_macro_f1") is not None}
    by_mae = {name: row["mae_pp"] for name, row in large.items()}
    worst_mae = max(by_mae, key=lambda name: by_mae[name], default=None)
    worst_f1 = min(by_f1, key=lambda name: by_f1[name], default=None)
    return {
        "rule": f"at least {MIN_LOOKS} readings and {MIN_BUILDINGS} buildings",
        "mae_pp": None if worst_mae is None else {"stratum": worst_mae, "value": by_mae[worst_mae]},
        "cell_macro_f1": None if worst_f1 is None else {"stratum": worst_f1, "value": by_f1[worst_f1]},
    }


def not_beaten(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Strata in which the network alone is no better than the feature baseline alone, on the same looks."""
    found = []
    for name, row in figures.items():
        net, peer = row["estimators"]["network"], row["estimators"]["features"]
        for measure, better in (("mae_pp", -1), ("cell_macro_f1", 1)):
            ours, theirs = net.get(measure), peer.get(measure)
            if ours is not None and theirs is not None and better * (ours - theirs) <= 0:
                found.append({"stratum": name, "measure": measure, "network": ours, "features": theirs})
    return found
