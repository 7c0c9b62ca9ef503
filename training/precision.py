"""Which number format an agent takes by itself: int8 where it holds what fp32 holds.

By the mean error of single looks int8 was taken twice where what is held then moved by half a point (decisions 0049,
0053): of some thirty buildings errors cancel by chance. So the agent's own chain is run in both formats over the same
episodes, and what is held must agree look by look; no error, on whatever truth, can move by more than that.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge_agent.vision.dataset import SceneFolder
from edge_agent.vision.looking import watch_scene
from edge_agent.vision.manifest import Precision
from edge_agent.vision.session import load_networks
from training.quantise import MOST_SHIFT_BP
from training.spread import all_folders, held_folders


def taken_by_itself(entry: dict[str, Any], moved_bp: float | None) -> Precision:
    """The format for one work type: int8 where it was accepted, is faster and moves what is held by little enough.

    `moved_bp` is by how much (1/10000, mean over looks), None where no episode told it.
    """
    looks = entry["int8"]
    agrees = moved_bp is not None and moved_bp <= MOST_SHIFT_BP
    return "int8" if looks["accepted"] and looks["int8_ms"] < looks["fp32_ms"] and agrees else "fp32"


def prefer(
    models: Path, entries: dict[str, dict[str, Any]], roots: Iterable[Path], *, calibrate: Path | None
) -> dict[str, dict[str, Any]]:
    """The entries with `preferred` decided, and by how many points int8 moves what is held told beside it.

    By the episodes of `calibrate` that no run was taught, or by the scenes of `roots` held aside.
    """
    chosen = {}
    for kind, entry in entries.items():
        folders = held_folders(roots, work_type=kind) if calibrate is None else all_folders(calibrate, work_type=kind)
        moved_bp = held_moved_bp(models, folders, kind) if entry["int8"]["accepted"] else None
        told = {} if moved_bp is None else {"held_moved_pp": round(moved_bp / 100, 4)}
        chosen[kind] = entry | {"int8": entry["int8"] | told, "preferred": taken_by_itself(entry, moved_bp)}
    return chosen


def held_moved_bp(models: Path, folders: Sequence[SceneFolder], kind: str) -> float | None:
    """Mean absolute difference (1/10000) of what the agent holds in int8 and in fp32; None where it held nothing."""
    plain, quantised = (load_networks(models, [kind], precision=each)[kind] for each in ("fp32", "int8"))
    apart = []
    for folder in folders:
        for one, other in zip(
            watch_scene(folder, plain, features=None), watch_scene(folder, quantised, features=None), strict=True
        ):
            for (look, _), (again, _) in zip(one.looks, other.looks, strict=True):
                if look.reading.held_bp is not None and again.reading.held_bp is not None:
                    apart.append(abs(look.reading.held_bp - again.reading.held_bp))
    return float(np.mean(apart)) if apart else None
