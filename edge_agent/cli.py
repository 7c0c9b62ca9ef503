"""The command `siteprogress-edge`: run, check, status, evaluate, commission."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from edge_agent import stepping_back
from edge_agent.commission.commands import app as commission
from edge_agent.errors import EdgeError, StoreBrokenError
from edge_agent.settings import load_settings
from edge_agent.writing import why_unwritable, write_whole
from wire.log_lines import log_to_stderr

EXIT_WRONG, EXIT_SETTINGS, EXIT_DISK = 1, 2, 74

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The edge agent: cameras to records to the centre.")
app.add_typer(commission, name="commission")
app.command("step-back")(stepping_back.command)
SettingsFile = Annotated[Path, typer.Option("--settings", "-s", help="TOML file, see deploy/edge/agent.toml")]
out, err = Console(), Console(stderr=True)


@app.command()
def run(
    settings: SettingsFile, verbose: Annotated[bool, typer.Option("--verbose", "-v", help="log details")] = False
) -> None:
    """Work until SIGTERM or Ctrl-C; nothing stored is ever lost, however it ends."""
    from edge_agent.app import build
    from edge_agent.remote.again import begin_again
    from edge_agent.vision.errors import VisionError

    log_to_stderr(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    os.umask(0o077)  # what it keeps is its own user's alone
    stop, ordered = threading.Event(), threading.Event()

    def asked(number: int, _frame: FrameType | None) -> None:
        logging.getLogger(__name__).info("asked to stop by %s", signal.Signals(number).name)
        ordered.set()
        stop.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    try:
        agent = build(load_settings(settings))
    except (EdgeError, VisionError) as wrong:
        err.print(f"cannot start: {wrong}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(EXIT_SETTINGS) from wrong
    agent.run(stop)
    if agent.keeper.again.is_set() and not ordered.is_set():
        begin_again()
    if any(isinstance(failure, StoreBrokenError) for failure in agent.failures):
        raise typer.Exit(EXIT_DISK)
    if agent.failures:
        raise typer.Exit(EXIT_WRONG)


@app.command()
def check(settings: SettingsFile) -> None:
    """Try cameras, scenes, network, disk, broker and centre once each; exit 1 if anything would not work."""
    from edge_agent.check import check as found_by
    from edge_agent.remote.start import running

    logging.basicConfig(level=logging.CRITICAL)  # what is wrong stands in the table
    signs = {True: "[green]ok[/]", None: "[yellow]look[/]", False: "[red]wrong[/]"}
    table = Table("", "what", "found", title=f"{settings}")
    wrong = 0
    try:
        loaded = running(load_settings(settings))
    except EdgeError as bad:
        err.print(str(bad), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(EXIT_SETTINGS) from bad
    with err.status("checking"):
        for found in found_by(loaded):
            table.add_row(signs[found.ok], found.what, found.detail.replace("[", r"\["))
            wrong += found.ok is False
    out.print(table)
    if wrong:
        raise typer.Exit(EXIT_WRONG)


@app.command()
def status(
    settings: SettingsFile, as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False
) -> None:
    """What was produced, acknowledged and waits, and how the cameras are; the agent may be running or not."""
    from edge_agent.clock import wall_ms
    from edge_agent.delivery_table import delivery_table
    from edge_agent.status import read_status

    try:
        found = read_status(load_settings(settings).gateway.data_dir, now_ms=wall_ms())
    except EdgeError as wrong:
        err.print(str(wrong), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(EXIT_WRONG) from wrong
    if as_json:
        typer.echo(json.dumps(asdict(found), default=lambda value: value.isoformat(), ensure_ascii=False))
        return
    out.print(f"gateway {found.gateway}, epoch {found.epoch}")
    out.print(f"runs {found.configuration}", markup=False, soft_wrap=True)
    out.print(delivery_table(found))
    cameras = Table("camera", "newest frame", "frames", "conditions", "files read", "files refused")
    for camera in found.cameras:
        newest = camera.last_at.isoformat(timespec="seconds") if camera.last_at else "none"
        conditions = ", ".join(camera.conditions) or "none"
        counts = (camera.frames, conditions, camera.files_read, camera.files_refused)
        cameras.add_row(camera.camera, newest, *(str(count) for count in counts))
    out.print(cameras)
    for camera in found.cameras:
        for name, problem in camera.refused:
            out.print(f"{camera.camera} refused {name}: {problem}", markup=False, soft_wrap=True)
    if found.degraded:
        out.print(f"degraded: {found.degraded}", markup=False, soft_wrap=True)
    if found.health and found.health["link"]["problem"]:
        out.print(f"link: {found.health['link']['problem']}", markup=False, soft_wrap=True)
    if found.health and (problem := found.health.get("configuration", {}).get("problem")):
        out.print(f"configuration: {problem}", markup=False, soft_wrap=True)
    identity = (found.health or {}).get("identity", {})
    if identity.get("certificate_until"):
        out.print(f"certificate until {identity['certificate_until']}, renewed by itself", markup=False)
    if identity.get("problem"):
        out.print(f"identity: {identity['problem']}", markup=False, soft_wrap=True)


@app.command()
def evaluate(
    dataset: Annotated[Path, typer.Argument(help="folder with scenes/SCENE_ID/{scene.json,truth.json,frames}")],
    *,
    json_file: Annotated[Path | None, typer.Option("--json", help="write the figures here, as JSON")] = None,
    page: Annotated[Path | None, typer.Option("--page", help="write them as one HTML page here")] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option("--lang", help="language of the page")] = "zh",
    full: Annotated[bool, typer.Option("--full", help="again with every known error: grid, shift, JPEG")] = False,
    disturb: Annotated[
        list[str] | None,
        typer.Option("--disturb", help="again with one known error: polygon_px:4, shift_px:8 or jpeg:30"),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="directions of the known errors")] = 0,
    compare: Annotated[Path | None, typer.Option("--compare", help="second data set: report the gap to it")] = None,
    models: Annotated[Path | None, typer.Option("--models", help="folder with manifest.json; the shipped one")] = None,
    precision: Annotated[Literal["fp32", "int8"] | None, typer.Option("--precision", help="number format")] = None,
    threads: Annotated[int, typer.Option(min=1, help="of the network; 1 as on a gateway")] = 1,
) -> None:
    """Run the shipped network and filter over a data set in time order and write how well they did.

    Exit 0: written. 1: the data set or the weights are refused, with file, place and what was expected. 2: wrong use.
    74: the disk took no file.
    """
    from edge_agent.app import shipped_models
    from edge_agent.vision.errors import VisionError
    from edge_agent.vision.evaluate import evaluate_dataset
    from edge_agent.vision.page import page_of
    from edge_agent.vision.perturb import disturbances_of
    from edge_agent.vision.rig import shipped_rig

    outputs = [path for path in (json_file, page) if path]
    try:
        disturbances = disturbances_of(disturb or (), full=full, seed=seed)
    except VisionError as wrong:
        _refuse(str(wrong), EXIT_SETTINGS)
    if wrong_use := _wrong_outputs(outputs):
        _refuse(wrong_use, EXIT_SETTINGS)
    try:
        rig = shipped_rig(models or shipped_models(), threads=threads, precision=precision)
        with _frames_bar() as told:
            found = evaluate_dataset(dataset, rig, told, disturbances=disturbances, compare=compare)
    except (VisionError, OSError) as wrong:
        _refuse(str(wrong), EXIT_WRONG)
    texts = {
        json_file: lambda: json.dumps(found.report, ensure_ascii=False, indent=1),
        page: lambda: page_of(found, lang=lang),
    }
    for path in outputs:
        try:
            write_whole(path, texts[path]())
        except OSError as wrong:
            _refuse(f"{path}: could not be written: {wrong.strerror}", EXIT_DISK)
    out.print(f"{' and '.join(map(str, outputs))} written", markup=False, soft_wrap=True)


@contextmanager
def _frames_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar of frames done, gone when the work is; takes done and total."""
    columns = (TextColumn("frames"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("frames", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _wrong_outputs(outputs: list[Path]) -> str | None:
    """What is wrong with the files that are to be written; None when they can be."""
    if not outputs:
        return "nothing to write; expected --json FILE, --page FILE.html or both"
    if len({path.resolve() for path in outputs}) < len(outputs):
        return f"{outputs[0]}: asked for twice; expected --json and --page in two files"
    return next(filter(None, map(why_unwritable, outputs)), None)


def _refuse(message: str, code: int) -> NoReturn:
    """One line in words and an exit code."""
    err.print(message, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(code)


def main() -> None:
    """Entry point. A name that the terminal cannot spell (a file's in GBK) is spelled in escapes and breaks nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
