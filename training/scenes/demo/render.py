"""Renders the demo district frame by frame, resumable, and puts each scene in place when it is complete. Needs bpy."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.scenes.compose import lamp_places, site_looks, stand
from training.scenes.demo.curves import district
from training.scenes.demo.district import CAMERAS
from training.scenes.demo.site import demo_site
from training.scenes.layout import frame_name, scene_json, write_json
from training.scenes.produce import in_batches, quiet, scene_folder, truth_of
from training.scenes.shot.lens import encode_within, finish
from training.scenes.site import Site

CHUNK = 16  # frames a task
LIMIT_BYTES = 23_500  # a frame; the whole footage has to stay a few megabytes in git


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some frames of one demo camera, by their places in the site's moments."""

    camera: int
    places: tuple[int, ...]
    out: Path
    samples: int


def parts(out: Path, site: Site) -> Path:
    """Where the frames of a scene gather until all are there."""
    return out / ".parts" / site.scene_id


def todo(out: Path, *, every: int, samples: int) -> list[Chunk]:
    """The chunks still to be rendered; `every` > 1 takes only each so-many-th frame, for a look."""
    chunks = []
    for camera, item in enumerate(CAMERAS):
        site = demo_site(item)
        frames = parts(out, site) / "frames"
        if scene_folder(out, site.scene_id).exists():
            continue
        left = [
            place
            for place in range(0, len(site.moments), every)
            if not (frames / f"{frame_name(site.moments[place].at)}.jpg").exists()
        ]
        chunks += [
            Chunk(camera=camera, places=tuple(left[low : low + CHUNK]), out=out, samples=samples)
            for low in range(0, len(left), CHUNK)
        ]
    return chunks


def render_chunk(chunk: Chunk) -> int:
    """Render the frames of one chunk; returns how many."""
    from training.scenes.cycles.studio import Studio

    quiet()
    site = demo_site(CAMERAS[chunk.camera])
    folder = parts(chunk.out, site)
    (folder / "frames").mkdir(parents=True, exist_ok=True)
    studio = Studio(site_looks(site), threads=1, samples=chunk.samples)
    for place in chunk.places:
        moment = site.moments[place]
        picture = studio.shoot(
            stand(site, moment), site=site, moment=moment, lamps=lamp_places(site, moment), scratch=folder
        )
        data = encode_within(finish(picture, site, moment), quality=site.jpeg, limit=LIMIT_BYTES)
        final = folder / "frames" / f"{frame_name(site.moments[place].at)}.jpg"
        final.with_suffix(".part").write_bytes(data)
        final.with_suffix(".part").replace(final)
    return len(chunk.places)


def render_demo(chunks: list[Chunk], *, processes: int) -> Iterator[int]:
    """Render the chunks in worker processes; yields the number of frames of each finished one."""
    yield from in_batches(render_chunk, chunks, processes=processes, batch=8 * processes)


def settle(out: Path) -> list[str]:
    """Write plan, truth and commissioning, and move complete scenes into place; returns their ids."""
    write_json(out / "plan.json", district("plan"))
    write_json(out / "true.json", district("true"))
    settled = []
    for item in CAMERAS:
        site = demo_site(item)
        folder, final = parts(out, site), scene_folder(out, site.scene_id)
        names = [frame_name(moment.at) for moment in site.moments]
        if final.exists() or not all((folder / "frames" / f"{name}.jpg").exists() for name in names):
            continue
        write_json(folder / "scene.json", scene_json(site, camera_id=item.camera_id))
        write_json(folder / "truth.json", truth_of(site))
        final.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, final)
        settled.append(site.scene_id)
    return settled
