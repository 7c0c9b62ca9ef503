"""`siteprogress demo`: the whole way from camera frames to scores, with one command."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from demo.district import FOOTAGE, District, load_district
from demo.errors import DemoError
from demo.footage import load_footage
from demo.house import House, open_house
from demo.play import run
from demo.process import free_port
from demo.report import tell
from demo.verdict import as_json

PORT = 8480
PAGES = {
    "/": "the district, its desk and its money",
    "/map": "the map",
    "/wall": "the wall",
    "/m/": "the leader's phone",
    "/inspect/": "the phone on site",
}

app = typer.Typer(add_completion=False, no_args_is_help=True, help="siteprogress on one machine.")


@app.callback()
def _root() -> None:
    """Keeps `demo` a command of its own."""


@app.command()
def demo(
    *,
    headless: Annotated[bool, typer.Option(help="do not serve the result; the exit code is the judgement")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="write the judgement here")] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="first port to try for the centre")] = PORT,
    days: Annotated[int | None, typer.Option(min=1, help="play only the first so many days")] = None,
    keep: Annotated[Path | None, typer.Option(help="keep everything in this new or empty folder")] = None,
    broker: Annotated[str | None, typer.Option(help="mqtt://user:password@host[:port], or mosquitto, or amqtt")] = None,
    footage: Annotated[
        Path, typer.Option(help="footage in the data-set layout", show_default="the shipped footage")
    ] = FOOTAGE,
    models: Annotated[Path | None, typer.Option(help="other weights: a folder with manifest.json")] = None,
) -> None:
    """Play a small district: two gateways, three cameras, six buildings, 62 days; judge the result; serve it."""
    console = Console(stderr=headless and json_file == Path("-"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began_s = time.monotonic()
    try:
        district, recorded = load_district(), load_footage(footage, days=days)
        with (
            _folder(keep) as folder,
            open_house(
                district,
                recorded,
                folder,
                broker=broker,
                port=free_port(first=port),
                models=models,
                say=console.print,
            ) as house,
        ):
            outcome = run(house, district, recorded, console, since_s=began_s)
            tell(console, outcome.seen, outcome.verdict, outcome.expected)
            if json_file is not None:
                text = json.dumps(as_json(outcome.seen, outcome.verdict), ensure_ascii=False, indent=2) + "\n"
                json_file.write_text(text, encoding="utf-8") if json_file != Path("-") else sys.stdout.write(text)
            if not headless:
                _serve(console, house, district)
    except DemoError as error:
        words = escape(str(error))
        console.print(f"[bold red]the demo cannot go on:[/bold red] {words}", highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        console.print("stopped")
        raise typer.Exit(130) from None
    raise typer.Exit(1 if outcome.verdict.failures else 0)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="siteprogress-demo-") as made:
            yield Path(made)
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise DemoError(f"--keep {keep}: expected a new or empty folder")
    yield keep.resolve()


def _serve(console: Console, house: House, district: District) -> None:
    """The result stays up until Ctrl-C."""
    console.rule()
    console.print(f"[bold]{house.server.url}[/bold]   (Ctrl-C ends it; passwords are of this run only)")
    for page, what in PAGES.items():
        console.print(f"  {house.server.url}{page:10} {what}", highlight=False)
    for person in district.people:
        who = f"{person.name} ({person.role}, {person.scope})"
        console.print(f"  {person.username:10} {house.logins[person.username]}  {who}", highlight=False)
    try:
        while True:
            house.server.child.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        console.print("ending")


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
