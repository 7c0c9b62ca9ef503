"""Materials of a new building by name. Pure."""

import numpy as np

from training.scenes.palette import Look, Rgb, concrete, film, glass, hsv, near, net


def masonry(rng: np.random.Generator) -> Look:
    """Block and brick walls: grey block, white aerated block, red and brown brick, hollow clay."""
    kind = int(rng.integers(0, 5))
    colour, size = [
        ((0.30, 0.30, 0.29), (0.40, 0.20)),
        ((0.62, 0.62, 0.58), (0.60, 0.25)),
        ((0.36, 0.10, 0.05), (0.25, 0.07)),
        ((0.40, 0.17, 0.09), (0.30, 0.19)),
        ((0.26, 0.19, 0.13), (0.25, 0.10)),
    ][kind]
    joint = float(rng.uniform(0.25, 0.6))
    return Look(
        kind="brick",
        colour=near(rng, colour, 0.25),
        colour2=(joint, joint, joint * 0.95),
        size_m=size,
        joint_m=float(rng.uniform(0.01, 0.025)),
        scale=2.0,
        stain=float(rng.uniform(0, 0.4)),
    )


def base_coat(rng: np.random.Generator) -> Look:
    """Insulation boards (white, grey, pink, yellow, pale blue) or a raw base coat."""
    if rng.random() < 0.4:
        grey = float(rng.uniform(0.3, 0.75))
        return Look(
            kind="speckle",
            colour=(grey, grey * 0.98, grey * 0.94),
            colour2=(grey * 0.75, grey * 0.74, grey * 0.7),
            scale=float(rng.uniform(0.3, 1.2)),
            stain=float(rng.uniform(0.2, 0.7)),
        )
    colours: tuple[Rgb, ...] = (
        (0.80, 0.80, 0.78),
        (0.32, 0.33, 0.34),
        (0.75, 0.38, 0.36),
        (0.72, 0.56, 0.16),
        (0.45, 0.6, 0.68),
        (0.62, 0.62, 0.60),
        (0.15, 0.15, 0.16),
    )
    joint = float(rng.uniform(0.35, 0.9))
    colour = colours[int(rng.integers(0, len(colours)))]
    return Look(
        kind="brick",
        colour=near(rng, colour, 0.15),
        colour2=(colour[0] * joint, colour[1] * joint, colour[2] * joint),
        size_m=(float(rng.choice([0.6, 1.2])), float(rng.choice([0.3, 0.6]))),
        joint_m=float(rng.uniform(0.015, 0.05)),
        scale=1.5,
        stain=float(rng.uniform(0, 0.3)),
    )


def insulation(rng: np.random.Generator) -> Look:
    """What lies behind panels and spandrels: mineral wool, black felt, foil."""
    colours: tuple[Rgb, ...] = (
        (0.62, 0.5, 0.15),
        (0.06, 0.06, 0.065),
        (0.5, 0.5, 0.52),
        (0.5, 0.44, 0.3),
        (0.3, 0.4, 0.2),
    )
    colour = near(rng, colours[int(rng.integers(0, len(colours)))], 0.2)
    return Look(
        kind="brick",
        colour=colour,
        colour2=(colour[0] * 0.6, colour[1] * 0.6, colour[2] * 0.6),
        size_m=(1.2, 0.6),
        joint_m=0.03,
        scale=3.0,
        stain=0.1,
        rough=float(rng.uniform(0.4, 0.95)),
    )


def finish(rng: np.random.Generator) -> Look:
    """Paint, tile, stone or metal panels."""
    if rng.random() < 0.45:
        colour = hsv(
            rng.choice([0.03, 0.08, 0.11, 0.13, 0.55, 0.6, 0.3]) + rng.uniform(-0.03, 0.03),
            rng.uniform(0.0, 0.5),
            rng.uniform(0.3, 0.85),
        )
        return Look(
            kind="speckle",
            colour=colour,
            colour2=near(rng, colour, 0.08),
            scale=0.3,
            stain=float(rng.uniform(0, 0.2)),
            rough=float(rng.uniform(0.5, 0.9)),
        )
    colour = hsv(
        rng.choice([0.02, 0.07, 0.1, 0.6]) + rng.uniform(-0.02, 0.02), rng.uniform(0, 0.65), rng.uniform(0.15, 0.8)
    )
    sizes = ((0.2, 0.08), (0.3, 0.3), (0.6, 0.3), (1.2, 0.6), (0.9, 1.5))
    joint = float(rng.uniform(0.4, 1.25))
    return Look(
        kind="brick",
        colour=colour,
        colour2=(min(colour[0] * joint, 1), min(colour[1] * joint, 1), min(colour[2] * joint, 1)),
        size_m=sizes[int(rng.integers(0, len(sizes)))],
        joint_m=0.012,
        scale=0.5,
        stain=0.05,
        rough=float(rng.uniform(0.25, 0.8)),
    )


def building_looks(key: str, rng: np.random.Generator) -> dict[str, Look]:
    """All looks of one building, keyed `key.name`."""
    grey = concrete(rng)
    frame = float(rng.choice([0.05, 0.3, 0.55, 0.8]))
    shutter = ((0.30, 0.16, 0.06), (0.5, 0.5, 0.52), (0.45, 0.1, 0.05), (0.55, 0.42, 0.1), (0.08, 0.2, 0.4))
    rail = ((0.7, 0.2, 0.03), (0.7, 0.6, 0.05), (0.6, 0.05, 0.04), (0.65, 0.65, 0.65), (0.05, 0.2, 0.5))
    prop = ((0.2, 0.17, 0.15), (0.35, 0.35, 0.36), (0.3, 0.09, 0.04), (0.5, 0.35, 0.05), (0.12, 0.12, 0.12))
    pick = [int(rng.integers(0, 5)) for _ in range(3)]
    wet = (grey.colour[0] * 0.6, grey.colour[1] * 0.6, grey.colour[2] * 0.6)
    panes = glass(rng)
    return {
        f"{key}.concrete": grey,
        f"{key}.wet": Look(kind="speckle", colour=wet, colour2=grey.colour2, scale=1.0, stain=0.2, rough=0.6),
        f"{key}.wall": masonry(rng),
        f"{key}.base": base_coat(rng),
        f"{key}.insulation": insulation(rng),
        f"{key}.finish": finish(rng),
        f"{key}.accent": finish(rng),
        f"{key}.glass": panes,
        f"{key}.spandrel": panes if rng.random() < 0.4 else glass(rng),
        f"{key}.film": film(rng),
        f"{key}.frame": Look(kind="metal", colour=(frame, frame, frame), rough=0.5, metallic=0.3),
        f"{key}.shutter": Look(kind="speckle", colour=near(rng, shutter[pick[0]], 0.2), scale=2, rough=0.6),
        f"{key}.rail": Look(kind="metal", colour=rail[pick[1]], rough=0.6),
        f"{key}.prop": Look(kind="metal", colour=near(rng, prop[pick[2]], 0.3), rough=0.6, metallic=0.3),
        f"{key}.net_opaque": net(rng, opaque=True),
        f"{key}.net_seethrough": net(rng, opaque=False),
        f"{key}.sheet": net(rng, opaque=True),
        f"{key}.fan": net(rng, opaque=bool(rng.random() < 0.5)),
    }
