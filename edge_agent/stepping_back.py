"""The command `step-back`: makes the outbox what the release before this one reads, with all that waits in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from edge_agent.buffer.guarding import translated
from edge_agent.buffer.opening import STORE, lock_folder
from edge_agent.buffer.schema import open_connection, step_back
from edge_agent.errors import EdgeError, StoreError
from edge_agent.settings import load_settings

out, err = Console(), Console(stderr=True)


def store_back(data_dir: Path) -> int:
    """One step, with the folder held; StoreError when there is no store or an agent runs. Returns its version then."""
    path = data_dir / STORE
    if not path.is_file():
        raise StoreError(str(path), "no such file", expected="the outbox of an agent that has run")
    lock = lock_folder(data_dir)
    try:
        with translated(str(path)):
            db = open_connection(str(path), durable=True)
            try:
                return step_back(db)
            finally:
                db.close()
    finally:
        lock.close()


def command(
    settings: Annotated[Path, typer.Option("--settings", "-s", help="TOML file, see deploy/edge/agent.toml")],
) -> None:
    """Before going back to the release before this one: stop the agent, run this, install. What waits stays."""
    try:
        version = store_back(load_settings(settings).gateway.data_dir)
    except EdgeError as wrong:
        err.print(str(wrong), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from wrong
    out.print(f"the outbox is of version {version} now")
