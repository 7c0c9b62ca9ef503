"""Claim: a frame that is not what it should be is noticed with its reason, and changes no cell.

`python -m bench.trust [DATASET] [--until SCENE=YYYY-MM-DD] [--branches N] [--json FILE]`: real sequences are followed
through the whole chain; at N places of each a mishap is put on the next frames. A scene with few frames is lengthened
by live copies of them (other noise, other light), so that a camera has a history. Noticed means by the second frame at
the latest, as two frames in a row must agree that a camera has moved.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge_agent.vision import disturb
from edge_agent.vision.dataset import SceneFolder, read_dataset
from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.reading import FaceReading
from edge_agent.vision.scene import Scene
from edge_agent.vision.see import Network, see
from edge_agent.vision.session import load_network
from wire.scene.shapes import Place

ROOT = Path(__file__).resolve().parent.parent
HERE = Place(latitude=31.2, longitude=121.5)  # where the demo's and the generator's suns stand
SHORT, LENGTHENED = 12, 18
WARM = 10
DISTURBED = 3
SHIFT_ERROR_PX = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Around:
    """A place in a sequence: frames before it (latest last), frames from it on, and another camera's."""

    before: Sequence[Frame]
    ahead: Sequence[Frame]
    other: Sequence[Image]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One mishap: what the camera delivers instead, and the words that count as noticed (code, MOVED, or a shift)."""

    name: str
    deliver: Callable[[Around], list[Frame]]
    expected: tuple[str, ...]
    shift: tuple[float, float] | None = None
    keeps_cells: bool = True
    place: Place | None = None


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of one trial."""

    tried: int = 0
    noticed: int = 0
    at_first: int = 0
    frames: int = 0
    refused: int = 0
    cells_changed: int = 0
    errors_px: list[float] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)


def fresh(frame: Frame, image: Image, *, at: datetime | None = None) -> Frame:
    """A frame with another picture, or at another time."""
    when = at or frame.captured_at
    return Frame(image=image, captured_at=when, sha256=hashlib.sha256(image.tobytes() + str(when).encode()).hexdigest())


def painted(change: Callable[[Image, int], Image]) -> Callable[[Around], list[Frame]]:
    """A trial that changes each picture; the number of the frame is its seed."""
    return lambda around: [fresh(f, change(f.image, k)) for k, f in enumerate(around.ahead)]


def _swapped(around: Around) -> list[Frame]:
    return [fresh(f, picture) for f, picture in zip(around.ahead, around.other, strict=False)]


def _frozen(around: Around) -> list[Frame]:
    last = around.before[-1]
    return [replace(last, captured_at=f.captured_at) for f in around.ahead]


def _hanging(around: Around) -> list[Frame]:
    """One picture again and again under a running clock, as a stream whose sensor hangs; its first look is honest."""
    first, *_ = around.ahead
    at = [first.captured_at + timedelta(minutes=20 * k) for k in range(DISTURBED)]
    return [fresh(first, disturb.stamped(first.image, f"{when:%H:%M:%S}"), at=when) for when in at]


def _set_back(around: Around) -> list[Frame]:
    # A day and a half: two looks a day are up to a night apart.
    return [replace(f, captured_at=f.captured_at - timedelta(days=1.5)) for f in around.ahead]


def _at_night(around: Around) -> list[Frame]:
    return [replace(f, captured_at=f.captured_at + timedelta(hours=12)) for f in around.ahead]


def _replayed(around: Around) -> list[Frame]:
    """What was seen before, encoded anew and dated today."""
    recording = around.before[-2 * DISTURBED - 1 : -DISTURBED - 1]
    return [
        fresh(f, disturb.stamped(old.image, f"{f.captured_at:%H:%M:%S}"))
        for f, old in zip(around.ahead, recording, strict=False)
    ]


def trials() -> tuple[Trial, ...]:
    """All that is tried, shifts in pixels of the native frame."""
    shifts = [(2.0, 0.0), (-1.4, 1.4), (8.0, 0.0), (-5.7, 5.7), (30.0, 0.0), (-21.0, 21.0)]
    moved = [
        Trial(
            name=f"shift {np.hypot(dx, dy):.0f} px ({dx:+.0f},{dy:+.0f})",
            deliver=painted(lambda image, _, dx=dx, dy=dy: disturb.knocked(image, dx_px=dx, dy_px=dy)),  # type: ignore[misc]
            expected=("MOVED",) if np.hypot(dx, dy) > 12 else ("shift",),
            shift=None if np.hypot(dx, dy) > 12 else (dx, dy),
            keeps_cells=float(np.hypot(dx, dy)) > 12,
        )
        for dx, dy in shifts
    ]
    return (
        *moved,
        Trial(name="turn 2°", deliver=painted(lambda i, _: disturb.knocked(i, turn_deg=2)), expected=("MOVED",)),
        Trial(name="zoom 4 %", deliver=painted(lambda i, _: disturb.knocked(i, zoom=1.04)), expected=("MOVED",)),
        Trial(name="cameras swapped", deliver=_swapped, expected=("MOVED",)),
        Trial(name="frozen, same bytes", deliver=_frozen, expected=("frozen",)),
        Trial(name="hanging under a clock", deliver=_hanging, expected=("frozen",), keeps_cells=False),
        Trial(name="replay, encoded anew", deliver=_replayed, expected=("replayed",)),
        Trial(name="clock back a day and a half", deliver=_set_back, expected=("clock_backwards",)),
        Trial(name="daylight dated at night", deliver=_at_night, expected=("clock_sun",), place=HERE),
        Trial(name="bag", deliver=painted(lambda i, k: disturb.bagged(i, seed=k)), expected=("covered",)),
        Trial(name="hand", deliver=painted(lambda i, k: disturb.held(i, seed=k)), expected=("covered",)),
        Trial(name="night", deliver=painted(lambda i, k: disturb.at_night(i, seed=k)), expected=("dark",)),
        Trial(name="blur", deliver=painted(lambda i, _: disturb.blurred(i)), expected=("blur",)),
        Trial(name="burnt out", deliver=painted(lambda i, _: disturb.burnt_out(i)), expected=("overexposed",)),
        Trial(name="fog", deliver=painted(lambda i, _: disturb.foggy(i, share=0.75)), expected=FOG, keeps_cells=False),
        Trial(name="dense fog", deliver=painted(lambda i, _: disturb.foggy(i, share=0.93)), expected=("low_contrast",)),
    )


FOG = ("fog", "low_contrast")


def sequence_of(found: SceneFolder, *, until: str | None) -> list[Frame]:
    """Frames of a scene in time order, to before a day; few frames are lengthened, one look a day and a half hour."""
    kept = [f for f in found.frames if until is None or f"{f.captured_at:%Y-%m-%d}" < until]
    frames = [
        Frame(image=_picture(f.path), captured_at=f.captured_at, sha256=hashlib.sha256(f.path.read_bytes()).hexdigest())
        for f in kept
    ]
    if len(frames) >= SHORT:
        return frames
    start = frames[0].captured_at.replace(hour=3, minute=0)
    return [
        fresh(frames[k % len(frames)], disturb.live(frames[k % len(frames)].image, seed=k), at=start + k * _STEP)
        for k in range(LENGTHENED)
    ]


_STEP = timedelta(hours=24.5)
_ERRORS = Console(stderr=True)


def _picture(path: Path) -> Image:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)


def words(reading: FaceReading, trial: Trial) -> set[str]:
    """What the chain said of a frame; a corrected shift counts as said when it is right to a pixel."""
    said: set[str] = {*reading.quality, reading.registration}
    if trial.shift is not None and reading.registration == "VERIFIED":
        size_px = float(np.hypot(*trial.shift))
        said |= {"shift"} if abs(reading.residual_px - size_px) <= SHIFT_ERROR_PX else set()
    return said


def run_trial(trial: Trial, around: Around, scene: Scene, net: Network, *, memory: CameraMemory, tally: Tally) -> None:
    """Let the chain look at what the trial delivers, starting from what it knew."""
    tally.tried += 1
    noticed = False
    for k, frame in enumerate(trial.deliver(around)):
        seen = see(frame, replace(scene, place=trial.place), net, memory)
        reading = seen.readings[0]
        said = words(reading, trial)
        hit = bool(said.intersection(trial.expected))
        tally.at_first += hit and k == 0
        noticed = noticed or (hit and k < 2)
        trusted = "unusable_frame" not in reading.abstained and reading.registration == "VERIFIED"
        tally.frames += 1
        if not trusted:
            tally.refused += 1
            tally.cells_changed += _cells_changed(memory, seen.memory)
        if trial.shift is not None and reading.registration == "VERIFIED":
            tally.errors_px.append(abs(reading.residual_px - float(np.hypot(*trial.shift))))
        memory = seen.memory
    tally.noticed += noticed
    if not noticed:
        for word in sorted(said - {"VERIFIED"}) or ["nothing"]:
            tally.said[word] = tally.said.get(word, 0) + 1


def _cells_changed(before: CameraMemory, after: CameraMemory) -> bool:
    """True when any belief is another than it was; one never held before counts as changed only if it saw a cell."""
    for face_id, belief in after.faces:
        old = before.belief(face_id)
        if old is None:
            if belief.known.any():
                return True
        elif not np.array_equal(old.phases, belief.phases):
            return True
    return False


@dataclass(slots=True, kw_only=True)
class Calm:
    """False alarms: undisturbed frames, those refused for what they are not, and those said to be MOVED."""

    frames: int = 0
    alarms: int = 0
    moved: int = 0
    unverified: int = 0
    said: dict[str, int] = field(default_factory=dict)


FALSE = {"frozen", "replayed", "clock_backwards", "clock_sun", "covered", "overexposed", "blur", "dark"}


def follow(
    frames: list[Frame], scene: Scene, net: Network, *, calm: Calm, branches: int
) -> Iterator[tuple[int, CameraMemory]]:
    """Look at a whole sequence; gives the memory at the places where trials branch off."""
    memory = CameraMemory()
    last = len(frames) - DISTURBED
    places = set(np.linspace(min(WARM, last), last, branches).astype(int).tolist())
    for k, frame in enumerate(frames):
        if k in places:
            yield k, memory
        seen = see(frame, scene, net, memory)
        reading, memory = seen.readings[0], seen.memory
        calm.frames += 1
        calm.alarms += bool(FALSE.intersection(reading.quality))
        calm.moved += reading.registration == "MOVED"
        calm.unverified += reading.registration == "UNVERIFIED"
        for code in reading.quality:
            calm.said[code] = calm.said.get(code, 0) + 1


def measure(root: Path, *, until: dict[str, str], branches: int) -> tuple[dict[str, Tally], Calm]:
    """Everything over a data set."""
    net, folders = load_network(ROOT / "models"), read_dataset(root)
    sequences = [sequence_of(found, until=until.get(found.scene.scene_id)) for found in folders]
    tallies, calm = {trial.name: Tally() for trial in trials()}, Calm()
    for index, (found, frames) in enumerate(track(list(zip(folders, sequences, strict=True)), console=_ERRORS)):
        if found.scene.work_type != net.stages.work_type:
            continue
        others = [s for k, s in enumerate(sequences) if k != index and s[0].image.shape == frames[0].image.shape]
        for k, memory in follow(frames, found.scene, net, calm=calm, branches=branches):
            other = [f.image for f in others[k % len(others)][k:]] if others else []
            around = Around(before=frames[:k], ahead=frames[k : k + DISTURBED], other=other)
            for trial in trials():
                if trial.deliver is not _swapped or len(other) >= 2:
                    run_trial(trial, around, found.scene, net, memory=memory, tally=tallies[trial.name])
    return tallies, calm


def show(tallies: dict[str, Tally], calm: Calm) -> None:
    """The table, and the false alarms."""
    table = Table(
        "disturbance", "tried", "noticed by 2nd", "at 1st", "refused frames", "cells changed", "px error", "else"
    )
    for name, tally in tallies.items():
        share = [f"{100 * n / max(tally.tried, 1):.1f} %" for n in (tally.noticed, tally.at_first)]
        error = (
            f"{np.median(tally.errors_px):.2f} / {np.percentile(tally.errors_px, 95):.2f}" if tally.errors_px else ""
        )
        refused = f"{tally.refused} of {tally.frames}"
        missed = ", ".join(f"{word} {n}" for word, n in sorted(tally.said.items(), key=lambda item: -item[1])[:3])
        table.add_row(name, str(tally.tried), *share, refused, str(tally.cells_changed), error, missed)
    console = Console(width=140 if not sys.stdout.isatty() else None)
    console.print(table)
    console.print(
        f"undisturbed frames {calm.frames}: refused {calm.alarms}, MOVED {calm.moved}, UNVERIFIED {calm.unverified}, "
        f"codes {calm.said or 'none'}"
    )


def as_json(tallies: dict[str, Tally], calm: Calm) -> dict[str, object]:
    """Counts as JSON."""
    names = ("tried", "noticed", "at_first", "frames", "refused", "cells_changed", "said")
    told = {trial: {name: getattr(tally, name) for name in names} for trial, tally in tallies.items()}
    quiet = ("frames", "alarms", "moved", "unverified", "said")
    return {"claim": __doc__, "trials": told, "undisturbed": {name: getattr(calm, name) for name in quiet}}


def main() -> None:
    """Measure, print, and write the JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path, nargs="?", default=ROOT / "demo" / "footage")
    parser.add_argument(
        "--until", action="append", metavar="SCENE=DAY", help="leave out a scene's frames from a day on"
    )
    parser.add_argument("--branches", type=int, default=6, help="places of each sequence where every mishap is tried")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    # The demo's footage has a camera that is really knocked, and put back never.
    until = dict(item.split("=", 1) for item in given.until or ["gt-c1=2026-10-11"])
    tallies, calm = measure(given.dataset, until=until, branches=given.branches)
    show(tallies, calm)
    if given.json:
        given.json.write_text(json.dumps(as_json(tallies, calm), indent=2) + "\n")


if __name__ == "__main__":
    main()
