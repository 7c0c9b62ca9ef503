"""The frames of a site: their days, hours and weather over its works. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from edge_agent.vision.stages import stages_of
from training.scenes.schedule import last_day
from training.scenes.shot.camera import axes
from training.scenes.shot.weather import KINDS, TRAIN_SHARES, local_hour, make_weather, utc_of
from training.scenes.site import Floats, Moment, Site

BEFORE_SHARE = 0.4  # sites whose camera was hung before the works began
HUNG_BY, HUNG_BY_WHERE_IT_RISES = 0.7, 0.1  # the others' by this share of the works
BEFORE_DAYS = 4.0


def moments_of(site: Site, frames: int, rng: np.random.Generator) -> tuple[Moment, ...]:
    """Frames spread over the works of the first building, or (a steady camera) over some weeks of them."""
    schedule = site.buildings[0].faces[0].schedule
    begin, last = float(schedule.begun.min()), last_day(schedule)
    north, latitude = float(rng.uniform(0, 6.28)), float(rng.uniform(20, 45))
    first = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=int(rng.integers(0, 365)))
    hung_by = HUNG_BY if stages_of(site.work_type).renews else HUNG_BY_WHERE_IT_RISES
    days = _window(begin, last, frames, rng) if site.steady else _spread(begin, last, frames, rng, hung_by=hung_by)
    moments: dict[datetime, Moment] = {}
    for day, kind in zip(days, _weathers(frames, rng, keeps=0.4 if site.steady else 0.0), strict=True):
        at = utc_of(first + timedelta(days=int(day) + 60), local_hour(kind, rng))
        moments[at] = moment_at(site, at, kind=kind, day=float(day), north=north, latitude=latitude, rng=rng)
    return tuple(moments[at] for at in sorted(moments))


def _spread(begin: float, last: float, frames: int, rng: np.random.Generator, *, hung_by: float) -> Floats:
    """A frame in each part of the works from when the camera was hung, or the first one before them.

    What has not changed since the first look is old on some sites, half done on others and finished on a few: with
    most cameras hung before the works a network takes whatever has not changed for old (decision 0058).
    """
    before = frames > 1 and rng.random() < BEFORE_SHARE
    hung, parts = (0.0, frames - 1) if before else (rng.uniform(0.0, hung_by), frames)
    bounds = np.linspace(hung, 1.02, parts + 1)
    during = begin + rng.uniform(bounds[:-1], bounds[1:]) * (last - begin)
    return np.concatenate([[begin - rng.uniform(0, BEFORE_DAYS)], during]) if before else np.asarray(during)


def _window(begin: float, last: float, frames: int, rng: np.random.Generator) -> Floats:
    """One frame every other day, in a window that lies somewhere in the works (a little before and after too)."""
    start = begin - 4 + rng.uniform(0, 1) * max(last - begin + 6 - 2 * frames, 0.0)
    return np.asarray(start + 2.0 * np.arange(frames))


def _weathers(frames: int, rng: np.random.Generator, *, keeps: float) -> list[str]:
    """A kind of weather for each frame; with probability `keeps` that of the frame before."""
    kinds: list[str] = []
    for _ in range(frames):
        fresh = str(rng.choice(KINDS, p=TRAIN_SHARES))
        kinds.append(kinds[-1] if kinds and rng.random() < keeps else fresh)
    return kinds


def moment_at(site: Site, at: datetime, *, rng: np.random.Generator, **light: Any) -> Moment:
    """One moment of a site; `light` holds kind, day, north and latitude."""
    forward = axes(site.view)[2]
    weather = make_weather(
        light["kind"],
        at + timedelta(hours=8),
        latitude=light["latitude"],
        north=light["north"],
        view_azimuth=float(np.arctan2(forward[1], forward[0])),
        rng=rng,
        reach_m=float(np.linalg.norm(np.asarray(site.view.target) - np.asarray(site.view.position))),
    )
    return Moment(
        at=at,
        day=light["day"],
        weather=weather,
        view=site.view,
        boom_yaw=float(rng.uniform(0, 2 * np.pi)),
        hook=float(rng.random()),
        seed=int(rng.integers(0, 2**31)),
    )
