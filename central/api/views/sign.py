"""The order of signs, heaviest first; which sign a subject wears is decided in `central.rules.sign`."""

from __future__ import annotations

from central.api.schemas import Sign

SIGNS: tuple[Sign, ...] = ("red", "yellow", "blue", "insufficient", "paused", "normal")


def severity(sign: Sign) -> int:
    """0 = heaviest."""
    return SIGNS.index(sign)
