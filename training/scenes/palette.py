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
    """One material; `kind` picks the recipe of each renderer (cycles/materials.py, raster/shaders).

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


def near(rng: np.random.Generator, colour: Rgb, spread: float) -> Rgb:
    """A colour near `colour`: brighter or darker by up to the share `spread`, its parts apart by half of it."""
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


def ground_looks(rng: np.random.Generator, *, crane: Rgb, vehicle: Rgb) -> dict[str, Look]:
    """Looks shared by the whole site: ground, materials, crane, trees, the city behind."""
    dirt = hsv(rng.uniform(0.05, 0.12), rng.uniform(0.2, 0.6), rng.uniform(0.16, 0.45))
    leaf = hsv(rng.uniform(0.18, 0.34), rng.uniform(0.4, 0.8), rng.uniform(0.05, 0.2))
    far = hsv(rng.uniform(0, 1), rng.uniform(0, 0.25), rng.uniform(0.3, 0.8))
    hoarding = cloth_colour(rng)
    return {
        "concrete": concrete(rng),
        "ground": Look(kind="speckle", colour=dirt, colour2=near(rng, dirt, 0.5), scale=0.12, rough=0.95),
        "grass": Look(kind="speckle", colour=leaf, colour2=near(rng, dirt, 0.3), scale=0.2, rough=0.95),
        "road": Look(kind="speckle", colour=(0.1, 0.1, 0.105), colour2=(0.18, 0.17, 0.16), scale=0.4, rough=0.9),
        "ply": Look(kind="speckle", colour=(0.34, 0.2, 0.09), colour2=(0.16, 0.09, 0.04), scale=2.5, rough=0.7),
        "steel": Look(kind="metal", colour=(0.3, 0.3, 0.31), rough=0.5, metallic=0.5),
        "galvanised": Look(kind="metal", colour=(0.5, 0.5, 0.5), rough=0.45, metallic=0.4),
        "rust": Look(kind="speckle", colour=(0.2, 0.07, 0.03), colour2=(0.1, 0.04, 0.025), scale=6, rough=0.9),
        "crane": Look(kind="metal", colour=crane, rough=0.5),
        "dark": Look(kind="metal", colour=(0.03, 0.03, 0.035), rough=0.7),
        "vehicle": Look(kind="metal", colour=vehicle, rough=0.4),
        "hut": Look(kind="speckle", colour=near(rng, (0.55, 0.57, 0.6), 0.4), scale=0.5, rough=0.6),
        "hoarding": Look(kind="speckle", colour=hoarding, colour2=near(rng, hoarding, 0.2), scale=0.3, rough=0.6),
        "leaf": Look(kind="leaf", colour=leaf),
        "trunk": Look(kind="speckle", colour=(0.1, 0.07, 0.05), rough=0.95),
        "far": Look(
            kind="brick",
            colour=near(rng, (0.05, 0.06, 0.08), 0.4),
            colour2=far,
            size_m=(float(rng.uniform(2, 4)), 3.1),
            joint_m=float(rng.uniform(0.8, 1.6)),
            rough=0.5,
        ),
        "far2": Look(
            kind="brick",
            colour=near(rng, (0.05, 0.05, 0.06), 0.4),
            colour2=near(rng, far, 0.5),
            size_m=(float(rng.uniform(2, 5)), 3.3),
            joint_m=float(rng.uniform(0.8, 1.6)),
            rough=0.4,
        ),
        "hill": Look(kind="speckle", colour=leaf, colour2=near(rng, leaf, 0.5), scale=0.03, rough=1.0),
        "lamp": Look(kind="lamp", colour=(1.0, 0.8, 0.5)),
        "vest": Look(kind="metal", colour=near(rng, VESTS[int(rng.integers(0, len(VESTS)))], 0.2), rough=0.8),
        "helmet": Look(kind="metal", colour=HELMETS[int(rng.integers(0, len(HELMETS)))], rough=0.4),
        "white": Look(kind="metal", colour=(0.75, 0.75, 0.75), rough=0.6),
    }
