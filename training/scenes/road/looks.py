"""What the layers of a road look like: palettes of one strip. Pure.

Brightness alone tells no stage: fresh and greyed asphalt, wet and dry stone overlap. Each bare layer has a `.wet` twin.
"""

from dataclasses import replace

import numpy as np

from training.scenes.palette import Look, Rgb, cloth_colour, hsv

WETTABLE = ("old", "patch", "soil", "spoil", "field", "subgrade", "base", "binder", "surface", "open", "walk")


def _grey(value: float, rng: np.random.Generator, *, warm: float = 0.03) -> Rgb:
    tone = float(rng.uniform(-warm, warm)) * 2
    return value * (1 + tone), value, value * (1 - tone)


def _times(colour: Rgb, factor: float) -> Rgb:
    return min(colour[0] * factor, 0.95), min(colour[1] * factor, 0.95), min(colour[2] * factor, 0.95)


def _speckle(colour: Rgb, second: float, *, scale: float, stain: float = 0.0, rough: float = 0.9) -> Look:
    return Look(kind="speckle", colour=colour, colour2=_times(colour, second), scale=scale, stain=stain, rough=rough)


def _pick(low: tuple[float, float], high: tuple[float, float], share: float, rng: np.random.Generator) -> float:
    """From the first range with probability `share`, else from the second."""
    return float(rng.uniform(*(low if rng.random() < share else high)))


def _asphalts(rng: np.random.Generator) -> dict[str, Look]:
    old = _grey(float(rng.uniform(0.09, 0.3)), rng)
    binder = _grey(_pick((0.018, 0.05), (0.05, 0.14), 0.55, rng), rng, warm=0.05)
    surface = _grey(_pick((0.012, 0.045), (0.045, 0.15), 0.6, rng), rng, warm=0.02)
    return {
        "old": _speckle(old, float(rng.uniform(0.62, 0.85)), scale=float(rng.uniform(0.3, 0.9)), stain=0.5),
        "patch": _speckle(_times(old, _pick((0.3, 0.6), (1.25, 1.6), 0.7, rng)), 0.85, scale=1.5),
        "crack": Look(kind="metal", colour=_times(old, float(rng.uniform(0.12, 0.35))), rough=0.9),
        "binder": _speckle(binder, float(rng.uniform(1.7, 2.6)), scale=float(rng.uniform(3.5, 7.0)), rough=0.85),
        "joint": Look(kind="metal", colour=_times(binder, float(rng.choice([0.3, 2.2]))), rough=0.6),
        "tack": Look(kind="metal", colour=(0.012, 0.011, 0.01), rough=0.25),
        "surface": _speckle(surface, float(rng.uniform(1.05, 1.18)), scale=1.2, rough=float(rng.uniform(0.5, 0.85))),
        "open": _speckle(_times(old, float(rng.uniform(0.7, 1.2))), 0.85, scale=0.5, stain=0.3),
    }


def _earths(rng: np.random.Generator) -> dict[str, Look]:
    hue, rich = float(rng.uniform(0.045, 0.115)), float(rng.uniform(0.25, 0.65))
    soil = hsv(hue, rich, float(rng.uniform(0.12, 0.42)))
    kind = int(rng.integers(0, 4))  # graded soil, lime soil, gravel, crushed stone
    subgrade = (
        _times(hsv(hue, rich * 0.8, float(rng.uniform(0.16, 0.42))), 1.0),
        hsv(hue, 0.28, float(rng.uniform(0.26, 0.48))),
        _grey(float(rng.uniform(0.16, 0.3)), rng, warm=0.08),
        hsv(hue, 0.3, float(rng.uniform(0.25, 0.4))),
    )[kind]
    base = hsv(float(rng.uniform(0.09, 0.14)), float(rng.uniform(0.02, 0.18)), float(rng.uniform(0.3, 0.62)))
    leaf = hsv(rng.uniform(0.16, 0.32), rng.uniform(0.35, 0.75), rng.uniform(0.08, 0.26))
    return {
        "soil": _speckle(soil, float(rng.uniform(0.45, 0.7)), scale=float(rng.uniform(0.8, 2.5))),
        "spoil": _speckle(_times(soil, 1.25), 0.6, scale=3.0),
        "field": replace(_speckle(leaf, 1.0, scale=float(rng.uniform(0.15, 0.6))), colour2=_times(soil, 1.1)),
        "rubble": _speckle(_grey(float(rng.uniform(0.2, 0.4)), rng, warm=0.1), 0.5, scale=2.5),
        "subgrade": _speckle(subgrade, float(rng.uniform(0.55, 0.75)), scale=(0.7, 0.9, 5.0, 4.0)[kind]),
        "base": _speckle(base, float(rng.uniform(0.84, 0.93)), scale=float(rng.uniform(2.0, 5.0))),
        "lime": Look(kind="net", colour=(0.8, 0.79, 0.76), clear=0.72, scale=0.8),
        "dust": Look(kind="net", colour=_times(soil, 1.6), clear=float(rng.uniform(0.5, 0.75)), scale=0.6),
        "puddle": Look(kind="glass", colour=_times(soil, 0.35), rough=0.03, metallic=0.1),
        "pipe": Look(kind="metal", colour=_pipe(rng), rough=0.6),
    }


def _pipe(rng: np.random.Generator) -> Rgb:
    pipes: tuple[Rgb, ...] = ((0.45, 0.45, 0.44), (0.03, 0.03, 0.03), (0.05, 0.2, 0.5), (0.6, 0.2, 0.04))
    return pipes[int(rng.integers(0, len(pipes)))]


def _fittings(rng: np.random.Generator) -> dict[str, Look]:
    kerb = float(rng.uniform(0.35, 0.7))
    white, gold = float(rng.uniform(0.6, 0.9)), float(rng.uniform(0.4, 0.75))
    walk = hsv(rng.choice([0.02, 0.08, 0.1, 0.55]), rng.uniform(0.0, 0.35), rng.uniform(0.25, 0.6))
    concrete = float(rng.uniform(0.26, 0.5))
    looks = {
        "slab": _speckle(_grey(concrete, rng), 0.82, scale=0.4, stain=0.6),
        "groove": Look(kind="metal", colour=_grey(concrete * 0.3, rng), rough=0.9),
        "kerb": _speckle(_grey(kerb, rng), 0.85, scale=1.5),
        "kerb_old": _speckle(_grey(kerb * 0.6, rng), 0.7, scale=1.2, stain=0.4),
        "walk": Look(kind="brick", colour=walk, colour2=_times(walk, 0.6), size_m=(0.6, 0.3), joint_m=0.02, stain=0.2),
        "white": Look(kind="metal", colour=(white, white, white), rough=0.7),
        "gold": Look(kind="metal", colour=(gold, gold * 0.62, 0.03), rough=0.7),
        "worn": Look(kind="net", colour=(0.6, 0.6, 0.57), clear=float(rng.uniform(0.45, 0.78)), scale=2.0),
        "stud": Look(kind="metal", colour=(0.8, 0.75, 0.6), rough=0.2),
        "iron": _speckle(_grey(float(rng.uniform(0.05, 0.15)), rng), 0.7, scale=6.0, rough=0.5),
        "film": Look(kind="metal", colour=_film(rng), rough=float(rng.uniform(0.3, 0.8))),
        "snow": _speckle((0.85, 0.87, 0.9), 0.93, scale=0.6),
        "slush": Look(kind="net", colour=(0.8, 0.82, 0.85), clear=float(rng.uniform(0.3, 0.6)), scale=0.5),
        "cone": Look(kind="metal", colour=(0.75, 0.14, 0.02), rough=0.5),
        "barrier": Look(kind="metal", colour=_barrier(rng), rough=0.5),
        "machine": Look(kind="metal", colour=_machine(rng), rough=0.4),
        "fence": Look(kind="metal", colour=cloth_colour(rng), rough=0.6),
        "vest": Look(kind="metal", colour=(0.8, 0.2, 0.02) if rng.random() < 0.7 else (0.5, 0.7, 0.03), rough=0.8),
        "house": _speckle(hsv(rng.uniform(0, 0.15), rng.uniform(0, 0.4), rng.uniform(0.3, 0.75)), 0.85, scale=0.3),
        "roof": _speckle(hsv(rng.choice([0.02, 0.6]), rng.uniform(0.1, 0.6), rng.uniform(0.08, 0.3)), 0.8, scale=1.0),
    }
    return looks | {f"car{index}": _car(rng) for index in range(4)}


def _film(rng: np.random.Generator) -> Rgb:
    films: tuple[Rgb, ...] = ((0.75, 0.75, 0.75), (0.03, 0.03, 0.03), (0.3, 0.3, 0.28), (0.1, 0.22, 0.12))
    return films[int(rng.integers(0, len(films)))]


def _barrier(rng: np.random.Generator) -> Rgb:
    return ((0.65, 0.06, 0.03), (0.75, 0.5, 0.03), (0.75, 0.75, 0.75))[int(rng.integers(0, 3))]


def _machine(rng: np.random.Generator) -> Rgb:
    return ((0.75, 0.42, 0.02), (0.75, 0.55, 0.05), (0.7, 0.7, 0.68), (0.7, 0.2, 0.03))[int(rng.integers(0, 4))]


def _car(rng: np.random.Generator) -> Look:
    if rng.random() < 0.65:
        grey = float(rng.choice([0.02, 0.25, 0.5, 0.8]))
        return Look(kind="metal", colour=(grey, grey, grey), rough=0.25)
    return Look(kind="metal", colour=hsv(rng.uniform(0, 1), rng.uniform(0.6, 0.95), rng.uniform(0.1, 0.6)), rough=0.25)


def road_looks(key: str, rng: np.random.Generator) -> dict[str, Look]:
    """All looks of one strip, keyed `key.name`, with wet twins."""
    looks = _asphalts(rng) | _earths(rng) | _fittings(rng)
    for name in WETTABLE:
        dry = looks[name]
        looks[f"{name}.wet"] = replace(
            dry, colour=_times(dry.colour, 0.5), colour2=_times(dry.colour2, 0.5), rough=float(rng.uniform(0.12, 0.35))
        )
    return {f"{key}.{name}": look for name, look in looks.items()}
