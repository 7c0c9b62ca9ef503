"""Nouns of a generated site: buildings, their schedules, the camera, the weather of one frame.

Lengths are metres, angles radians, times days since the site's first day, colours linear RGB 0..1.
A building's local frame: x along the front from its left corner, y into the depth, z up; the front plane is y = 0.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COVERS = ("", "scaffold", "net_opaque", "net_seethrough")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When each cell enters each stage of its work type; every array is (rows, cols) of days, rows bottom to top.

    `entered`: (stages - 1, rows, cols), the first stage is there from the start. `blend_days`: how long a cell's
    surface takes to change from one stage to the next.
    `cast`: when the slab above a cell is poured, of new buildings only (it lies inside the formwork stage).
    """

    entered: Floats
    cast: Floats
    blend_days: float

    def entries(self) -> Floats:
        """(stages - 1, rows, cols): the day of entering each stage but the first."""
        return self.entered

    @property
    def begun(self) -> Floats:
        """(rows, cols): the day of entering the second stage (formwork of a new building)."""
        return np.asarray(self.entered[0])

    @property
    def structure(self) -> Floats:
        """(rows, cols) of a new building: props gone."""
        return np.asarray(self.entered[1])

    @property
    def finished(self) -> Floats:
        """(rows, cols): the day of entering the last stage."""
        return np.asarray(self.entered[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Something hung before a rectangle of cells between two days; rows and cols are half-open ranges."""

    kind: str  # one of COVERS, "sheet" (a tarpaulin over single bays: hides like an opaque net), "hoist" or "basket"
    rows: tuple[int, int]
    cols: tuple[int, int]
    days: tuple[float, float]
    look: str
    climbing: int  # > 0: it follows the top this many storeys below it, `rows` ignored; < 0: `rows`, built or not
    off_m: float = 0.0  # it stands so much further before the face, past balconies


@dataclass(frozen=True, slots=True, kw_only=True)
class Facade:
    """One visible face of a building: `u_m` are the bay lines from the left seen from outside."""

    face_id: str
    side: str  # front | left | right | ground
    u_m: tuple[float, ...]
    schedule: Schedule
    covers: tuple[Cover, ...]
    measured: bool  # False: drawn, but too oblique to be commissioned


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How the facade is made; fractions are of the bay width or of the clear storey height."""

    archetype: str
    frame: str  # slab (columns) | shear (concrete walls with wide openings)
    system: str  # wall | curtain | rainscreen
    openings: tuple[tuple[float, float, float, float], ...]  # u0, u1, z0, z1 of one bay
    mullion_m: float
    spandrel: float
    column_m: float
    column_inset_m: float
    slab_m: float
    balcony_m: float
    balcony_every: int  # 0 = none
    bow_m: float
    fins: bool
    recess_m: float = 0.0  # a curtain wall this far behind the slab edges and the outer columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """How a road is laid out across (left to right as seen) and along; `bends_per_m` > 0 turns right."""

    archetype: str
    old: str  # what was there before: asphalt | concrete | field | rubble
    axis_m: float  # u of the line that the alignment bends about
    bends_per_m: float
    kerbs: bool
    walk_m: float  # footpath beside the kerb, 0 = verge
    open_left: int  # lanes outside the works that carry traffic
    open_right: int
    median_m: float  # between the works and the open lanes on the left
    roadside: str  # houses | fields | trees | shops
    forward: bool  # works go from near to far
    drop_m: tuple[float, float, float, float]  # below the finished surface: excavated, subgrade, base, binder
    marks: str  # white | yellow: the line along the left edge
    dash_m: tuple[float, float]  # length and gap of a lane line
    zebra_rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """One building (or the podium or the tower of one)."""

    building_id: str
    key: str  # prefix of its looks
    origin: tuple[float, float, float]
    yaw: float
    row_z: tuple[float, ...]
    depth_m: float
    faces: tuple[Facade, ...]  # the front first
    design: Design
    seed: int
    peopled: bool = False  # workers stand on its slabs
    strip: Strip | None = None  # of a road: rows are chainage, columns lanes

    @property
    def width_m(self) -> float:
        """Width of the front."""
        return self.faces[0].u_m[-1]

    @property
    def rows(self) -> int:
        """Storeys, or sections of a road."""
        return len(self.row_z) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A pinhole camera with radial distortion (radius normalised to half the image diagonal)."""

    position: tuple[float, float, float]
    target: tuple[float, float, float]
    roll: float
    focal_px: float
    width: int
    height: int
    k1: float
    k2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crane:
    """A tower crane: hammerhead (level boom) or luffing (raised boom)."""

    base: tuple[float, float]
    height_m: float
    boom_m: float
    luffing: bool
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Light, air and lens of one frame."""

    conditions: tuple[str, ...]
    sun_dir: tuple[float, float, float]  # towards the sun
    sun: float  # lamp strength
    sun_rgb: tuple[float, float, float]
    sky: float
    cloud: float  # 0..1
    haze_m: float  # distance at which 63 % of the light is haze
    lamps: bool
    infrared: bool
    rain: float
    snow: float
    wet_lens: float
    exposure_ev: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One frame to be taken."""

    at: datetime  # aware UTC
    day: float  # days since the site's first day
    weather: Weather
    view: View
    boom_yaw: float
    hook: float  # 0..1 along the boom
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that a scene needs, a pure function of (split, number)."""

    scene_id: str
    split: str
    work_type: str
    seed: int
    buildings: tuple[Building, ...]
    cranes: tuple[Crane, ...]
    view: View
    moments: tuple[Moment, ...]
    palette_seed: int
    trees: int
    vehicles: int
    people: int
    background: str  # city | hills | park
    overlay: str  # text burnt into the frame, "" for none
    camera_look: str  # Standard | Filmic | AgX
    jpeg: int
    steady: bool  # one real camera: the same lens and processor in every frame
