"""Which numbers a tombstone names: lo..hi, and what it says beside it. For bodies as they are stored, plain dicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RANGES_MAX = 200  # a tombstone of so many is some 4 KB; more than one is made beyond


def stone_ranges(body: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Ranges (lo, hi), both ends named, in order; of a body that says what `wire.messages.Tombstone` allows."""
    return [(body["lo"], body["hi"]), *((lo, hi) for lo, hi in body.get("also", ()))]
