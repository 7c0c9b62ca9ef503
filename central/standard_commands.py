"""The data standard on the command line: check files against it, and write its page with sample files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from central.telling import told

BAD = 1


def validate(files: Annotated[list[Path], typer.Argument(help="xlsx or JSON: plan, ledger, daily report, …")]) -> None:
    """Check files against the data standard: each fault by sheet, row and column; exit 1 when there is any."""
    from central.quality.validate import KINDS
    from central.quality.validate import validate as verdict_on

    bad = 0
    for file in files:
        with told():
            verdict = verdict_on(file.read_bytes())
        name = KINDS[verdict.kind] if verdict.kind else "未知 unknown"
        for one in verdict.faults:
            row = f"第{one.row}行 row {one.row}" if one.row is not None else ""
            place = ", ".join(part for part in (str(file), one.sheet, row, one.column) if part)
            typer.echo(f"{place}: {one.what}: 应为 expected {one.expected}", err=True)
        count = len(verdict.faults)
        outcome = f"{count} 处错误 fault{'s' if count > 1 else ''}" if count else "合格 accepted"
        typer.echo(f"{file}: {name}, {verdict.read} 条 read, {outcome}")
        bad += bool(verdict.faults)
    raise typer.Exit(BAD if bad else 0)


def data_standard(
    to: Annotated[Path, typer.Option(help="folder for data-standard.md and data-standard/ with sample files")],
) -> None:
    """Write the page of the data standard and its sample files; samples that are valid already stay as they are."""
    from central.quality.samples import samples
    from central.quality.standard import page
    from central.quality.validate import validate as verdict_on

    with told():
        folder = to / "data-standard"
        folder.mkdir(parents=True, exist_ok=True)
        (to / "data-standard.md").write_text(page(), encoding="utf-8")
        for name, content in samples().items():
            place = folder / name
            kept = place.suffix == ".xlsx" and place.is_file() and not verdict_on(place.read_bytes()).faults
            if not kept:  # a workbook has the time of its making in it
                place.write_bytes(content)
    typer.echo(f"wrote {to / 'data-standard.md'} and {len(samples())} samples")
