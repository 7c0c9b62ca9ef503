"""Device conditions of a camera (moved, offline, and what the gate says of it): begun or ended by a look. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FROM_QUALITY = ("frozen", "covered", "replayed", "clock_backwards", "clock_sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One condition that begins or ends."""

    code: str
    state: Literal["begin", "end"]
    detail: str = ""


def after_look(before: Sequence[str], *, quality: Sequence[str], registration: str) -> tuple[Change, ...]:
    """Changes after a frame. A frame has arrived, so the camera is not offline.

    `moved` ends only with a verified registration: an unverified one (fog, rain, night) is evidence of nothing.
    """
    changes: list[Change] = []
    if "offline" in before:
        changes.append(Change(code="offline", state="end", detail="a frame has arrived"))
    if registration == "MOVED" and "moved" not in before:
        changes.append(Change(code="moved", state="begin", detail="the camera looks elsewhere"))
    if registration == "VERIFIED" and "moved" in before:
        changes.append(Change(code="moved", state="end", detail="the commissioned view is back"))
    for code in FROM_QUALITY:
        if code in quality and code not in before:
            changes.append(Change(code=code, state="begin"))
        if code not in quality and code in before:
            changes.append(Change(code=code, state="end"))
    return tuple(changes)


def when_silent(before: Sequence[str], *, silent_s: float, limit_s: float, problem: str) -> tuple[Change, ...]:
    """A camera that gave no frame for longer than its limit goes offline, once."""
    if silent_s <= limit_s or "offline" in before:
        return ()
    return (Change(code="offline", state="begin", detail=problem or f"no frame for {silent_s:.0f} s"),)


def applied(before: Sequence[str], changes: Sequence[Change]) -> tuple[str, ...]:
    """The conditions that hold after the changes, sorted."""
    held = set(before)
    for change in changes:
        if change.state == "begin":
            held.add(change.code)
        else:
            held.discard(change.code)
    return tuple(sorted(held))
