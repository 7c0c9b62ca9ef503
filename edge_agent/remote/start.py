"""What an agent runs with when it starts: the configuration that holds, or the one before if that does not stand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from edge_agent.errors import EdgeError
from edge_agent.remote.overlay import message_of, overlaid
from edge_agent.remote.staging import tidy
from edge_agent.remote.state import FOLDER, State, Trial, look_at_state, read_state, write_state
from edge_agent.remote.trial import stands
from edge_agent.settings import Settings
from edge_agent.vision.errors import VisionError
from wire.messages import ConfigResult

log = logging.getLogger(__name__)
T = TypeVar("T")
REASON_CHARS_MAX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Generic[T]):
    """The settings that hold and what was made of them; `id` 0 = the settings file alone."""

    settings: Settings
    made: T
    id: int
    trial: Trial | None


def begin(settings: Settings, make: Callable[[Settings], T], *, now_ms: int) -> Started[T]:
    """Find what holds and make it; for whoever holds the data folder's lock.

    A configuration that cannot be made is taken back, on trial or not: an agent that sees beats one that is right and
    does not start. Errors of the settings file alone are the caller's.
    """
    folder = settings.gateway.data_dir / FOLDER
    state = _counted(folder, read_state(folder), now_ms=now_ms)
    while state.current:
        try:
            ours = overlaid(settings, folder / str(state.current))
            made = make(ours)
        except (EdgeError, VisionError) as wrong:
            state = taken_back(folder, state, reason=str(wrong))
        else:
            tidy(folder, state)
            return Started(settings=ours, made=made, id=state.current, trial=state.trial)
    made = make(settings)
    tidy(folder, state)
    return Started(settings=settings, made=made, id=0, trial=state.trial)


def running(settings: Settings) -> Settings:
    """The settings an agent would run with, found without changing anything; RefusedError when they do not stand."""
    folder = settings.gateway.data_dir / FOLDER
    state = look_at_state(folder)
    return overlaid(settings, folder / str(state.current)) if state.current else settings


def taken_back(folder: Path, state: State, *, reason: str) -> State:
    """The state with the previous configuration in place of the current one, durable, and the answer owed."""
    log.error("configuration %d taken back, %d runs: %s", state.current, state.previous, reason)
    result = ConfigResult(
        id=state.current,
        state="rolled_back",
        reason=reason[:REASON_CHARS_MAX],
        parts=_parts(folder / str(state.current)),
    )
    back = replace(
        state,
        current=state.previous,
        previous=0,
        trial=None,
        owed=(*state.owed, result),
        restore=state.current,
    )
    write_state(folder, back)
    return back


def parts_said(folder: Path) -> tuple[str, ...]:
    """The parts of a staged configuration as an answer names them."""
    return tuple(f"{part.kind} {part.name} {part.sha256}" for part in message_of(folder).parts)


def _parts(folder: Path) -> tuple[str, ...]:
    try:
        return parts_said(folder)
    except EdgeError:
        return ()


def _counted(folder: Path, state: State, *, now_ms: int) -> State:
    """One more start of a trial counted, durably; a trial that has failed is taken back."""
    if state.trial is None:
        return state
    if why := stands(state.trial, now_ms=now_ms):
        return taken_back(folder, state, reason=why)
    counted = replace(state, trial=replace(state.trial, starts=state.trial.starts + 1))
    write_state(folder, counted)
    return counted
