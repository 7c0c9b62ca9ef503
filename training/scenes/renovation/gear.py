"""Hanging baskets with their ropes and crews before faces without scaffold. Pure."""

import numpy as np

from training.scenes.shapes.facing import FaceBrush, bend_of
from training.scenes.shapes.solids import MeshArrays, Solids
from training.scenes.site import Building, Cover, Facade

NEAR_DAYS = 4.0


def baskets(building: Building, day: float) -> dict[str, MeshArrays]:
    """World meshes of all baskets that hang on `day`: each where its drop was last changed or will be next."""
    solids = Solids()
    for face in building.faces:
        brush = FaceBrush(solids=solids, building=building, face=face)
        for cover in face.covers:
            row = _row_at(face, cover.cols[0], day) if cover.kind == "basket" else None
            if row is not None:
                _basket(brush, cover, row)
    return solids.mesh(origin=building.origin, yaw=building.yaw, bend=bend_of(building))


def _row_at(face: Facade, col: int, day: float) -> int | None:
    """The storey whose change is nearest to `day`, if any is near."""
    away = np.abs(face.schedule.entered[:, :, col] - day).min(axis=0)
    row = int(away.argmin())
    return row if away[row] < NEAR_DAYS else None


def _basket(brush: FaceBrush, cover: Cover, row: int) -> None:
    """A railed platform on two ropes from beams on the roof; two people on it."""
    building = brush.building
    cols, look, out = cover.cols, cover.look, cover.off_m + 0.25
    rng = np.random.default_rng((building.seed, 105, cols[0]))
    left, right = brush.face.u_m[cols[0]] + 0.3, brush.face.u_m[cols[1]] - 0.3
    right = min(right, left + 6.0)
    z = building.row_z[row] + float(rng.uniform(-0.2, 1.4))
    near, far = -out, -out - 0.7
    brush.box(look, (left, right), (far, near), (z - 0.05, z), tint=0.4)
    brush.box(look, (left, right), (far - 0.03, far), (z, z + 0.35), tint=0.6)
    for height in (0.6, 1.1):
        for d in (near, far):
            brush.bar(look, (left, d, z + height), (right, d, z + height), thick=0.06)
    for u in np.linspace(left, right, 5):
        brush.bar(look, (float(u), far, z), (float(u), far, z + 1.1), thick=0.05)
    top = building.row_z[-1] + 1.3
    for u in (left + 0.2, right - 0.2):
        middle = (near + far) / 2
        brush.bar("dark", (u, middle, z), (u, middle, top), thick=0.035)
        brush.bar(look, (u, middle - 0.1, top), (u, 2.5, top), thick=0.16)
        brush.box(look, (u - 0.2, u + 0.2), (far, near), (z, z + 0.9), tint=0.8)
    for u in rng.uniform(left + 0.5, right - 0.5, int(rng.integers(0, 3))):
        place = float(u)
        for part, half, low, high in (
            ("dark", 0.14, 0.0, 0.85),
            ("vest", 0.22, 0.85, 1.45),
            ("helmet", 0.12, 1.5, 1.72),
        ):
            brush.box(part, (place - half, place + half), (far + 0.2, far + 0.5), (z + low, z + high), tint=0.5)
