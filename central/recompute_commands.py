"""`siteprogress-central recompute …` and `export-scores`: scores made again from what is stored, here and offline."""

from __future__ import annotations

from collections import Counter
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

DIFFERENT, GONE = 1, 3
SAID: dict[str, str] = {
    "same": "the same, bit for bit",
    "different": "it DIFFERS",
    "gone": "it cannot be made again: facts it rests on are not stored any more",
}


def recompute(
    score: Annotated[str, typer.Argument(help="the id of a score sheet, or PROJECT or PROJECT/YYYY-MM-DD")] = "",
    all_: Annotated[bool, typer.Option("--all", help="every sheet of the period, of all periods without one")] = False,
    period: Annotated[str, typer.Option(help="2025-03, 2025-Q1 or 2025, with --all")] = "",
    after: Annotated[str, typer.Option(help="with --all: go on behind this sheet; an interrupted run names it")] = "",
    settings: SettingsFile = None,
) -> None:
    """Make a score again from stored facts and compare it leaf by leaf; ends with 1 when a bit differs, with 3 when
    none does but facts of some are not stored any more."""
    if all_ == bool(score) or ((period or after) and not all_):
        fail("expected a score, or --all (with --period for one period, --after to go on)")
    found = loaded(settings)
    engine = engine_of(found)
    with told(found):
        outcomes = _every(engine, period, after) if all_ else _one(engine, score)
    if outcomes["different"] or outcomes["gone"]:
        raise typer.Exit(DIFFERENT if outcomes["different"] else GONE)


def _one(engine: Engine, score: str) -> Counter[str]:
    """Tell of one score; its outcome."""
    made = _made(engine, score)
    _tell(made)
    return Counter([made.outcome])


def _every(engine: Engine, period: str, after: str) -> Counter[str]:
    """Make all sheets again in order of their ids, and tell of those that are not the same; how many came out how."""
    from central.recompute import count_sheets
    from central.rejudging import Rejudging
    from central.store.engine import reading

    with reading(engine) as connection:
        whole = count_sheets(connection, period, after)
    if not whole:
        fail(f"period {period!r} after {after!r}: expected one that has score sheets")
    outcomes: Counter[str] = Counter()
    rejudging = Rejudging(engine)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"sheets of {period or 'all periods'}", total=whole)
        try:
            while page := _page(engine, period, after):
                for key in page:
                    made = rejudging.again(key)
                    assert made is not None  # sheets are never deleted
                    if not made.same:
                        _tell(made)
                    outcomes[made.outcome] += 1
                    after = key
                    bar.advance(task)
        except KeyboardInterrupt:
            fail(f"{outcomes.total()} of {whole} sheets made again, then interrupted: go on with --after {after}")
    words = f"{outcomes.total()} sheets made again, {outcomes['different']} differ"
    typer.echo(words + (f", of {outcomes['gone']} facts are not stored any more" if outcomes["gone"] else ""))
    return outcomes


def _page(engine: Engine, period: str, after: str) -> list[str]:
    from central.recompute import sheets_after
    from central.store.engine import reading

    with reading(engine) as connection:
        return sheets_after(connection, period, after)


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
        table.add_row(
            line.what, line.stored, line.again, "=" if line.same else "facts are gone" if made.gone else "DIFFERS"
        )
    console.print(table)
    for note in made.notes:
        console.print(f"note: {note}")
    console.print(SAID[made.outcome])
