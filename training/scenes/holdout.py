"""The hold-out list: which scenes are scored, and from which assets, written down before any training. Pure."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from training.scenes.assets import FAMILIES
from training.scenes.layout import scene_id_of
from training.scenes.renovation.assets import estate_of
from training.scenes.road.assets import holdout_assets
from training.scenes.sites import MAKERS

SCENES = 24  # of each work type
FRAMES = 16  # of each scene, over WINDOW_DAYS

ASSETS: dict[str, dict[str, Any]] = {
    "new_build": asdict(FAMILIES["holdout"]),
    "renovation": asdict(estate_of("holdout")),
    "road": holdout_assets(),
}


def holdout_text() -> str:
    """The contents of HOLDOUT.txt: scene ids, the asset families they use, and one sha256 over both."""
    ids = [scene_id_of("holdout", work_type, number) for work_type in sorted(MAKERS) for number in range(SCENES)]
    families = json.dumps({name: ASSETS[name] for name in sorted(MAKERS)}, sort_keys=True)
    body = "\n".join(ids) + f"\n{FRAMES} frames a scene\n" + families + "\n"
    return body + "sha256 " + hashlib.sha256(body.encode()).hexdigest() + "\n"
