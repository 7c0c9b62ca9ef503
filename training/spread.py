"""How far readings may be off, fitted by running the agent's own chain over scenes that no run was taught.

`python -m training.spread --models models --data DIR [--calibrate DIR]` fits the intervals of weights anew. Episodes
(many looks, days apart, as an agent has them) tell more than scenes held aside, of which there are few looks.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from edge_agent.vision.dataset import SceneFolder, read_scene_folder
from edge_agent.vision.interval import LEVEL, HeldError, Spread, covered_share, fit_spread
from edge_agent.vision.looking import FaceLook, watch_scene
from edge_agent.vision.see import Network
from edge_agent.vision.session import load_networks
from training.held import is_held

PLAIN = Spread(floor_bp=200, scale=1.0)
LEAST_BUILDINGS = 20  # of fewer the 90 % quantile is the one that was worst
MOST_SCENES = 80


def held_folders(roots: Iterable[Path], *, work_type: str) -> list[SceneFolder]:
    """Scenes of one work type held aside, path-traced ones first."""
    paths = sorted(p for root in roots for p in (root / "scenes").iterdir() if p.is_dir() and is_held(p.name))
    return of_kind(sorted(paths, key=lambda path: (path.name.startswith("bulk-"), path.name)), work_type=work_type)


def all_folders(root: Path, *, work_type: str) -> list[SceneFolder]:
    """Scenes of one work type of a data set that was never trained on."""
    return of_kind(sorted(p for p in (root / "scenes").iterdir() if p.is_dir()), work_type=work_type)


def of_kind(paths: Sequence[Path], *, work_type: str) -> list[SceneFolder]:
    """The first MOST_SCENES scenes of a work type."""
    found: list[SceneFolder] = []
    for path in paths:
        folder = read_scene_folder(path)
        if folder.scene.work_type == work_type:
            found.append(folder)
        if len(found) == MOST_SCENES:
            break
    return found


def spread_facts(folders: Sequence[SceneFolder], net: Network) -> dict[str, Any]:
    """Manifest figures: floor, scale and conformal factor; the plain spread where too few buildings were held."""
    errors = [error for folder in folders for error in errors_of(folder, net)]
    if len({error.building for error in errors}) < LEAST_BUILDINGS:
        return {"sigma_floor_bp": PLAIN.floor_bp, "sigma_scale": PLAIN.scale}
    spread = fit_spread(errors, level=LEVEL)
    conformal = {"level": LEVEL, "factor_bp": spread.factor_bp, "buildings": spread.buildings}
    return {
        "sigma_floor_bp": spread.floor_bp,
        "sigma_scale": spread.scale,
        "conformal": conformal,
        "interval_covers_own": round(covered_share(errors, spread), 3),
    }


def errors_of(folder: SceneFolder, net: Network) -> Iterator[HeldError]:
    """Every reading of a scene against its truth."""
    for frame in watch_scene(folder, net, features=None):
        for look, record in frame.looks:
            error = _error_of(look, truth_bp=100 * record.truth_pp, building=f"{record.scene}/{record.building}")
            if error is not None:
                yield error


def _error_of(look: FaceLook, *, truth_bp: float, building: str) -> HeldError | None:
    reading = look.reading
    if reading.held_bp is None or reading.doubt is None:
        return None
    return HeldError(building=building, error_bp=reading.held_bp - truth_bp, doubt=reading.doubt)


def fit_intervals(
    models: Path, roots: Sequence[Path], *, kinds: Sequence[str] = (), calibrate: Path | None
) -> dict[str, Any]:
    """Write the intervals of these work types (none named: all) into the manifest of `models`; returns their entries.

    From `calibrate` where it holds enough buildings of the work type, else from the scenes of `roots` held aside.
    """
    path = models / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    entries: dict[str, Any] = manifest["models"]
    fitted = list(kinds) or sorted(entries)
    for kind, network in load_networks(models, fitted).items():
        sources = [("scenes held aside", held_folders(roots, work_type=kind))]
        if calibrate is not None:
            sources.insert(0, ("episodes never trained on", all_folders(calibrate, work_type=kind)))
        for source, folders in sources:
            facts = spread_facts(folders, network)
            entries[kind] |= facts | {"interval_from": source}
            if "conformal" in facts:
                break
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return {kind: entries[kind] for kind in fitted}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--data", type=Path, action="append", required=True, help="as given to training.train")
    parser.add_argument("--calibrate", type=Path, help="episodes that no run was taught")
    given = parser.parse_args()
    print(json.dumps(fit_intervals(given.models, given.data, calibrate=given.calibrate), indent=2))


if __name__ == "__main__":
    main()
