"""What the surfaces of an old block look like, decade-old, bare, boarded, coated and new. Pure."""

import numpy as np

from training.scenes.palette import Look, Rgb, cloth_colour, concrete, film, glass, hsv, net

WARM = (0.02, 0.06, 0.09, 0.11, 0.13, 0.55, 0.6, 0.3)  # hues of house paint, old and new alike
BOARDS: tuple[Rgb, ...] = (
    (0.80, 0.80, 0.78),
    (0.84, 0.84, 0.83),
    (0.34, 0.35, 0.37),
    (0.75, 0.40, 0.38),
    (0.72, 0.58, 0.20),
    (0.47, 0.42, 0.22),
    (0.45, 0.60, 0.70),
    (0.60, 0.60, 0.58),
)


def shaded(colour: Rgb, factor: float) -> Rgb:
    """The colour lighter or darker, kept within 0.01 to 0.95."""
    red, green, blue = (min(max(part * factor, 0.01), 0.95) for part in colour)
    return red, green, blue


def paint(rng: np.random.Generator) -> Rgb:
    """A colour of house paint: whites, creams, ochres, pinks, greys, pale blues and greens, brick reds."""
    if rng.random() < 0.3:
        grey = float(rng.uniform(0.3, 0.85))
        return grey, grey * float(rng.uniform(0.94, 1.0)), grey * float(rng.uniform(0.86, 1.0))
    return hsv(float(rng.choice(WARM)) + rng.uniform(-0.02, 0.02), rng.uniform(0.06, 0.6), rng.uniform(0.28, 0.88))


def brickwork(rng: np.random.Generator, *, stain: float) -> Look:
    """Fired brick: red, brown or grey, in courses of six centimetres."""
    colours: tuple[Rgb, ...] = ((0.36, 0.11, 0.06), (0.42, 0.18, 0.1), (0.24, 0.13, 0.09), (0.24, 0.25, 0.26))
    joint = float(rng.uniform(0.2, 0.6))
    return Look(
        kind="brick",
        colour=shaded(colours[int(rng.integers(0, len(colours)))], float(rng.uniform(0.75, 1.3))),
        colour2=(joint, joint, joint * 0.94),
        size_m=(0.25, 0.065),
        joint_m=float(rng.uniform(0.008, 0.014)),
        stain=stain,
        rough=0.9,
    )


def old_finish(kind: str, rng: np.random.Generator) -> Look:
    """The finish of decades ago; ValueError for a kind that no block has."""
    stain = float(rng.uniform(0.15, 0.95))
    colour = paint(rng)
    match kind:
        case "brick":
            return brickwork(rng, stain=stain)
        case "render":
            grey = float(rng.uniform(0.18, 0.5))
            colour = (grey, grey * float(rng.uniform(0.9, 1.0)), grey * float(rng.uniform(0.76, 0.98)))
            dark = shaded(colour, float(rng.uniform(0.5, 0.8)))
            return Look(kind="speckle", colour=colour, colour2=dark, scale=float(rng.uniform(0.2, 1.6)), stain=stain)
        case "paint":
            faded = shaded(colour, float(rng.uniform(0.55, 0.9)))
            scale = float(rng.uniform(0.15, 1.0))
            return Look(kind="speckle", colour=shaded(colour, 0.92), colour2=faded, scale=scale, stain=stain)
        case "mosaic":
            tile = float(rng.choice([0.05, 0.1, 0.2]))
            return Look(
                kind="brick",
                colour=shaded(colour, 0.9),
                colour2=shaded(colour, float(rng.uniform(0.45, 0.8))),
                size_m=(tile * float(rng.choice([1.0, 2.0])), tile),
                joint_m=0.1 * tile,
                stain=stain,
                rough=0.5,
            )
        case "pebble":
            grey = float(rng.uniform(0.22, 0.5))
            colour = (grey, grey * 0.97, grey * float(rng.uniform(0.82, 0.95)))
            return Look(kind="speckle", colour=colour, colour2=shaded(colour, 0.62), scale=9.0, stain=stain, rough=1.0)
        case "panel":
            return concrete(rng)
    raise ValueError(f"old finish {kind!r}, expected brick, render, paint, mosaic, pebble or panel")


def new_finish(rng: np.random.Generator, colour: Rgb) -> Look:
    """Even paint, or stone lacquer with its grain."""
    grain = rng.random() < 0.4
    return Look(
        kind="speckle",
        colour=colour,
        colour2=shaded(colour, float(rng.uniform(0.8, 0.92) if grain else rng.uniform(0.96, 1.02))),
        scale=float(rng.uniform(5, 12) if grain else 0.3),
        stain=float(rng.choice([0.0, 0.03, 0.1])),
        rough=float(rng.uniform(0.55, 0.9)),
    )


def coat(rng: np.random.Generator) -> Look:
    """Polymer render over mesh: even grey to off-white, faintly cloudy, the tone of many a pale finish."""
    grey = float(rng.uniform(0.28, 0.78))
    colour = (grey, grey * float(rng.uniform(0.95, 1.0)), grey * float(rng.uniform(0.86, 1.0)))
    return Look(
        kind="speckle",
        colour=colour,
        colour2=shaded(colour, float(rng.uniform(0.82, 0.95))),
        scale=float(rng.uniform(0.35, 1.4)),
        stain=float(rng.choice([0.0, 0.05, 0.2])),
        rough=0.95,
    )


def board(rng: np.random.Generator) -> Look:
    """Insulation boards: white, grey or pink foam, yellow or brown wool; joints are drawn, not patterned."""
    colour = shaded(BOARDS[int(rng.integers(0, len(BOARDS)))], float(rng.uniform(0.88, 1.08)))
    faint = shaded(colour, float(rng.uniform(0.9, 1.0)))
    return Look(kind="speckle", colour=colour, colour2=faint, scale=float(rng.uniform(0.5, 4)), rough=0.95)


def _plain(colour: Rgb, *, rough: float = 0.7, spread: float = 0.8, scale: float = 1.5) -> Look:
    return Look(kind="speckle", colour=colour, colour2=shaded(colour, spread), scale=scale, rough=rough)


def _metal(rng: np.random.Generator, *shades: Rgb, metallic: float = 0.1) -> Look:
    colour = shaded(shades[int(rng.integers(0, len(shades)))], float(rng.uniform(0.8, 1.2)))
    return Look(kind="metal", colour=colour, rough=float(rng.uniform(0.4, 0.8)), metallic=metallic)


def block_looks(key: str, rng: np.random.Generator, *, finishes: tuple[str, ...]) -> dict[str, Look]:
    """All looks of one block, keyed `key.name`, and the ground of the estate."""
    old = old_finish(str(rng.choice(finishes)), rng)
    bare = brickwork(rng, stain=float(rng.uniform(0, 0.4))) if rng.random() < 0.6 else concrete(rng)
    screed, coated, boards = concrete(rng), coat(rng), board(rng)
    new, joint = new_finish(rng, paint(rng)), float(rng.choice([0.55, 0.75, 1.25, 1.5]))
    paving = float(rng.uniform(0.16, 0.42))
    named = {
        "old": old,
        "old2": old_finish(str(rng.choice(["render", "paint", "mosaic", "pebble"])), rng),
        "worn": _plain(shaded(old.colour, float(rng.uniform(0.6, 0.9)))),
        "patch": _plain(shaded(old.colour, float(rng.uniform(0.8, 1.5))) if rng.random() < 0.75 else paint(rng)),
        "drip": _plain((0.1, 0.085, 0.07) if rng.random() < 0.5 else shaded(old.colour, 0.4), scale=3.0),
        "bare": bare,
        "screed": screed,
        "scar": _plain(shaded(screed.colour, float(rng.choice([0.6, 1.45])))),
        "board": boards,
        "board2": board(rng),
        "gap": _plain(shaded(boards.colour, float(rng.uniform(0.35, 0.75)))),
        "washer": _plain(shaded(boards.colour, float(rng.choice([0.45, 0.6, 1.3])))),
        "coat": coated,
        "coatwet": _plain(shaded(coated.colour, float(rng.uniform(0.55, 0.75))), rough=0.6),
        "mesh": _plain(shaded(coated.colour, float(rng.choice([0.86, 0.92, 1.07])))),
        "new": new,
        "new2": new_finish(rng, paint(rng)),
        "line": _plain(shaded(new.colour, joint), spread=1.0),
        "plinth": new_finish(rng, shaded(paint(rng), 0.5)),
    }
    return {f"{key}.{name}": look for name, look in (named | _fittings(rng)).items()} | {
        "ground": Look(
            kind="brick",
            colour=(paving, paving * 0.97, paving * 0.92),
            colour2=(paving * 0.7, paving * 0.7, paving * 0.7),
            size_m=(0.6, 0.6),
            joint_m=0.03,
            stain=0.3,
            rough=0.9,
        )
    }


def _fittings(rng: np.random.Generator) -> dict[str, Look]:
    """Windows and all that hangs on the wall."""
    white, silver, brown, green = (0.7, 0.7, 0.68), (0.45, 0.46, 0.47), (0.16, 0.08, 0.04), (0.07, 0.22, 0.14)
    red, blue, rust, dark = (0.4, 0.06, 0.04), (0.06, 0.18, 0.45), (0.2, 0.08, 0.04), (0.06, 0.06, 0.065)
    looks = {
        "glass": glass(rng),
        "glass2": glass(rng),
        "curtain": _plain(shaded(paint(rng), 0.6), spread=0.7),
        "film": film(rng),
        "frame0": _metal(rng, white, green, brown),
        "frame1": _metal(rng, silver, white, metallic=0.4),
        "frame2": _metal(rng, green, brown, rust, red),
        "newframe": _metal(rng, white, dark, silver, brown),
        "grille": _metal(rng, rust, white, silver, dark, metallic=0.2),
        "ac": _metal(rng, (0.72, 0.71, 0.66), (0.6, 0.57, 0.46)),
        "louvre": _metal(rng, white, silver, dark, brown),
        "pipe": _metal(rng, white, rust, silver),
        "newpipe": _metal(rng, white, dark, brown, silver),
        "rail": _metal(rng, rust, white, green, dark),
        "newrail": _metal(rng, dark, silver, white, brown),
        "basket": _metal(rng, (0.7, 0.5, 0.03), red, silver, blue),
        "roof": Look(
            kind="brick",
            colour=shaded((red, blue, (0.25, 0.26, 0.28), brown)[int(rng.integers(0, 4))], 0.9),
            colour2=(0.07, 0.06, 0.06),
            size_m=(0.3, 0.35),
            joint_m=0.03,
        ),
        "net_opaque": net(rng, opaque=True),
        "net_seethrough": net(rng, opaque=False),
        "sheet": net(rng, opaque=True),
    }
    for index in range(3):
        looks[f"awning{index}"] = _plain(cloth_colour(rng), spread=0.9)
        looks[f"sign{index}"] = _plain(hsv(rng.uniform(0, 1), rng.uniform(0.3, 0.95), rng.uniform(0.2, 0.75)))
    for index in range(4):
        looks[f"wash{index}"] = _plain(hsv(rng.uniform(0, 1), rng.uniform(0, 0.8), rng.uniform(0.1, 0.85)), spread=0.9)
    return looks
