"""`siteprogress-central ladder …`: which thresholds there are, which of them judge whom, and switching between them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from central.telling import CLI_ACTOR, SettingsFile, engine_of, fail, loaded, told

if TYPE_CHECKING:
    from central.rules.ladder import LadderProfile

app = typer.Typer(no_args_is_help=True, help="The ladders that warnings are judged by, as versioned profiles.")
Version = Annotated[int | None, typer.Option(min=1, help="the newest unless said")]


@app.command("list")
def list_(settings: SettingsFile = None) -> None:
    """Every profile there is, and every switch from one to another."""
    from central.store.engine import reading
    from central.store.read_ladders import profiles, switches

    found = loaded(settings)
    with told(found), reading(engine_of(found)) as connection:
        known, noted = profiles(connection), switches(connection)
    table = Table("profile", "version", "from", "at (UTC)")
    for one in known:
        at = _shown(one.noted_ms) if one.noted_ms is not None else ""
        table.add_row(one.profile.name, str(one.profile.version), one.by or "shipped", at)
    Console().print(table)
    if not noted:
        typer.echo("the whole district is judged by default-1: nobody has switched")
        return
    table = Table("where", "judged by", "since (UTC)", "by", "reason")
    for switch in noted:
        profile = f"{switch.name}-{switch.version}" if switch.name else "the district's"
        table.add_row(switch.scope or "district", profile, _shown(switch.since_ms), switch.by, switch.reason)
    Console().print(table)


@app.command()
def show(name: str, version: Version = None, settings: SettingsFile = None) -> None:
    """A profile as the JSON document that `import` takes: change it, give it another version, import it."""
    from central.rules.profile_document import document_of

    typer.echo(json.dumps(document_of(_profile(name, version, settings)), ensure_ascii=False, indent=1))


@app.command("import")
def import_(file: Path, settings: SettingsFile = None) -> None:
    """Take in a profile from a JSON file. It judges nobody until somebody switches to it."""
    from central import clock
    from central.rules.profile_document import profile_of
    from central.store.engine import writing
    from central.store.save_ladders import save_profile

    found = loaded(settings)
    with told(found):
        profile = profile_of(_read(file))
        with writing(engine_of(found)) as connection:
            new = save_profile(connection, profile, by=CLI_ACTOR, wall_ms=clock.system_ms())
    typer.echo(f"{profile.name} version {profile.version} is {'imported' if new else 'there already, the same'}")


@app.command()
def switch(  # noqa: PLR0917 -- typer's parameters are the command's options
    name: Annotated[str, typer.Argument(help="a profile, or `district` to end a project's own")],
    reason: Annotated[str, typer.Option(help="why; it goes into the audit trail")],
    version: Version = None,
    project: Annotated[str, typer.Option(help="id of the one project; the whole district unless said")] = "",
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="00:00 of a day; now unless said")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Judge the district or a project by another profile from now on, or from a day to come."""
    from central import clock
    from central.plan.calendar import midnight
    from central.store.engine import writing
    from central.store.instants import to_ms
    from central.store.read_ladders import NotedSwitch
    from central.store.save_ladders import save_switch

    back = name == "district"
    profile = None if back else _profile(name, version, settings)
    found, now_ms = loaded(settings), clock.system_ms()
    noted = NotedSwitch(
        scope=project,
        name=profile.name if profile else "",
        version=profile.version if profile else 0,
        since_ms=to_ms(midnight(since.date())) if since else now_ms,
        reason=reason,
        by=CLI_ACTOR,
    )
    with told(found), writing(engine_of(found)) as connection:
        touched = save_switch(connection, noted, wall_ms=now_ms)
    by = f"{noted.name} version {noted.version}" if noted.name else "the district's profile"
    typer.echo(
        f"{project or 'the district'} is judged by {by} from {_shown(noted.since_ms)} UTC: {len(touched)} projects"
    )


def _profile(name: str, version: int | None, settings: Path | None) -> LadderProfile:
    from central.store.engine import reading
    from central.store.read_ladders import find_profile, profiles

    config = loaded(settings)
    with told(config), reading(engine_of(config)) as connection:
        found = find_profile(connection, name, version)
        known = ", ".join(f"{one.profile.name}-{one.profile.version}" for one in profiles(connection))
    if found is None:
        fail(f"no profile {name}{'' if version is None else f' version {version}'}: expected one of {known}")
    return found


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        fail(f"{file}: not UTF-8: expected a JSON document as `ladder show` prints it")
    except json.JSONDecodeError as broken:
        fail(f"{file} line {broken.lineno} column {broken.colno}: {broken.msg}: expected a JSON document")
    except (ValueError, RecursionError) as broken:
        fail(f"{file}: {broken}: expected a JSON document")


def _shown(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(sep=" ", timespec="seconds")
