"""`siteprogress-central recompute …` and `export-scores`: scores made again from what is stored, here and offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from central.telling import SettingsFile, engine_of, fail, loaded, told

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from central.recompute import Recomputed

DIFFERENT = 1


def recompute(
    score: Annotated[str, typer.Argument(help="the id of a score sheet, or PROJECT or PROJECT/YYYY-MM-DD")] = "",
    all_: Annotated[bool, typer.Option("--all", help="every sheet of the period, of all periods without one")] = False,
    period: Annotated[str, typer.Option(help="2025-03, 2025-Q1 or 2025, with --all")] = "",
    settings: SettingsFile = None,
) -> None:
    """Make a score again from stored facts and compare it leaf by leaf; ends with 1 when a bit differs."""
    if all_ == bool(score) or (period and not all_):
        fail("expected a score, or --all (with --period for one period)")
    found = loaded(settings)
    engine = engine_of(found)
    with told(found):
        different = _every(engine, period) if all_ else _one(engine, score)
    if different:
        raise typer.Exit(DIFFERENT)


def _one(engine: Engine, score: str) -> int:
    """Tell of one score; 1 when it differs."""
    made = _made(engine, score)
    _tell(made)
    return int(not made.same)


def _every(engine: Engine, period: str) -> int:
    """Make all sheets again page by page, and tell of those that differ; how many do."""
    from central.recompute import count_sheets, sheets_after
    from central.store.engine import reading

    with reading(engine) as connection:
        whole = count_sheets(connection, period)
    if not whole:
        fail(f"period {period!r}: expected one that has score sheets")
    done, different, after = 0, 0, ""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"sheets of {period or 'all periods'}", total=whole)
        while True:
            with reading(engine) as connection:
                page = sheets_after(connection, period, after)
            for key in page:
                made = _made(engine, key)
                if not made.same:
                    _tell(made)
                different += not made.same
                bar.advance(task)
            if not page:
                break
            done, after = done + len(page), page[-1]
    typer.echo(f"{done} sheets made again, {different} differ")
    return different


def _made(engine: Engine, key: str) -> Recomputed:
    from central.recompute import recompute as again
    from central.store.engine import undone

    with undone(engine) as connection:
        made = again(connection, key)
    if made is None:
        fail(f"score {key!r}: expected the id of a sheet, or a project that was judged (on that day)")
    return made


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


def _tell(made: Recomputed) -> None:
    console = Console(soft_wrap=True)
    table = Table(title=f"{made.about} ({made.key})")
    for name in ("leaf", "stored", "recomputed", ""):
        table.add_column(name, overflow="fold")
    for line in made.lines:
        table.add_row(line.what, line.stored, line.again, "=" if line.same else "DIFFERS")
    console.print(table)
    for note in made.notes:
        console.print(f"note: {note}")
    console.print("the same, bit for bit" if made.same else "it DIFFERS")
