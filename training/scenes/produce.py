"""Renders whole scenes to a data set folder: complete or not at all, and never twice. Needs bpy or moderngl."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from training.scenes.compose import lamp_places, site_looks, site_truth, stand
from training.scenes.layout import frame_name, parse_scene_id, scene_id_of, scene_json, truth_entry, write_json
from training.scenes.shot.lens import Picture, encode, finish
from training.scenes.site import Moment, Site
from training.scenes.sites import make_site, without_occluders

SCENES_A_PROCESS = 24  # Blender does not give all memory back: workers are replaced after about so many scenes
SCENES_A_RASTERISER = 240  # OpenGL does, and compiles its shaders for seconds
RENDERERS = ("cycles", "raster")
RASTERISED = {"train": "bulk"}  # how the split is called in the ids of rasterised scenes; nothing scored is rasterised

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One scene to render into `out`; `frames` are spread over the construction."""

    split: str
    work_type: str
    number: int
    frames: int
    out: Path
    samples: int
    bare: bool = False
    renderer: str = "cycles"

    @property
    def scene_id(self) -> str:
        """The id of the scene that this job makes."""
        split = RASTERISED[self.split] if self.renderer == "raster" else self.split
        return scene_id_of(split, self.work_type, self.number)


def scene_folder(out: Path, scene_id: str) -> Path:
    """Where a scene lies once it is complete."""
    return out / "scenes" / scene_id


def quiet() -> None:
    """Blender reports every file on standard output: send that output nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)


def render_job(job: Job) -> str:
    """Render one scene; returns its id. A site without any measurable face gives no scene."""
    quiet()
    site = make_site(job.split, job.number, frames=job.frames, work_type=job.work_type)
    site = without_occluders(site) if job.bare else site
    if any(face.measured for building in site.buildings for face in building.faces):
        site = replace(site, scene_id=job.scene_id)
        render_site(site, job.out, samples=job.samples or 1 + site.seed % 3, renderer=job.renderer)
    return job.scene_id


def render_site(site: Site, out: Path, *, samples: int, camera_id: str = "cam", renderer: str = "cycles") -> None:
    """All frames, the commissioning and the truth of a site, moved into place when complete."""
    final = scene_folder(out, site.scene_id)
    part = out / ".parts" / f"{site.scene_id}-{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    (part / "frames").mkdir(parents=True)
    shoot = _shooter(site, renderer=renderer, samples=samples, scratch=part)
    for moment in site.moments:
        picture = shoot(moment)
        (part / "frames" / f"{frame_name(moment.at)}.jpg").write_bytes(encode(finish(picture, site, moment), site.jpeg))
    write_json(part / "scene.json", scene_json(site, camera_id=camera_id))
    write_json(part / "truth.json", truth_of(site))
    final.parent.mkdir(parents=True, exist_ok=True)
    part.replace(final)


def _shooter(site: Site, *, renderer: str, samples: int, scratch: Path) -> Callable[[Moment], Picture]:
    """What makes the picture of a moment; only the renderer that is asked for is imported."""
    if renderer == "raster":
        from training.scenes.raster.raster import Raster

        raster = Raster(site_looks(site))
        return lambda moment: raster.shoot(
            stand(site, moment), site=site, moment=moment, lamps=lamp_places(site, moment)
        )
    from training.scenes.cycles.studio import Studio

    studio = Studio(site_looks(site), threads=1, samples=samples)
    return lambda moment: studio.shoot(
        stand(site, moment), site=site, moment=moment, lamps=lamp_places(site, moment), scratch=scratch
    )


def truth_of(site: Site) -> dict[str, Any]:
    """truth.json of a site: every frame's stages, occlusion and covers."""
    entries = {
        frame_name(moment.at): truth_entry(moment.weather.conditions, site_truth(site, moment))
        for moment in site.moments
    }
    return {"schema": "siteprogress.truth/1", "frames": entries}


def rewrite_truth(out: Path) -> Iterator[str]:
    """Write truth.json anew for every scene that is there, from its split and number; yields the ids."""
    for folder in sorted((out / "scenes").iterdir()):
        name, work_type, number = parse_scene_id(folder.name)
        split = next((split for split, bulk in RASTERISED.items() if bulk == name), name)
        frames = sorted(path.stem for path in (folder / "frames").glob("*.jpg"))
        truth = truth_of(make_site(split, number, frames=len(frames), work_type=work_type))
        if sorted(truth["frames"]) != frames:
            raise ValueError(f"{folder}: frames {frames} are not those of this generator: {sorted(truth['frames'])}")
        write_json(folder / "truth.json", truth)
        yield folder.name


def missing(jobs: list[Job]) -> list[Job]:
    """The jobs whose scene is not there yet."""
    return [job for job in jobs if not scene_folder(job.out, job.scene_id).exists()]


def render_all(jobs: list[Job], *, processes: int, work: Callable[[Job], str] = render_job) -> Iterator[str]:
    """Render jobs in worker processes; yields scene ids as they are done. A failed scene stops the run."""
    raster = all(job.renderer == "raster" for job in jobs)
    share = SCENES_A_RASTERISER if raster else SCENES_A_PROCESS
    yield from in_batches(work, jobs, processes=processes, batch=share * processes)


def in_batches(work: Callable[[Task], Result], tasks: list[Task], *, processes: int, batch: int) -> Iterator[Result]:
    """Results as they are done; each batch has fresh processes.

    Not `max_tasks_per_child`: with it Python 3.11's pool stops for ever when its workers have had their share and
    nothing new is submitted (seen here).
    """
    for low in range(0, len(tasks), batch):
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            for done in as_completed([pool.submit(work, task) for task in tasks[low : low + batch]]):
                yield done.result()
