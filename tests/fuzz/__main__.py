"""`python -m tests.fuzz [--cases N] [--seed S] [--only NAME] [--json FILE]`: every decoder against wrong messages.

Ends with 1 when anything but a refusal was raised; the bytes are then in var/fuzz, and `--seed S` finds them again.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from tests.fuzz.bombs import BOMB_BYTES_MAX, FRAMES, MESSAGES
from tests.fuzz.campaign import Campaign, keep, peak_bytes
from tests.fuzz.targets import TARGETS
from wire.codec import decode, open_frame
from wire.errors import WireError
from wire.messages import Config

KEPT_IN = Path("var/fuzz")


def main(
    cases: Annotated[int, typer.Option(min=1)] = 1_000_000,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    only: Annotated[str, typer.Option(help="part of a target's name")] = "",
    json_file: Annotated[Path | None, typer.Option("--json")] = None,
) -> None:
    """Run, tell, and end with 1 for a crash or a bomb that went off."""
    targets = [target for target in TARGETS if only in target.name]
    if not targets:
        raise typer.BadParameter(f"{only!r}, expected part of one of {', '.join(t.name for t in TARGETS)}")
    campaign, began = Campaign(seed=seed), time.monotonic()
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("cases", total=cases)
        campaign.run(cases, targets=targets, told=lambda done: progress.advance(task, done))
    costs = {name: peak_bytes(open_frame, payload, (WireError,)) for name, payload in FRAMES.items()}
    costs |= {name: peak_bytes(_config, payload, (WireError,)) for name, payload in MESSAGES.items()}
    console = Console()
    console.print(_table(campaign))
    worst = max(costs, key=lambda name: costs[name])
    seconds = time.monotonic() - began
    console.print(
        f"seed {seed}: {cases} cases in {seconds:.0f} s, {len(campaign.crashes)} crashes, memory grew by"
        f" {campaign.rss_growth_bytes / 2**20:.1f} MiB; dearest of {len(costs)} bombs: {worst},"
        f" {costs[worst] / 2**20:.1f} MiB"
    )
    for path in keep(campaign.crashes, KEPT_IN) if campaign.crashes else ():
        console.print(f"[red]crash[/]: {path}")
    if json_file:
        told = {name: asdict(tally) for name, tally in campaign.tallies.items()}
        facts = {"seed": seed, "cases": cases, "seconds": round(seconds, 1), "crashes": len(campaign.crashes)}
        grown = {"rss_growth_bytes": campaign.rss_growth_bytes, "bombs_bytes": costs, "targets": told}
        json_file.write_text(json.dumps(facts | grown, indent=2) + "\n")
    raise typer.Exit(1 if campaign.crashes or costs[worst] >= BOMB_BYTES_MAX else 0)


def _config(payload: bytes) -> Config:
    return decode(Config, payload)


def _table(campaign: Campaign) -> Table:
    table = Table("decoder", "cases", "taken", "µs a case", "slowest ms")
    for name, tally in campaign.tallies.items():
        each = tally.seconds / tally.cases * 1e6
        table.add_row(name, str(tally.cases), str(tally.taken), f"{each:.0f}", f"{tally.slowest_s * 1000:.1f}")
    return table


if __name__ == "__main__":
    typer.run(main)
