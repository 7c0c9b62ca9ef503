"""What every surface of a site looks like: parameters of its material, drawn from the split's palette seeds. Pure."""

import colorsys
from dataclasses import dataclass

import numpy as np

Rgb = tuple[float, float, float]

VESTS: tuple[Rgb, ...] = ((0.85, 0.25, 0.03), (0.6, 0.75, 0.05), (0.05, 0.12, 0.35), (0.2, 0.2, 0.2))
HELMETS: tuple[Rgb, ...] = ((0.8, 0.6, 0.03), (0.75, 0.75, 0.75), (0.6, 0.04, 0.03), (0.05, 0.15, 0.5))
NET_HUES = (0.36, 0.40, 0.58, 0.61, 0.0)  # green, blue and grey; film and sheets take the same ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One material; `kind` picks the node recipe in materials.py.

    speckle: colour to colour2 by noise, vertical stains; brick: colour, colour2 and joints of `size_m` (w, h);
    metal, glass, net (`clear` 0..1 of the light passes straight), leaf, lamp.
    """

    kind: str
    colour: Rgb
    colour2: Rgb = (0.2, 0.2, 0.2)
    scale: float = 1.0
    stain: float = 0.0
    rough: float = 0.8
    metallic: float = 0.0
    size_m: tuple[float, float] = (1.0, 1.0)
    joint_m: float = 0.012
    clear: float = 0.0


def hsv(hue: float, saturation: float, value: float) -> Rgb:
    """Linear RGB of an HSV colour, hue wrapped."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, min(max(saturation, 0), 1), min(max(value, 0), 1))
    return red, green, blue


def _near(rng: np.random.Generator, colour: Rgb, spread: float) -> Rgb:
    factor = float(rng.uniform(1 - spread, 1 + spread))
    parts = [
        min(max(part * factor * float(rng.uniform(1 - spread / 2, 1 + spread / 2)), 0.01), 0.95) for part in colour
    ]
    return parts[0], parts[1], parts[2]


def cloth_colour(rng: np.random.Generator) -> Rgb:
    """Net, film and sheet colours come from one pool, so that colour alone cannot tell them apart."""
    hue = float(rng.choice(NET_HUES))
    if hue == 0.0:
        grey = float(rng.uniform(0.05, 0.7))
        return grey, grey, grey * 1.03
    return hsv(hue + rng.uniform(-0.03, 0.03), rng.uniform(0.5, 0.95), rng.uniform(0.12, 0.55))


def concrete(rng: np.random.Generator) -> Look:
    """Bare concrete: grey, warm or greenish, more or less stained."""
    base = float(rng.uniform(0.18, 0.48))
    tone = rng.uniform(-0.035, 0.035, 3)
    colour = (base + tone[0], base + tone[1] * 0.6, base + tone[2] - 0.015)
    dark = float(rng.uniform(0.45, 0.8))
    return Look(
        kind="speckle",
        colour=colour,
        colour2=(colour[0] * dark, colour[1] * dark, colour[2] * dark),
        scale=float(rng.uniform(0.3, 2.0)),
        stain=float(rng.uniform(0.1, 0.8)),
        rough=0.9,
    )


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
        colour=_near(rng, colour, 0.25),
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
        colour=_near(rng, colour, 0.15),
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
    colour = _near(rng, colours[int(rng.integers(0, len(colours)))], 0.2)
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
            colour2=_near(rng, colour, 0.08),
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


def glass(rng: np.random.Generator) -> Look:
    """Panes: dark clear, blue, green or mirror glass."""
    hue = float(rng.choice([0.38, 0.5, 0.56, 0.6, 0.08]))
    colour = hsv(hue + rng.uniform(-0.03, 0.03), rng.uniform(0.1, 0.8), rng.uniform(0.015, 0.16))
    return Look(
        kind="glass",
        colour=colour,
        rough=float(rng.uniform(0.01, 0.1)),
        metallic=float(rng.choice([0.0, 0.35, 0.8])),
        scale=float(rng.uniform(0, 1)),
    )


def film(rng: np.random.Generator) -> Look:
    """Protective film on panes: the hues of nets, half dull."""
    return Look(kind="glass", colour=cloth_colour(rng), rough=float(rng.uniform(0.15, 0.5)), metallic=0.0, scale=0.3)


def net(rng: np.random.Generator, *, opaque: bool) -> Look:
    """Safety net or dust screen."""
    clear = float(rng.uniform(0.0, 0.1)) if opaque else float(rng.uniform(0.62, 0.88))
    return Look(kind="net", colour=cloth_colour(rng), clear=clear, scale=float(rng.uniform(0.3, 1.5)))


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
        f"{key}.shutter": Look(kind="speckle", colour=_near(rng, shutter[pick[0]], 0.2), scale=2, rough=0.6),
        f"{key}.rail": Look(kind="metal", colour=rail[pick[1]], rough=0.6),
        f"{key}.prop": Look(kind="metal", colour=_near(rng, prop[pick[2]], 0.3), rough=0.6, metallic=0.3),
        f"{key}.net_opaque": net(rng, opaque=True),
        f"{key}.net_seethrough": net(rng, opaque=False),
        f"{key}.sheet": net(rng, opaque=True),
        f"{key}.fan": net(rng, opaque=bool(rng.random() < 0.5)),
    }


def ground_looks(rng: np.random.Generator, *, crane: Rgb, vehicle: Rgb) -> dict[str, Look]:
    """Looks shared by the whole site: ground, materials, crane, trees, the city behind."""
    dirt = hsv(rng.uniform(0.05, 0.12), rng.uniform(0.2, 0.6), rng.uniform(0.16, 0.45))
    leaf = hsv(rng.uniform(0.18, 0.34), rng.uniform(0.4, 0.8), rng.uniform(0.05, 0.2))
    far = hsv(rng.uniform(0, 1), rng.uniform(0, 0.25), rng.uniform(0.3, 0.8))
    hoarding = cloth_colour(rng)
    return {
        "concrete": concrete(rng),
        "ground": Look(kind="speckle", colour=dirt, colour2=_near(rng, dirt, 0.5), scale=0.12, rough=0.95),
        "grass": Look(kind="speckle", colour=leaf, colour2=_near(rng, dirt, 0.3), scale=0.2, rough=0.95),
        "road": Look(kind="speckle", colour=(0.1, 0.1, 0.105), colour2=(0.18, 0.17, 0.16), scale=0.4, rough=0.9),
        "ply": Look(kind="speckle", colour=(0.34, 0.2, 0.09), colour2=(0.16, 0.09, 0.04), scale=2.5, rough=0.7),
        "steel": Look(kind="metal", colour=(0.3, 0.3, 0.31), rough=0.5, metallic=0.5),
        "galvanised": Look(kind="metal", colour=(0.5, 0.5, 0.5), rough=0.45, metallic=0.4),
        "rust": Look(kind="speckle", colour=(0.2, 0.07, 0.03), colour2=(0.1, 0.04, 0.025), scale=6, rough=0.9),
        "crane": Look(kind="metal", colour=crane, rough=0.5),
        "dark": Look(kind="metal", colour=(0.03, 0.03, 0.035), rough=0.7),
        "vehicle": Look(kind="metal", colour=vehicle, rough=0.4),
        "hut": Look(kind="speckle", colour=_near(rng, (0.55, 0.57, 0.6), 0.4), scale=0.5, rough=0.6),
        "hoarding": Look(kind="speckle", colour=hoarding, colour2=_near(rng, hoarding, 0.2), scale=0.3, rough=0.6),
        "leaf": Look(kind="leaf", colour=leaf),
        "trunk": Look(kind="speckle", colour=(0.1, 0.07, 0.05), rough=0.95),
        "far": Look(
            kind="brick",
            colour=_near(rng, (0.05, 0.06, 0.08), 0.4),
            colour2=far,
            size_m=(float(rng.uniform(2, 4)), 3.1),
            joint_m=float(rng.uniform(0.8, 1.6)),
            rough=0.5,
        ),
        "far2": Look(
            kind="brick",
            colour=_near(rng, (0.05, 0.05, 0.06), 0.4),
            colour2=_near(rng, far, 0.5),
            size_m=(float(rng.uniform(2, 5)), 3.3),
            joint_m=float(rng.uniform(0.8, 1.6)),
            rough=0.4,
        ),
        "hill": Look(kind="speckle", colour=leaf, colour2=_near(rng, leaf, 0.5), scale=0.03, rough=1.0),
        "lamp": Look(kind="lamp", colour=(1.0, 0.8, 0.5)),
        "vest": Look(kind="metal", colour=_near(rng, VESTS[int(rng.integers(0, len(VESTS)))], 0.2), rough=0.8),
        "helmet": Look(kind="metal", colour=HELMETS[int(rng.integers(0, len(HELMETS)))], rough=0.4),
        "white": Look(kind="metal", colour=(0.75, 0.75, 0.75), rough=0.6),
    }
