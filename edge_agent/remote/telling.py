"""Which configuration an agent runs, in words for `status`."""

from __future__ import annotations

from pathlib import Path

from edge_agent.errors import EdgeError
from edge_agent.remote.overlay import message_of
from edge_agent.remote.state import FOLDER, look_at_state

ALONE = "settings file alone"


def running_words(data_dir: Path) -> str:
    """One line: the number, what it changes, and whether it is on trial. Reads only."""
    folder = data_dir / FOLDER
    state = look_at_state(folder)
    if not state.current:
        return ALONE
    try:
        parts = message_of(folder / str(state.current)).parts
    except EdgeError as damaged:
        return f"configuration {state.current}, which cannot be read: {damaged}"
    names = ", ".join(part.kind if part.name == part.kind else f"{part.kind} {part.name}" for part in parts)
    standing = "on trial" if state.trial is not None else "confirmed"
    return f"configuration {state.current}, {standing}: {names or ALONE}"
