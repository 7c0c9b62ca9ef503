"""How much of the lab runs: the slice that every test run has, or all of it (`make faults`)."""

from __future__ import annotations

import os

VARIABLE = "SITEPROGRESS_FAULTS"


def sized(small: int, full: int) -> int:
    """`full` when the variable says `full`."""
    return full if os.environ.get(VARIABLE) == "full" else small
