"""How seldom Python looks for garbage: what a start makes stays, and looking through it took a quarter of the start.

Imported before all else."""

from __future__ import annotations

import gc

ALLOCATIONS = 50_000
"""More objects made than freed before the youngest are looked through; Python's own 700 suit a small program."""
gc.set_threshold(ALLOCATIONS, 20, 50)


def keep_what_is_made() -> None:
    """What is there now is never looked through again: for a centre that is built and begins to serve."""
    gc.freeze()
