"""`siteprogress-central recompute …` and `export-scores`: scores made again from what is stored, here and offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from central.recompute import Recomputed
from central.telling import SettingsFile, engine_of, fail, loaded, told

DIFFERENT = 1


def recompute(
    score: Annotated[str, typer.Argument(help="the id of a score sheet, or PROJECT or PROJECT/YYYY-MM-DD")] = "",
    all_: Annotated[bool, typer.Option("--all", help="every sheet of the period")] = False,
    period: Annotated[str, typer.Option(help="2025-03, 2025-Q1 or 2025, with --all")] = "",
    settings: SettingsFile = None,
) -> None:
    """Make a score again from stored facts and compare it leaf by leaf; ends with 1 when a bit differs."""
    from central.recompute import recompute as again
    from central.recompute import sheets_of_period
    from central.store.engine import reading, undone

    if all_ != bool(period) or all_ == bool(score):
        fail("expected a score, or --all with --period")
    found = loaded(settings)
    engine = engine_of(found)
    different = 0
    with told(found):
        keys = [score]
        if all_:
            with reading(engine) as connection:
                keys = sheets_of_period(connection, period)
        if not keys:
            fail(f"period {period!r}: expected one that has score sheets")
        for key in keys:
            with undone(engine) as connection:
                made = again(connection, key)
            if made is None:
                fail(f"score {key!r}: expected the id of a sheet, or a project that was judged (on that day)")
            different += not made.same
            _tell(made, brief=all_ and made.same)
    if all_:
        typer.echo(f"{len(keys)} sheets made again, {different} differ")
    if different:
        raise typer.Exit(DIFFERENT)


def export_scores(
    period: Annotated[str, typer.Option(help="2025-03, 2025-Q1 or 2025")],
    to: Annotated[Path, typer.Option(help="the archive to write: .zip")],
    settings: SettingsFile = None,
) -> None:
    """Write all sheets of a period with a program that makes them again offline, for an independent audit."""
    from central.export_scores import scores_archive
    from central.store.engine import reading

    found = loaded(settings)
    if to.suffix.lower() != ".zip":
        fail(f"{to}: expected a name that ends in .zip")
    with told(found):
        with reading(engine_of(found)) as connection:
            archive = scores_archive(connection, period)
        to.write_bytes(archive)
    typer.echo(f"{to}: {len(archive)} bytes; unpack it and run: python recompute.py")


def _tell(made: Recomputed, *, brief: bool) -> None:
    console = Console(soft_wrap=True)
    if brief:
        console.print(f"the same: {made.about} {made.key[:12]}")
        return
    table = Table(title=f"{made.about} ({made.key})")
    for name in ("leaf", "stored", "recomputed", ""):
        table.add_column(name, overflow="fold")
    for line in made.lines:
        table.add_row(line.what, line.stored, line.again, "=" if line.same else "DIFFERS")
    console.print(table)
    for note in made.notes:
        console.print(f"note: {note}")
    console.print("the same, bit for bit" if made.same else "it DIFFERS")
