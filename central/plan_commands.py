"""`siteprogress-central plan …`: the empty form, a stored plan as a file, the versions of a plan and what waits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from central.telling import SettingsFile, engine_of, fail, loaded, told

app = typer.Typer(no_args_is_help=True, help="Plans as files, and their versions.")
Out = Annotated[Path, typer.Argument(help="the file to write: .xlsx, or .json")]


@app.command()
def template(file: Out) -> None:
    """Write the empty form of a plan: every sheet with its headers, to be filled in and imported."""
    from central.plan.exporting import write_plan_xlsx

    if file.suffix.lower() != ".xlsx":
        fail(f"{file}: expected a name that ends in .xlsx")
    _write(file, write_plan_xlsx())


@app.command()
def export(
    project: str,
    file: Out,
    version: Annotated[int | None, typer.Option(min=1, help="the one in force unless said")] = None,
    settings: SettingsFile = None,
) -> None:
    """Write a plan as it was stored, so that it can be edited and imported again."""
    from central.plan.exporting import write_plan_xlsx
    from central.store.engine import reading
    from central.store.read_proposals import plan_document_of, plan_file_of

    found = loaded(settings)
    with told(found), reading(engine_of(found)) as connection:
        stored = (
            plan_file_of(connection, project) if version is None else plan_document_of(connection, project, version)
        )
    if stored is None:
        fail(f"plan of project {project!r}{f', version {version}' if version else ''}: expected one that was imported")
    match file.suffix.lower():
        case ".xlsx":
            _write(file, write_plan_xlsx(stored))
        case ".json":
            _write(file, (json.dumps(stored, ensure_ascii=False, indent=1) + "\n").encode())
        case _:
            fail(f"{file}: expected a name that ends in .xlsx or .json")


@app.command()
def versions(project: str, settings: SettingsFile = None) -> None:
    """The baseline and every revision: by whom, why, and how many days later than the baseline; what waits."""
    from central.store.engine import reading
    from central.store.read_proposals import open_proposal, versions_of

    found = loaded(settings)
    with told(found), reading(engine_of(found)) as connection:
        known, waiting = versions_of(connection, project), open_proposal(connection, project)
    if not known:
        fail(f"project {project!r}: expected one that has a plan")
    table = Table("version", "finish", "delay (days)", "by", "approved by", "reason", "removed")
    for one in known:
        table.add_row(
            str(one.version),
            str(one.finish),
            str(one.delay_days),
            one.author,
            one.approved_by,
            one.reason,
            " ".join(one.removed),
        )
    Console().print(table)
    if waiting is not None:
        typer.echo(f"proposal {waiting.id} of {waiting.proposed_by} waits for approval: {waiting.reason}")


def _write(file: Path, content: bytes) -> None:
    with told():
        file.write_bytes(content)
    typer.echo(f"wrote {file} ({len(content)} bytes)")
