"""What the demo says in the terminal: what was started, how far it is, and the judgement as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from central.figures import tenths
from demo.footage import HERE
from demo.verdict import Expected, Raised, Seen, Verdict

STYLES = {"red": "bold red", "yellow": "yellow", "blue": "blue"}


def progress_bar(console: Console) -> Progress:
    """A bar over the rounds with the day, the readings and the open warnings."""
    return Progress(
        TextColumn("{task.fields[day]}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("readings {task.fields[readings]}"),
        TextColumn("warnings {task.fields[warnings]}"),
        TextColumn("{task.fields[link]}"),
        TimeElapsedColumn(),
        console=console,
    )


def day_of(at: datetime) -> str:
    """The district's day and hour of an instant."""
    return f"{at.astimezone(HERE):%m-%d %H:%M}"


def tell(console: Console, seen: Seen, verdict: Verdict, expected: Expected) -> None:
    """The whole judgement."""
    console.print(_buildings(verdict))
    console.print(_warnings(seen.warnings))
    console.print(_scores(seen))
    d = seen.delivery
    console.print(
        f"{seen.frames} frames · {d.appended} records appended at the edges, {d.published} published, "
        f"{d.stored} stored, {d.duplicates} duplicates absorbed, [bold]{d.lost} lost, {d.doubled} doubled[/bold] · "
        f"{seen.seconds:.0f} s"
    )
    for delay in seen.delays:
        console.print(f"[yellow]slow:[/yellow] {delay}")
    if expected.late_building and verdict.late_at and verdict.late_warned_at:
        console.print(
            f"{expected.late_building} was a week late by truth at {day_of(verdict.late_at)}, "
            f"and the first warning came at {day_of(verdict.late_warned_at)}"
        )
    if verdict.failures:
        console.print("[bold red]not kept:[/bold red]")
        for failure in verdict.failures:
            console.print(f"  - {failure}")
    else:
        console.print("[bold green]every promise was kept[/bold green]")


def _buildings(verdict: Verdict) -> Table:
    table = Table(title="measured against truth", title_justify="left")
    for head in ("building", "measured %", "true %", "mean error (points)", "days"):
        table.add_column(head, justify="left" if head == "building" else "right")
    for b in verdict.buildings:
        mean = "-" if b.mae_pp is None else f"{b.mae_pp:.1f}"
        table.add_row(b.id, _percent(b.estimated_bp), _percent(b.true_bp), mean, str(b.days))
    if verdict.mae_pp is not None:
        table.add_row("all", "", "", f"{verdict.mae_pp:.2f}", "", style="bold")
    return table


def _warnings(warnings: Sequence[Raised]) -> Table:
    table = Table(title="warnings", title_justify="left")
    for head in ("raised", "level", "rule", "on", "project", "state"):
        table.add_column(head)
    for w in warnings:
        table.add_row(day_of(w.raised_at), f"[{STYLES[w.level]}]{w.level}[/]", w.rule, w.subject, w.project, w.state)
    return table


def _scores(seen: Seen) -> Table:
    table = Table(title="scores", title_justify="left")
    for head in ("project", "total", "grade"):
        table.add_column(head)
    for s in seen.scores:
        table.add_row(s.subject, "-" if s.total is None else f"{s.total:.2f}", s.grade or "-")
    return table


def _percent(bp: int | None) -> str:
    return "-" if bp is None else tenths(bp)
