"""A site of old residential blocks under renovation, as a pure function of (split, number)."""

from dataclasses import replace

import numpy as np

from training.scenes.assets import FAMILIES, SPLIT_IDS
from training.scenes.layout import scene_id_of
from training.scenes.renovation.assets import BLOCKS, Block
from training.scenes.renovation.schedule import Campaign, make_schedule, random_campaign, still
from training.scenes.shot.exposure import camera_curve
from training.scenes.shot.framing import make_view, with_measured
from training.scenes.shot.moments import moments_of
from training.scenes.site import Building, Cover, Design, Facade, Schedule, Site

SALT = 2  # the work type's own stream of chance
MOST_COLS = 12
BAY_M = {"W": 3.5, "P": 4.0, "N": 2.3, "D": 3.4, "B": 3.5, "L": 3.6, "G": 3.4, "S": 2.6, "V": 3.4}
EVER = (-1e6, 1e6)


def renovation_site(split: str, number: int, *, frames: int) -> Site:
    """The site `number` of a split with `frames` moments spread over its works."""
    rng = np.random.default_rng((SPLIT_IDS[split], SALT, number))
    family = FAMILIES[split]
    yaw = float(rng.uniform(-1.13, 1.13))
    buildings = _estate(BLOCKS[split], number, yaw, rng)
    view = make_view(buildings, yaw, rng)
    buildings = tuple(with_measured(building, view) for building in buildings)
    buildings += _behind(BLOCKS[split], buildings, yaw, rng)
    site = Site(
        scene_id=scene_id_of(split, "renovation", number),
        split=split,
        work_type="renovation",
        seed=number * 10 + SPLIT_IDS[split],
        buildings=buildings,
        cranes=(),
        view=view,
        moments=(),
        palette_seed=int(rng.integers(*family.palettes)),
        trees=int(rng.integers(0, 14)),
        vehicles=int(rng.integers(0, 7)),
        people=int(rng.integers(0, 10)),
        background=str(rng.choice(["city", "hills", "park"], p=[0.7, 0.1, 0.2])),
        overlay=str(rng.choice(["", "time", "name"])),
        camera_look=camera_curve(rng),
        jpeg=int(rng.integers(30, 93)),
        steady=split == "holdout",
    )
    return replace(site, moments=moments_of(site, frames, rng))


def _estate(blocks: tuple[Block, ...], number: int, yaw: float, rng: np.random.Generator) -> tuple[Building, ...]:
    """One to three blocks in a row: the first under works, the others too, untouched or done."""
    count = int(rng.choice([1, 2, 3], p=[0.4, 0.42, 0.18]))
    side, x = "right" if yaw > 0 else "left", 0.0
    found: list[Building] = []
    for index in range(count):
        block = blocks[number % len(blocks)] if index == 0 or rng.random() < 0.6 else blocks[_any(len(blocks), rng)]
        kind = "works" if index == 0 else str(rng.choice(["works", "old", "done"], p=[0.42, 0.35, 0.23]))
        place = (x, float(rng.uniform(-5, 5)) if index else 0.0, 0.0)
        turn = float(rng.normal(0, 0.06)) if index else 0.0
        made = _building(block, index, kind=kind, side=side, origin=place, yaw=turn, rng=rng)
        found.append(made)
        x += made.width_m + float(rng.uniform(4, 13))
    return tuple(found)


def _any(count: int, rng: np.random.Generator) -> int:
    return int(rng.integers(0, count))


def _behind(
    blocks: tuple[Block, ...], before: tuple[Building, ...], yaw: float, rng: np.random.Generator
) -> tuple[Building, ...]:
    """Up to three unmeasured blocks of the estate in the rows behind."""
    main, found = before[0], []
    for index in range(int(rng.choice([0, 1, 2, 3], p=[0.25, 0.3, 0.3, 0.15]))):
        place = (
            main.origin[0] + float(rng.uniform(-1.0, 1.2)) * main.width_m,
            main.depth_m + float(rng.uniform(14, 28)) * (1 + index),
            0.0,
        )
        kind = str(rng.choice(["works", "old", "done"], p=[0.2, 0.4, 0.4]))
        made = _building(
            blocks[_any(len(blocks), rng)],
            5 + index,
            kind=kind,
            side="right" if yaw > 0 else "left",
            origin=place,
            yaw=float(rng.normal(0, 0.05)),
            rng=rng,
        )
        found.append(replace(made, faces=tuple(replace(face, measured=False) for face in made.faces)))
    return tuple(found)


def _lines(widths: list[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.concatenate([[0.0], np.cumsum(widths)]))


def _front_lines(block: Block, rng: np.random.Generator) -> tuple[float, ...]:
    """Bay lines of the whole front: the unit's bays again in every unit."""
    most = max(1, MOST_COLS // len(block.unit))
    units = int(rng.integers(1, most + 1))
    scale = float(rng.uniform(0.88, 1.15))
    one = [scale * BAY_M[letter] * float(rng.uniform(0.93, 1.07)) for letter in block.unit]
    return _lines(one * units)


def _building(
    block: Block,
    index: int,
    *,
    kind: str,
    side: str,
    origin: tuple[float, float, float],
    yaw: float,
    rng: np.random.Generator,
) -> Building:
    key = f"{block.name}/{index}"
    u_front = _front_lines(block, rng)
    side_cols = int(rng.integers(2, 5))
    u_side = _lines([float(rng.uniform(9.5, 13.5)) / side_cols] * side_cols)
    rows, cols = int(rng.integers(*block.storeys)), len(u_front) - 1
    row_z = _lines(list(float(rng.uniform(2.7, 3.05)) * (1 + 0.01 * rng.uniform(-1, 1, rows))))
    lift = float(rng.choice([0.0, 0.45, 0.9]))
    balcony = float(rng.uniform(0.9, 1.45)) if "B" in block.unit else 0.3
    campaign = random_campaign(rng, start_day=float(rng.uniform(-20, 12)) * (index > 0), unit_cols=len(block.unit))
    schedules = {
        "front": _schedule(kind, campaign, rows, cols, rng),
        side: _schedule(kind, _on_the_gable(campaign, rng), rows, side_cols, rng),
    }
    faces = tuple(
        Facade(
            face_id=f"b{index}-{name}",
            side=name,
            u_m=lines,
            schedule=schedules[name],
            covers=_covers(key, schedules[name], kind, off_m=balcony if name == "front" else 0.2, unit=block, rng=rng),
            measured=True,
        )
        for name, lines in (("front", u_front), (side, u_side))
    )
    return Building(
        building_id=f"b{index}",
        key=key,
        origin=origin,
        yaw=yaw,
        row_z=tuple(z + lift for z in row_z),
        depth_m=u_side[-1],
        faces=faces,
        design=_design(block, balcony),
        seed=int(rng.integers(0, 2**31)),
    )


def _design(block: Block, balcony_m: float) -> Design:
    return Design(
        archetype=block.name,
        frame="masonry",
        system="wall",
        openings=block.wide,
        mullion_m=1.0,
        spandrel=0.2,
        column_m=0.3,
        column_inset_m=0.0,
        slab_m=0.12,
        balcony_m=balcony_m,
        balcony_every=0,
        bow_m=0.0,
        fins=False,
    )


def _schedule(kind: str, campaign: Campaign, rows: int, cols: int, rng: np.random.Generator) -> Schedule:
    return make_schedule(campaign, rows, cols, rng=rng) if kind == "works" else still(rows, cols, done=kind == "done")


def _on_the_gable(campaign: Campaign, rng: np.random.Generator) -> Campaign:
    """The same trades some days earlier or later, by lifts or drops."""
    return replace(
        campaign,
        start_day=campaign.start_day + float(rng.uniform(-0.5, 0.7)) * campaign.span_days,
        order="drops" if campaign.order == "drops" else "lift",
    )


def _covers(
    key: str, schedule: Schedule, kind: str, *, off_m: float, unit: Block, rng: np.random.Generator
) -> tuple[Cover, ...]:
    """Scaffold with or without nets before a whole face or unit by unit, taken down as the wall is done; or none."""
    rows, cols = schedule.begun.shape
    word = str(rng.choice(["", "scaffold", "net_seethrough", "net_opaque"], p=[0.5, 0.2, 0.19, 0.11]))
    if word == "" or (kind != "works" and rng.random() < 0.8):
        return _hanging(key, schedule, off_m=off_m, rng=rng) if kind == "works" else ()
    wide = cols if rng.random() < 0.5 else len(unit.unit)
    halves = ((0, rows),) if rng.random() < 0.6 or rows < 4 else ((0, rows // 2), (rows // 2, rows))
    found: list[Cover] = []
    for low in range(0, cols, wide):
        if rng.random() < 0.12:
            continue
        span = (low, min(low + wide, cols))
        for part in halves:
            cells = schedule.entered[:, part[0] : part[1], span[0] : span[1]]
            days = (float(cells[0].min() - rng.uniform(1, 9)), float(cells[-1].max() + rng.uniform(-7, 5)))
            found.append(
                Cover(
                    kind=word,
                    rows=part,
                    cols=span,
                    days=days if kind == "works" else EVER,
                    look="steel" if word == "scaffold" else f"{key}.{word}",
                    climbing=-1,
                    off_m=off_m,
                )
            )
    return tuple(found)


def _hanging(key: str, schedule: Schedule, *, off_m: float, rng: np.random.Generator) -> tuple[Cover, ...]:
    """A hanging basket for every two bays, and now and then a lift's mast."""
    rows, cols = schedule.begun.shape
    days = (float(schedule.begun.min()) - 3, float(schedule.finished.max()) + 3)
    spans = [(low, min(low + 2, cols)) for low in range(0, cols, 2) if rng.random() < 0.8]
    gear = [("basket", span) for span in spans if rng.random() < 0.9]
    if rng.random() < 0.15:
        col = int(rng.integers(0, cols))
        gear.append(("hoist", (col, col + 1)))
    return tuple(
        Cover(kind=kind, rows=(0, rows), cols=span, days=days, look=f"{key}.basket", climbing=-1, off_m=off_m)
        for kind, span in gear
    )
