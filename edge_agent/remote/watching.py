"""What a running agent shows of its cameras to whoever judges a trial."""

from __future__ import annotations

from collections.abc import Sequence

from edge_agent.camera.source import Camera
from edge_agent.remote.trial import CameraSeen
from edge_agent.sense import Sense


def cameras_seen(cameras: Sequence[Camera], sense: Sense) -> dict[str, CameraSeen]:
    """What a configuration on trial is judged by."""
    return {
        camera.id: CameraSeen(
            live=camera.live,
            looked=sense.remembered[camera.id].inferred_s is not None,
            dark="offline" in sense.remembered[camera.id].state.conditions or camera.condition.refused > 0,
            problem=camera.condition.problem,
        )
        for camera in cameras
    }
