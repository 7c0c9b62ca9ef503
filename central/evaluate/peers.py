"""Who evaluates whom: peers are never of one's own unit, everybody is asked alike, pairs seldom judge each other (E16).

Pure and deterministic: the same units and the same turn give the same peers, in whatever order the units come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

PEERS = 3


def assigned(units: Iterable[str], *, turn: str, count: int = PEERS) -> dict[str, tuple[str, ...]]:
    """The peers of each unit: `count` others, or all others where there are fewer.

    The units stand in a circle, shuffled by the digest of `turn` (a period's name, with something that the assessed
    do not know: else they could find out who judges them); each is judged by the next `count`
    in steps of 1, 2, …: so everybody judges as often as he is judged, and two units judge each other only where the
    circle is too short (n <= 2 · count).
    """
    circle = sorted(set(units), key=lambda unit: (_drawn(turn, unit), unit))
    steps = range(1, min(count, len(circle) - 1) + 1)
    return {unit: tuple(circle[(at + step) % len(circle)] for step in steps) for at, unit in enumerate(circle)}


def aliases(shown: Mapping[str, tuple[str, float | None]]) -> Mapping[str, int]:
    """What the assessed sees in place of its peers: numbers from 1 in the order of what it may see of them anyway
    (state, points). Numbers drawn by their names could be drawn again by whoever knows the units."""
    ordered = sorted(shown, key=lambda peer: (shown[peer][0], -1.0 if (points := shown[peer][1]) is None else points))
    return {peer: at for at, peer in enumerate(ordered, 1)}


def _drawn(turn: str, unit: str) -> str:
    return hashlib.sha256(f"{turn}\n{unit}".encode()).hexdigest()
