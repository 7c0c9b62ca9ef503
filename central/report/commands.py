"""`siteprogress-central report`: make and freeze a report, and write it as PDF, Word or Excel."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.telling import CLI_ACTOR, SettingsFile, engine_of, fail, loaded, told

if TYPE_CHECKING:
    from central.report.make import Wanted

app = typer.Typer(no_args_is_help=True, help="Reports, frozen when they are made.")
About = Annotated[str, typer.Option("--of", help="a unit's name; '' = the district")]
Month = Annotated[datetime, typer.Argument(formats=["%Y-%m"], help="YYYY-MM, over by now")]
Out = Annotated[Path | None, typer.Option("--out", help="write it here: .pdf, .docx or .xlsx")]


class Tongue(StrEnum):
    """In which language it is written."""

    ZH = "zh"
    EN = "en"


Language = Annotated[Tongue, typer.Option(help="zh or en")]


@app.command()
def warning(
    number: Annotated[int, typer.Argument(min=1, help="the warning")],
    out: Out = None,
    language: Language = Tongue.ZH,
    settings: SettingsFile = None,
) -> None:
    """风险分析报告 of one warning."""
    from central.report.make import Wanted

    _make(Wanted(kind="risk_warning", about=str(number)), out, language, settings)


@app.command()
def project(
    name: Annotated[str, typer.Argument(help="the project's id")],
    out: Out = None,
    language: Language = Tongue.ZH,
    settings: SettingsFile = None,
) -> None:
    """风险分析报告 of one project."""
    from central.report.make import Wanted

    _make(Wanted(kind="risk_project", about=name), out, language, settings)


@app.command()
def monthly(
    month: Month, about: About = "", out: Out = None, language: Language = Tongue.ZH, settings: SettingsFile = None
) -> None:
    """执行偏差率月报; what is over the threshold becomes drafts of rectifications."""
    from central.report.make import Wanted

    _make(Wanted(kind="monthly", about=about, period=month.date()), out, language, settings)


@app.command()
def quarterly(
    month: Month, about: About = "", out: Out = None, language: Language = Tongue.ZH, settings: SettingsFile = None
) -> None:
    """季度执行评价 of the quarter with this month."""
    from central.report.make import Wanted

    _make(Wanted(kind="quarterly", about=about, period=month.date()), out, language, settings)


@app.command()
def quality(
    month: Month, about: About = "", out: Out = None, language: Language = Tongue.ZH, settings: SettingsFile = None
) -> None:
    """数据质量通报 of a month."""
    from central.report.make import Wanted

    _make(Wanted(kind="quality", about=about, period=month.date()), out, language, settings)


@app.command()
def whitepaper(
    year: Annotated[datetime, typer.Argument(formats=["%Y"], help="YYYY, over by now")],
    out: Out = None,
    language: Language = Tongue.ZH,
    settings: SettingsFile = None,
) -> None:
    """重点项目绩效白皮书 of a year."""
    from central.report.make import Wanted

    _make(Wanted(kind="whitepaper", about="", period=year.date()), out, language, settings)


def _make(wanted: Wanted, out: Path | None, language: Tongue, settings: Path | None) -> None:
    from central import clock
    from central.api.errors import ApiError
    from central.api.stills import StillFolder
    from central.report.make import Clocks, make
    from central.report.rendering import MEDIA_TYPES, rendered
    from central.store.engine import writing
    from central.store.instants import from_ms

    format_ = next((one for one in MEDIA_TYPES if out is not None and out.suffix.lower() == f".{one}"), None)
    if out is not None and format_ is None:
        fail(f"--out {out.name}: expected a name that ends with .{', .'.join(MEDIA_TYPES)}")
    found = loaded(settings)
    engine = engine_of(found)
    now_ms = clock.system_ms()
    with told():
        try:
            with writing(engine) as connection:
                clocks = Clocks(now=from_ms(now_ms), wall_ms=now_ms)
                made = make(connection, wanted, clocks, by=CLI_ACTOR)
        except ApiError as absent:
            fail(str(absent))
        typer.echo(f"report {made.id}: {made.title_zh} | {made.title_en}\nsha256: {made.sha256}")
        if out is None or format_ is None:
            return
        typer.echo(f"rendering {out.name} …", err=True)
        document = rendered(
            engine,
            made.id,
            language=language.value,
            format_=format_,
            stills=StillFolder(found.data_dir),
            by=CLI_ACTOR,
            wall_ms=clock.system_ms,
        )
        out.write_bytes(document.content)
    typer.echo(f"wrote {out}\nsha256 of the file: {document.sha256}")
