"""`siteprogress-central indicators …`: the library by sector, and sets cloned from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from central.telling import CLI_ACTOR, SettingsFile, engine_of, fail, loaded, told

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from central.domain import Subject
    from central.scoring.library import Sector
    from central.scoring.sets import Cloning

app = typer.Typer(no_args_is_help=True, help="The library of indicators, and the sets that subjects are scored by.")


@app.command("list")
def list_(
    sector: Annotated[str, typer.Argument(help="a sector; all of them in short without one")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="the document that `import` takes")] = False,
    settings: SettingsFile = None,
) -> None:
    """The sectors of the library, or the indicators of one with formula, target and what measures them."""
    from central.scoring.library import sector_document
    from central.store.engine import reading
    from central.store.read_indicators import sectors

    found = loaded(settings)
    with told(found), reading(engine_of(found)) as connection:
        known = sectors(connection)
    if not sector:
        for one in known.values():
            typer.echo(f"{one.id:<16}{one.name.zh}  version {one.version}, {len(one.indicators)} indicators")
        return
    chosen = _sector(known, sector)
    if as_json:
        typer.echo(json.dumps(sector_document(chosen), ensure_ascii=False, indent=1))
        return
    for line in _told(chosen):
        typer.echo(line)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="a sector's indicators (siteprogress.indicators/1)")],
    settings: SettingsFile = None,
) -> None:
    """Store a sector's indicators as its next version, or name the first fault; sets that run keep what they have."""
    from central import clock
    from central.scoring.library import SectorGiven, read_sector
    from central.store.engine import writing
    from central.store.save_indicators import put_sector

    with told():
        document = json.loads(file.read_bytes())
        read_sector(document, version=1)
    found = loaded(settings)
    with told(found), writing(engine_of(found)) as connection:
        given = SectorGiven.model_validate(document)
        stored = put_sector(connection, given, by=CLI_ACTOR, now_ms=clock.system_ms())
    typer.echo(f"{stored.id}: version {stored.version}, {len(stored.indicators)} indicators")


@app.command("clone")
def clone(  # noqa: PLR0917 -- typer's parameters are the command's options
    subject: Annotated[str, typer.Argument(help="project:ID, unit:NAME, person:USER or district:ID")],
    sector: Annotated[str, typer.Argument(help="a sector of `indicators list`")],
    name: Annotated[str, typer.Option(help="what the set is called, in Chinese")],
    approved_by: Annotated[str, typer.Option(help="the user who approved it")],
    since: Annotated[str, typer.Option(help="YYYY-MM-DD from which it is in force")],
    frame: Annotated[str, typer.Option(help="IOI, IPOR or MOF")] = "MOF",
    weighing: Annotated[str, typer.Option(help="mof or equal")] = "mof",
    only: Annotated[list[str] | None, typer.Option(help="an indicator; may be given several times")] = None,
    target: Annotated[list[str] | None, typer.Option(help="INDICATOR=VALUE; may be given several times")] = None,
    reason: Annotated[str, typer.Option(help="why, for the record")] = "",
    settings: SettingsFile = None,
) -> None:
    """Clone a set out of the library for a subject, approved by a named person; the next version if it has one."""
    from central import clock
    from central.scoring.sets import cloned
    from central.store.engine import writing
    from central.store.read_indicators import sectors, set_versions
    from central.store.save_indicators import decide_set, put_set

    found = loaded(settings)
    about, cloning = _subject(subject), _cloning(name, frame, weighing, only=only or [], target=target or [])
    with told(found), writing(engine_of(found)) as connection:
        chosen = _sector(sectors(connection), sector)
        _check_person(connection, approved_by)
        versions = set_versions(connection, subject=about)
        now_ms = clock.system_ms()
        proposed = put_set(
            connection,
            about,
            lambda version: cloned(chosen, cloning, subject=about, version=version),
            since=date.fromisoformat(since),
            base_version=versions[-1].set.version if versions else 0,
            reason=reason,
            by=CLI_ACTOR,
            now_ms=now_ms,
        )
        number = proposed.set.version
        stored = decide_set(connection, about, number, approve=True, remark="", by=approved_by, now_ms=now_ms)
    typer.echo(f"{stored.set.id}: version {number}, {len(stored.set.leaves)} indicators, in force from {stored.since}")


def _told(sector: Sector) -> list[str]:
    lines = [f"{sector.name.zh} ({sector.label}) · {sector.basis}"]
    for one in sector.indicators:
        target = "each its own" if one.id in sector.open_targets else f"{one.target:g}{one.unit}"
        source = f" · {one.source}" if one.source else ""
        lines.append(f"{one.id:<26}{one.name.zh} [{one.kind}, {target}] {one.formula.zh}{source}")
    return lines


def _sector(known: Mapping[str, Sector], sector: str) -> Sector:
    if sector not in known:
        fail(f"sector {sector!r}: expected one of {', '.join(known)}")
    return known[sector]


def _subject(spelled: str) -> Subject:
    from central.domain import Subject
    from central.scoring.goal import SUBJECT_OF_LEVEL

    kind, _, subject_id = spelled.partition(":")
    known = next((one for one in SUBJECT_OF_LEVEL.values() if one == kind and subject_id), None)
    if known is None:
        fail(f"subject {spelled!r}: expected {', '.join(f'{one}:ID' for one in SUBJECT_OF_LEVEL.values())}")
    return Subject(kind=known, id=subject_id)


def _cloning(name: str, frame: str, weighing: str, *, only: list[str], target: list[str]) -> Cloning:
    from central.domain import Text
    from central.scoring.indicator import FrameName
    from central.scoring.sets import Cloning

    frames: tuple[FrameName, ...] = get_args(FrameName)
    shown = next((one for one in frames if one == frame), None)
    if shown is None or weighing not in ("mof", "equal"):
        fail(f"frame {frame!r}, weighing {weighing!r}: expected {', '.join(frames)}, and mof or equal")
    targets: dict[str, float] = {}
    for one in target:
        indicator, _, value = one.partition("=")
        with told():
            targets[indicator] = float(value)
    return Cloning(
        name=Text(zh=name, en=name),
        frame=shown,
        weighing="mof" if weighing == "mof" else "equal",
        indicators=tuple(only),
        targets=targets,
    )


def _check_person(connection: Connection, username: str) -> None:
    from sqlmodel import Session

    from central.errors import UnknownThing
    from central.store.read_people import user_named

    with Session(connection) as session:
        if user_named(session, username) is None:
            raise UnknownThing(f"user {username!r}", where="--approved-by", expected="a person who may log in")
