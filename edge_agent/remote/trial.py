"""Whether an agent under a new configuration is well: pure. Every camera must be looked at but those known dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edge_agent.remote.state import Trial

STARTS_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSeen:
    """A camera since this process began: whether it was looked at, and whether it should be by itself (a stream).

    `dark`: known to give nothing that can be looked at (offline, or every image refused).
    """

    live: bool
    looked: bool
    dark: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`well`: keep it. `ill`: go back, for `reason`. `wait`: neither can be said yet."""

    state: Literal["well", "wait", "ill"]
    reason: str = ""


def expected_of(cameras: Mapping[str, CameraSeen]) -> tuple[str, ...]:
    """Those that must show themselves in a trial that begins now: all but the ones that were dark before it."""
    return tuple(camera for camera, seen in cameras.items() if seen.looked or not seen.dark)


def judge(
    trial: Trial, *, elapsed_s: float, synced: bool, cameras: Mapping[str, CameraSeen], failure: str = ""
) -> Judged:
    """`failure` is a look or a part of the agent that failed. Before the limit only a look at every camera confirms.

    A folder's next file may be hours away, and a camera that was dark before stays so: both are waited for until the
    limit and not held against the configuration then.
    """
    if failure:
        return Judged(state="ill", reason=failure)
    everyone = dict.fromkeys((*trial.cameras, *cameras))
    missing = [camera for camera in everyone if camera not in cameras or not cameras[camera].looked]
    if synced and not missing:
        return Judged(state="well")
    if elapsed_s < trial.limit_s:
        return Judged(state="wait")
    due = [camera for camera in missing if camera in trial.cameras]
    silent = [camera for camera in due if camera not in cameras or cameras[camera].live]
    if silent:
        told = [f"{camera} ({cameras[camera].problem})" if _said(cameras, camera) else camera for camera in silent]
        return Judged(state="ill", reason=f"no frame looked at within {trial.limit_s} s: {', '.join(told)}")
    if not synced:
        return Judged(state="ill", reason=f"the centre did not answer within {trial.limit_s} s")
    return Judged(state="well")


def stands(trial: Trial, *, now_ms: int) -> str:
    """Why a trial that an agent finds at its start has failed already; '' when it goes on."""
    if trial.starts >= STARTS_MAX:
        return f"the agent ended {trial.starts} times while it was tried"
    if now_ms - trial.since_ms > trial.limit_s * 1000:
        return f"not confirmed within {trial.limit_s} s"
    return ""


def _said(cameras: Mapping[str, CameraSeen], camera: str) -> bool:
    return camera in cameras and bool(cameras[camera].problem)
