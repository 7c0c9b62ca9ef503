"""Plays the footage: moves the gateways' clocks, hands each camera its still, cuts and mends the links."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from demo.agent import Agent
from demo.footage import HERE, Still
from demo.link import Link

ROUND_TIMEOUT_S = 30.0
RTSP_FLUSH_S = 0.2  # the stream still holds the old picture for a moment; the agent too skips what was on its way
POLL_S = 0.02
ONE_DAY = timedelta(days=1)


class Projector(Protocol):
    """A streaming camera that shows the picture it is told to."""

    def set_still(self, path: Path) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A gateway's link is down from `begin` until `end` (demo time)."""

    gateway: str
    begin: datetime
    end: datetime


@dataclass(slots=True, kw_only=True)
class Stage:
    """What the conductor plays on. `folders` and `projectors` are by camera, `agents` and `links` by gateway."""

    agents: Mapping[str, Agent]
    links: Mapping[str, Sequence[Link]]
    folders: Mapping[str, Path]
    projectors: Mapping[str, Projector]
    outages: Sequence[Outage]


@dataclass(slots=True, kw_only=True)
class Played:
    """What came of it: frames handed over, rounds that took too long, and what each outage held back."""

    frames: int = 0
    delays: list[str] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)


def play(stage: Stage, rounds: Sequence[Sequence[Still]], *, after: Callable[[datetime, Played], None]) -> Played:
    """Play every round and return what came of it; `after` is told of each. Links are mended at the end."""
    played = Played()
    for stills in rounds:
        at = max(still.at for still in stills)
        _set_links(stage, at, played)
        show(stage, stills)
        played.frames += len(stills)
        late = unseen_after(stage, stills, timeout_s=ROUND_TIMEOUT_S)
        if late:
            played.delays.append(
                f"{at.astimezone(HERE):%m-%d %H:%M}: {', '.join(late)} not read in {ROUND_TIMEOUT_S:.0f} s"
            )
        after(at, played)
    for gateway in stage.links:
        _mend(stage, gateway, played)
    return played


def hand_over(still: Still, folder: Path) -> None:
    """Put a still into a watched folder whole: under a name nobody looks at, then renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    hidden = folder / f".{still.path.name}.part"
    shutil.copyfile(still.path, hidden)
    os.utime(hidden, (still.at.timestamp(), still.at.timestamp()))
    hidden.rename(folder / still.path.name)


def _set_links(stage: Stage, at: datetime, played: Played) -> None:
    for gateway, links in stage.links.items():
        down = any(o.gateway == gateway and o.begin <= at < o.end for o in stage.outages)
        if down:
            for link in links:
                link.cut()
        else:
            _mend(stage, gateway, played)


def _mend(stage: Stage, gateway: str, played: Played) -> None:
    if any(link.is_cut for link in stage.links[gateway]):
        played.held[gateway] = max(played.held.get(gateway, 0), stage.agents[gateway].waiting())
        for link in stage.links[gateway]:
            link.mend()


def show(stage: Stage, stills: Sequence[Still]) -> None:
    """Streams first, because they hold old pictures for a moment; then the clocks; then the folders."""
    streamed = [still for still in stills if still.camera in stage.projectors]
    for still in streamed:
        stage.projectors[still.camera].set_still(still.path)
    if streamed:
        time.sleep(RTSP_FLUSH_S)
    for agent in stage.agents.values():
        own = [still.at for still in stills if still.camera in agent.cameras]
        if own:
            agent.set_clock(max(own))
    for still in stills:
        if still.camera in stage.folders:
            hand_over(still, stage.folders[still.camera])


def unseen_after(stage: Stage, stills: Sequence[Still], *, timeout_s: float) -> list[str]:
    """Wait until every camera's still has been dealt with; the cameras whose still was not."""
    end = time.monotonic() + timeout_s
    left = list(stills)
    while left:
        seen: dict[str, datetime] = {}
        for agent in stage.agents.values():
            if agent.child is not None:
                agent.child.check()
            seen |= agent.seen()
        left = [still for still in left if seen.get(still.camera, still.at - ONE_DAY) < still.at]
        if left and time.monotonic() > end:
            return [still.camera for still in left]
        time.sleep(POLL_S)
    return []
