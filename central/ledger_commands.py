"""`siteprogress-central ledger`: import a sheet, export a package that verifies offline, close a month, verify."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.telling import CLI_ACTOR, SettingsFile, engine_of, fail, loaded, told

if TYPE_CHECKING:
    from central.store.take_ledger import TakenFile

app = typer.Typer(no_args_is_help=True, help="The ledger of money: added to, never changed.")
DAY = ["%Y-%m-%d"]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="an .xlsx with the columns of `ledger template`")],
    settings: SettingsFile = None,
) -> None:
    """Post every row that can be posted; the others are told by row and column, and kept. Exit 1 when there are any."""
    from central import clock
    from central.money.workbook import NotALedgerError
    from central.store.take_ledger import take_file

    engine = engine_of(loaded(settings))
    with told(), file.open("rb") as content:
        try:
            taken = take_file(engine, content, filename=file.name, within=None, by=CLI_ACTOR, wall_ms=clock.system_ms)
        except NotALedgerError as wrong:
            fail(f"{file.name}: {wrong}, nothing was stored")
    _tell(file.name, taken)
    raise typer.Exit(1 if taken.refused or taken.conflicts else 0)


def _tell(name: str, taken: TakenFile) -> None:
    for row in taken.refused_rows:
        what, expected = row.refusal.what, row.refusal.expected
        typer.echo(f"{name}, {row.row}, {row.column}: {what.en}: expected {expected.en} | {expected.zh}", err=True)
    more = taken.refused + taken.conflicts - len(taken.refused_rows)
    if more:
        typer.echo(f"{name}: {more} further rows; all of them are kept under import {taken.import_id}", err=True)
    typer.echo(
        f"import {taken.import_id}: {taken.posted} posted, {taken.known} known, {taken.conflicts} conflicts, "
        f"{taken.refused} refused"
    )


@app.command()
def template(file: Annotated[Path, typer.Argument(help="where the empty .xlsx goes")]) -> None:
    """Write an empty sheet to be filled in and imported."""
    from central.money.sheet import template as empty

    with told():
        file.write_bytes(empty())
    typer.echo(f"wrote {file}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="where the package (.zip) goes")],
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="first day, included")],
    last: Annotated[datetime, typer.Option("--to", formats=DAY, help="last day, included")],
    project: Annotated[list[str] | None, typer.Option(help="only this project; may be given several times")] = None,
    settings: SettingsFile = None,
) -> None:
    """Write the period as data, proof and verifier; its digest goes into the audit trail."""
    from central import clock
    from central.store.export_ledger import export_package
    from central.store.read_statement import Which

    if first > last:
        fail(f"--from {first:%Y-%m-%d} --to {last:%Y-%m-%d}: expected the first day not after the last")
    engine = engine_of(loaded(settings))
    with told(), file.open("wb") as to:
        done = export_package(
            engine,
            to,
            first=first.date(),
            last=last.date(),
            which=Which(projects=tuple(project) if project else None),
            by=CLI_ACTOR,
            at_ms=clock.system_ms(),
        )
    if done is not None:
        typer.echo(f"wrote {file}: {done.entries} entries of {done.chains} projects\npackage: {done.digest}")
        typer.echo(f"root: {done.root}")


@app.command()
def lock(
    month: Annotated[datetime, typer.Argument(formats=["%Y-%m"], help="YYYY-MM, a month that is over")],
    settings: SettingsFile = None,
) -> None:
    """Close a month and all before it: nothing is posted to their days any more. There is no way back."""
    from central import clock
    from central.store.engine import writing
    from central.store.instants import district_day, from_ms
    from central.store.save_ledger import lock_month

    at_ms = clock.system_ms()
    with told(), writing(engine_of(loaded(settings))) as connection:
        today = district_day(from_ms(at_ms))
        refusal = lock_month(connection, _first(month), today=today, by=CLI_ACTOR, at_ms=at_ms)
    if refusal is not None:
        fail(f"month {refusal.what.en}: expected {refusal.expected.en}")
    typer.echo(f"closed: {month:%Y-%m} and all before it")


@app.command()
def verify(
    package: Annotated[Path | None, typer.Argument(help="an exported package; without it the ledger itself")] = None,
    settings: SettingsFile = None,
) -> None:
    """Recompute chains, accounts, sums of months and the heads in the audit trail; exit 1 when one does not hold."""
    from central.money.verifier import main as verify_package
    from central.store.engine import reading
    from central.store.verify_ledger import verify_ledger

    if package is not None:
        raise typer.Exit(verify_package([str(package)]))
    with told(), reading(engine_of(loaded(settings))) as connection:
        found = verify_ledger(connection)
    for fault in found.faults:
        place = f"entry {fault.nth}" if fault.nth else "account"
        typer.echo(f"ledger of {fault.project}, {place}: {fault.what}", err=True)
    holds = "holds" if not found.faults else "does NOT hold"
    typer.echo(f"ledger: {found.entries} entries of {found.projects} projects: {holds}")
    raise typer.Exit(1 if found.faults else 0)


def _first(month: datetime) -> date:
    return month.date().replace(day=1)
