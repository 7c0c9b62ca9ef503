"""How often each stage is to be seen in generated sites."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.stages import stages_of
from training.scenes.layout import measured_faces
from training.scenes.schedule import stage_at
from training.scenes.sites import make_site


def stage_shares(work_type: str, *, sites: int) -> NDArray[np.float64]:
    """(stages,) share of the measured cells of the first training sites, four frames each, in each stage."""
    stages = len(stages_of(work_type).names)
    counts = np.zeros(stages)
    for number in range(sites):
        site = make_site("train", number, frames=4, work_type=work_type)
        for moment in site.moments:
            for _, face in measured_faces(site):
                counts += np.bincount(stage_at(face.schedule, moment.day).ravel(), minlength=stages)
    return np.asarray(counts / counts.sum())
