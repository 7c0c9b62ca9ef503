"""Budget lines are a tree by name: `civil/steel` is a part of `civil`, and every line is a part of the project ("")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SEPARATOR = "/"
WHOLE = ""  # the project itself


@dataclass(frozen=True, slots=True, kw_only=True)
class OverParent:
    """The lines below `line` were granted more than the line itself."""

    line: str
    own_fen: int
    below_fen: int


def parent_of(line: str) -> str:
    """The line that this one is a part of; the project for one without a separator."""
    return line.rpartition(SEPARATOR)[0]


def granted(own: Mapping[str, int]) -> dict[str, int]:
    """Budget of every line and of the project: its own grants, or what its parts were granted where it has none.

    `own` are the sums of the grants by line, in fen; grants of the whole project are those without a line.
    """
    below = _below(own)
    return {line: own.get(line, 0) or below.get(line, 0) for line in _deepest_first(own)}


def over_parent(own: Mapping[str, int]) -> OverParent | None:
    """The uppermost line that has grants of its own, and less than its parts have together; None when all fit."""
    below = _below(own)
    for line in reversed(_deepest_first(own)):
        if 0 < own.get(line, 0) < below.get(line, 0):
            return OverParent(line=line, own_fen=own[line], below_fen=below[line])
    return None


def rolled_up(own: Mapping[str, int]) -> dict[str, int]:
    """Sums of every line with all below it, and of the project, in fen."""
    found: dict[str, int] = dict.fromkeys(_deepest_first(own), 0)
    for line, amount_fen in own.items():
        for above in _up(line):
            found[above] += amount_fen
    return found


def _below(own: Mapping[str, int]) -> dict[str, int]:
    below: dict[str, int] = {}
    for line in _deepest_first(own):
        if line != WHOLE:
            worth = own.get(line, 0) or below.get(line, 0)
            below[parent_of(line)] = below.get(parent_of(line), 0) + worth
    return below


def _deepest_first(lines: Iterable[str]) -> list[str]:
    every = {WHOLE, *(above for line in lines for above in _up(line))}
    return sorted(every, key=lambda line: (-_depth(line), line))


def _depth(line: str) -> int:
    return 0 if line == WHOLE else 1 + line.count(SEPARATOR)


def _up(line: str) -> Iterable[str]:
    yield line
    while line != WHOLE:
        line = parent_of(line)
        yield line
