"""RSS of the agent with eight cameras, and the frames it looks at.

`python -m bench.agent [--seconds S] [--every S] [--json FILE]`. Four RTSP streams and four watched folders, the shipped
network, one face each; with `--every` each camera gives a frame that often, as on a site, else the folders are full
from the start. All processes of the agent are counted: RSS counts shared pages once for each process, PSS shares them
out and is what the machine really gives. The slope is a line through the second half of what is theirs alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from demo.rtsp import StillCamera
from edge_agent.errors import StoreError
from edge_agent.status import read_status
from tests.edge_agent.site import COLS, ROWS, a_jpeg, frame_name
from tests.edge_agent.vision.drawing import scene_json

STREAMS, FOLDERS = 4, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Of one process, MiB."""

    name: str
    rss_mib: float
    pss_mib: float
    own_mib: float


def memory_of(pid: int, name: str) -> Memory:
    """From smaps_rollup."""
    fields = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        key, value, *_ = line.split()
        fields[key] = int(value) / 1024
    own = fields["Private_Dirty:"]  # clean pages become private when a neighbour ends
    return Memory(name=name, rss_mib=fields["Rss:"], pss_mib=fields["Pss:"], own_mib=own)


def processes_of(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children = [c for task in Path(f"/proc/{pid}/task").glob("*/children") for c in task.read_text().split()]
    return [pid, *(found for child in children for found in processes_of(int(child)))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """All processes of the agent together, MiB, `at_s` after the first frame."""

    at_s: float
    rss_mib: float
    pss_mib: float
    own_mib: float


def slope_mib_per_h(samples: list[Sample]) -> float:
    """Of what is theirs alone, least squares over the second half: what the start allocates is no leak."""
    late = samples[len(samples) // 2 :]
    if len(late) < 3:
        return 0.0
    return float(np.polyfit([s.at_s for s in late], [s.own_mib for s in late], 1)[0] * 3600)


def write_site(root: Path, urls: list[str], *, frames: int, interval_s: float) -> Path:
    """Settings, scenes and filled folders."""
    (root / "scene.json").write_text(json.dumps(scene_json(rows=ROWS, cols=COLS)))
    still = cv2.imdecode(np.frombuffer(a_jpeg(20), np.uint8), cv2.IMREAD_COLOR)
    cv2.imwrite(str(root / "still.jpg"), still)
    lines = ['[gateway]\nid = "gw-1"\ndata_dir = "data"\n[broker]\nurl = "mqtt://127.0.0.1:1"\n']
    for number, url in enumerate(urls):
        camera = f'id = "s{number}"\nkind = "rtsp"\nscene = "scene.json"\nurl = "{url}"\ninterval_s = {interval_s}\n'
        lines.append(f"[[camera]]\n{camera}")
    for number in range(FOLDERS):
        drop = root / f"f{number}"
        drop.mkdir()
        for hour in range(frames):
            (drop / frame_name(hour)).write_bytes(a_jpeg(hour))
        camera = f'id = "f{number}"\nkind = "folder"\nscene = "scene.json"\npath = "f{number}"\nsettle_s = 0\n'
        lines.append(f"[[camera]]\n{camera}")
    path = root / "agent.toml"
    path.write_text("".join(lines))
    return path


def looked_at(root: Path) -> int:
    """Frames in the store, 0 while it is being made."""
    try:
        return sum(camera.frames for camera in read_status(root / "data", now_ms=0).cameras)
    except StoreError:
        return 0


def feed(root: Path, hour: int) -> None:
    """One more frame in each folder."""
    for number in range(FOLDERS):
        (root / f"f{number}" / frame_name(hour)).write_bytes(a_jpeg(hour))


def measure(root: Path, *, seconds: float, frames: int, every_s: float) -> dict[str, Any]:
    """Run the agent for a while and look at it."""
    servers = [StillCamera(fps=10).start() for _ in range(STREAMS)]
    given = 1 if every_s else frames
    settings = write_site(root, [server.url for server in servers], frames=given, interval_s=every_s or 0.5)
    for server in servers:
        server.set_still(root / "still.jpg")
    command = [sys.executable, "-m", "edge_agent.cli", "run", "-s", str(settings)]
    with (root / "agent.log").open("wb") as log:
        agent = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        while looked_at(root) == 0 and agent.poll() is None:
            time.sleep(0.1)
        before, began = looked_at(root), time.monotonic()
        memories: list[Memory] = []
        samples: list[Sample] = []
        while (at_s := time.monotonic() - began) < seconds and agent.poll() is None:
            time.sleep(0.5)
            while every_s and at_s > (given - 1) * every_s:
                feed(root, given)
                given += 1
            pids = processes_of(agent.pid)
            memories = [memory_of(pid, "agent" if pid == agent.pid else "capture") for pid in pids]
            rss, pss = sum(m.rss_mib for m in memories), sum(m.pss_mib for m in memories)
            samples.append(Sample(at_s=at_s, rss_mib=rss, pss_mib=pss, own_mib=sum(m.own_mib for m in memories)))
        took, looked = time.monotonic() - began, looked_at(root) - before
    finally:
        agent.terminate()
        agent.wait(30)
        for server in servers:
            server.stop()
    main = next(m for m in memories if m.name == "agent")
    return {
        "cameras": STREAMS + FOLDERS,
        "processes": len(memories),
        "peak_rss_mib": round(max(s.rss_mib for s in samples), 1),
        "peak_pss_mib": round(max(s.pss_mib for s in samples), 1),
        "agent_process_rss_mib": round(main.rss_mib, 1),
        "slope_mib_per_h": round(slope_mib_per_h(samples), 2),
        "frames_per_s": round(looked / took, 2),
        "seconds": round(took, 1),
    }


def main() -> None:
    """Measure, show, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--frames", type=int, default=400, help="files in each folder")
    parser.add_argument("--every", type=float, default=0.0, help="seconds between a camera's frames, 0 = no wait")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        found = measure(Path(root), seconds=given.seconds, frames=given.frames, every_s=given.every)
    table = Table(*found)
    table.add_row(*(str(value) for value in found.values()))
    Console().print(table)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
