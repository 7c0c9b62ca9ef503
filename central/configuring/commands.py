"""`siteprogress-central configure`: order what gateways run, see what became of it, take it back."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from central.telling import CLI_ACTOR, SettingsFile, engine_of, fail, loaded, told

UNITS_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
DEADLINE_DAYS_MAX = 366


class _SetUnlessSaid(TyperGroup):
    """`configure GW …` is `configure set GW …`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is named, `set` when none is."""
        return super().resolve_command(ctx, args if args and args[0] in self.commands else ["set", *args])


app = typer.Typer(
    cls=_SetUnlessSaid, no_args_is_help=True, help="Scenes, settings and weights of gateways, ordered from here."
)


@app.command("set")
def set_(  # noqa: PLR0917 -- typer's parameters are the command's options
    gateway: str,
    scene: Annotated[list[str] | None, typer.Option("--scene", help="CAMERA=FILE, a commissioning file")] = None,
    policy: Annotated[Path | None, typer.Option("--policy", help="TOML or JSON of values")] = None,
    model: Annotated[Path | None, typer.Option("--model", help="folder with manifest.json and weights")] = None,
    deadline: Annotated[str, typer.Option(help="applied within so long or not at all: 30m, 2h, 7d")] = "7d",
    only: Annotated[bool, typer.Option("--only", help="nothing else of what was ordered before")] = False,
    settings: SettingsFile = None,
) -> None:
    """Order a configuration: over what was ordered before, tried by the gateway, taken back if it is not well."""
    from central.configuring.contents import camera_name, model_content, read_policy_file, scene_content, zip_folder
    from central.configuring.ordering import Change

    if not (scene or policy or model):
        fail("nothing ordered: expected --scene CAMERA=FILE, --policy FILE or --model FOLDER, or configure clear")
    with told():
        change = Change(
            scenes={
                camera_name(camera, where="--scene"): scene_content(file.read_bytes(), where=str(file))
                for camera, file in _scenes(scene or [])
            },
            settings=read_policy_file(policy) if policy else None,
            model=model_content(zip_folder(model), where=str(model)) if model else None,
            only=only,
        )
    _order(gateway, change, deadline, settings)


@app.command()
def clear(
    gateway: str,
    deadline: Annotated[str, typer.Option(help="applied within so long or not at all")] = "7d",
    settings: SettingsFile = None,
) -> None:
    """Order the gateway to run its own settings file alone."""
    from central.configuring.ordering import Change

    _order(gateway, Change(only=True), deadline, settings)


@app.command()
def status(
    gateway: str,
    last: Annotated[int, typer.Option(min=1, max=1000, help="so many, newest first")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
    settings: SettingsFile = None,
) -> None:
    """What was ordered of a gateway, and what it answered."""
    from central import clock
    from central.configuring.standing import standings
    from central.store.engine import reading

    found = loaded(settings)
    with told(found), reading(engine_of(found)) as connection:
        orders = standings(connection, gateway, now_ms=clock.system_ms(), limit=last)
    if as_json:
        typer.echo(json.dumps([asdict(order) for order in orders], ensure_ascii=False, indent=1))
        return
    table = Table("id", "ordered", "by", "until", "parts", "state", "reason")
    for order in orders:
        parts = ", ".join(part.kind if part.name == part.kind else f"{part.kind} {part.name}" for part in order.parts)
        times = (_shown(order.issued_ms), order.by, _shown(order.deadline_ms))
        table.add_row(str(order.id), *times, parts or "(settings file alone)", order.state, order.reason)
    Console().print(table)


def _order(gateway: str, change: Any, deadline: str, settings: Path | None) -> None:
    from central import clock
    from central.configuring.ordering import order_change

    life_ms, found = _life_ms(deadline), loaded(settings)
    engine = engine_of(found)
    with told(found):
        config = order_change(
            engine, found.data_dir, gateway, change, life_ms=life_ms, by=CLI_ACTOR, now_ms=clock.system_ms()
        )
    parts = ", ".join(f"{part.kind} {part.name}" for part in config.parts) or "its settings file alone"
    typer.echo(f"configuration {config.id} of {gateway} is ordered: {parts}")


def _scenes(given: list[str]) -> list[tuple[str, Path]]:
    pairs = [one.partition("=") for one in given]
    for (camera, _, file), one in zip(pairs, given, strict=True):
        if not camera or not file:
            fail(f"--scene {one!r}: expected CAMERA=FILE")
    return [(camera, Path(file)) for camera, _, file in pairs]


def _life_ms(text: str) -> int:
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    life_ms = int(found[1]) * UNITS_MS[found[2]] if found else 0
    if not 0 < life_ms <= DEADLINE_DAYS_MAX * UNITS_MS["d"]:
        fail(f"--deadline {text!r}: expected a number and s, m, h or d, at most {DEADLINE_DAYS_MAX}d")
    return life_ms


def _shown(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(sep=" ", timespec="seconds")
