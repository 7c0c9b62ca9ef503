"""Tries a configuration in a process of its own before anything is switched: what crashes or hangs there hurts nobody.

`python -m edge_agent.remote.rehearsal` reads the settings (JSON) from stdin, loads every scene and network, looks once
at two plain canvases of each face; the last line it prints says what is wrong.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from edge_agent.errors import EdgeError
from edge_agent.remote.errors import NotYetError, RefusedError
from edge_agent.settings import Settings

LIMIT_S = 300.0
MEMORY_BYTES_MAX = 6 << 30  # of addresses, which onnxruntime takes far more of than of memory
NICE = 10
POLL_S = 0.1


def rehearse(settings: Settings, *, stop: threading.Event, limit_s: float = LIMIT_S) -> None:
    """RefusedError when the settings' scenes and networks do not load and look; NotYetError when told to stop."""
    command = [sys.executable, "-m", "edge_agent.remote.rehearsal"]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(child.communicate(settings.model_dump_json())[0]))
    reader.start()
    until = time.monotonic() + limit_s
    while reader.is_alive() and time.monotonic() < until and not stop.is_set():
        reader.join(POLL_S)
    ended = not reader.is_alive()
    if not ended:
        child.kill()
        reader.join()
    if stop.is_set() and not ended:
        raise NotYetError("told to stop", where="rehearsal", expected="time to try the configuration")
    _judge(child.returncode, heard[0] if heard else "", limit_s=None if ended else limit_s)


def _judge(code: int, said: str, *, limit_s: float | None) -> None:
    if code == 0:
        return
    last = said.strip().rpartition("\n")[2]
    if limit_s is not None:
        problem = f"not loaded and tried within {limit_s:g} s"
    elif code < 0:
        problem = f"ends the process that tries it ({signal.Signals(-code).name})"
    else:
        problem = last or f"exit code {code}"
    raise RefusedError(problem[:600], where="rehearsal", expected="scenes and networks that load and look")


def look_at_plain_canvases(settings: Settings) -> None:
    """Load all and infer twice a face: on grey and on noise. VisionError or EdgeError says what is wrong."""
    import numpy as np

    from edge_agent.app import load_networks
    from edge_agent.vision.rectify import canvas_size
    from edge_agent.vision.scene import load_scene

    scenes = [load_scene(Path(camera.scene)) for camera in settings.camera]
    networks = load_networks(settings, scenes, network_of=None)
    noise = np.random.default_rng(0)
    for scene in scenes:
        for face in scene.faces:
            shape = (*canvas_size(face.rows, face.cols), 3)
            networks[scene.work_type].infer(np.full(shape, 128, np.uint8))
            networks[scene.work_type].infer(noise.integers(0, 256, shape, np.uint8))


def _be_nice() -> None:
    os.nice(NICE)


def _die_first() -> None:
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _need_little() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))


def main() -> int:
    """Exit 0: it loads and looks. 1: the last line of stdout says why not."""
    from edge_agent.vision.errors import VisionError

    for modesty in (_be_nice, _die_first, _need_little):
        with contextlib.suppress(OSError, ValueError):  # a hardened unit may not; then the unit's own limits hold
            modesty()
    try:
        look_at_plain_canvases(Settings.model_validate_json(sys.stdin.read()))
    except (EdgeError, VisionError, MemoryError) as wrong:
        sys.stdout.write(str(wrong).replace("\n", " ") or repr(wrong))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
