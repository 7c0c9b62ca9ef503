"""A training or hold-out site of any work type, as a pure function of (split, work type, number)."""

from dataclasses import replace

from training.scenes.assets import SPLIT_IDS
from training.scenes.new_build.site import new_build_site
from training.scenes.renovation.site import renovation_site
from training.scenes.road.site import road_site
from training.scenes.site import Site

MAKERS = {"new_build": new_build_site, "road": road_site, "renovation": renovation_site}


def make_site(split: str, number: int, *, frames: int, work_type: str = "new_build") -> Site:
    """The site `number` of a split with `frames` moments; ValueError for an unknown split or work type."""
    if split not in SPLIT_IDS:
        raise ValueError(f"split {split!r}, expected one of {', '.join(SPLIT_IDS)}")
    if work_type not in MAKERS:
        raise ValueError(f"work type {work_type!r}, expected one of {', '.join(MAKERS)}")
    return MAKERS[work_type](split, number, frames=frames)


def without_occluders(site: Site) -> Site:
    """The twin of a site with nothing before its faces: what the hidden cells look like."""
    buildings = tuple(
        replace(building, faces=tuple(replace(face, covers=()) for face in building.faces))
        for building in site.buildings
    )
    return replace(site, buildings=buildings, cranes=(), trees=0, vehicles=0, people=0)
