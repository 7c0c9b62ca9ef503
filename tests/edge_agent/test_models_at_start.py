"""Weights that will not do are refused before any work, by each command, with the reason in one line; one session sees
two kinds of work.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge_agent.app import build
from edge_agent.cli import app
from edge_agent.settings import load_settings
from tests.edge_agent.site import Site, deliver
from tests.edge_agent.small_centre import SmallCentre
from tests.edge_agent.vision.drawing import write_dataset
from tests.edge_agent.vision.test_session import a_models_folder
from tests.edge_agent.vision.tiny_onnx import CHANNELS, Tiny
from tests.services import Broker, wait_until
from wire.codec import decode_body
from wire.messages import FaceReading


@pytest.fixture
def site(tmp_path: Path, mosquitto: Broker) -> Iterator[Site]:
    site = Site(root=tmp_path / "gw-1", broker=mosquitto)
    site.root.mkdir()
    yield site
    site.kill()


def spoilt(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text())
        change(manifest["models"]["new_build"])
        path.write_text(json.dumps(manifest))

    return spoil


def corrupt(folder: Path) -> None:
    weights = folder / "cells.onnx"
    weights.write_bytes(weights.read_bytes()[:-20])


def first_schema(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace("siteprogress.models/2", "siteprogress.models/1"))


def other_weights(tiny: Tiny) -> Callable[[Path], None]:
    return lambda folder: void(a_models_folder(folder, tiny))


def void(_: object) -> None:
    """Forget a value."""


FIVE = tuple((name, 5 if name == "stage_new_build" else count) for name, count in CHANNELS.items())
REFUSED = {
    "corrupt": (corrupt, "is damaged: sha256"),
    "missing class": (other_weights(Tiny(outputs=FIVE)), "expected 1 x 6 classes"),
    "wrong input size": (
        other_weights(Tiny(sizes=(1, 512, 512, 3))),
        "canvas of 1 x 512 x 512 x 3, expected 1 x height",
    ),
    "newer": (spoilt(lambda entry: entry.update(needs=4)), "needs model format 4, this agent knows up to 3"),
    "wrong head": (spoilt(lambda entry: entry.update(head="stage_bridge")), "gives no output stage_bridge"),
    "first schema": (first_schema, "is of schema 'siteprogress.models/1', this agent reads siteprogress.models/2"),
    "int8 absent": (lambda folder: None, "has no int8 weights, expected one of fp32"),
}


@pytest.mark.parametrize("command", ["run", "check", "evaluate"])
@pytest.mark.parametrize("why", REFUSED)
def test_weights_that_will_not_do_are_refused_at_start(site: Site, tmp_path: Path, command: str, why: str) -> None:
    spoil, reason = REFUSED[why]
    models = tmp_path / "models"
    models.mkdir()
    spoil(a_models_folder(models))
    precision = "int8" if why == "int8 absent" else "fp32"
    if command == "evaluate":
        data = write_dataset(tmp_path / "data", scenes=1, days=2, step=1)
        figures = str(tmp_path / "out.json")
        words = ["evaluate", str(data), "--json", figures, "--models", str(models), "--precision", precision]
    else:
        site.add_folder_camera(stale_s=0.5)
        site.sections["vision"] = {"models": str(models), "precision": precision}
        words = [command, "-s", str(site.write())]
    done = CliRunner(env={"COLUMNS": "1000"}).invoke(app, words)
    assert done.exit_code in (1, 2)
    said = done.stdout if command == "check" else done.stderr
    assert any(reason in line for line in said.splitlines()), said
    assert isinstance(done.exception, SystemExit)


def test_a_building_and_a_road_are_seen_by_one_agent_with_one_session(
    site: Site, tmp_path: Path, mosquitto: Broker
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    site.sections["vision"] = {"models": str(a_models_folder(models))}
    drops = [site.add_folder_camera("cam-1"), site.add_folder_camera("cam-2")]
    scene = site.root / "cam-2.scene.json"
    scene.write_text(scene.read_text().replace('"new_build"', '"road"'))
    for drop in drops:
        deliver(drop, range(3))
    centre = SmallCentre(broker=mosquitto).start()
    agent = build(load_settings(site.write()))
    nets = [station.net for station in agent.sense._stations]
    assert [net.stages.work_type for net in nets] == ["new_build", "road"]
    assert len({id(net._session) for net in nets}) == 1  # type: ignore[attr-defined]
    stop = threading.Event()
    running = threading.Thread(target=agent.run, args=(stop,))
    running.start()
    wait_until(lambda: len(readings_of(centre)) == 6, what="six readings", timeout_s=30)
    stop.set()
    running.join(30)
    centre.stop()
    assert not agent.failures
    told = {(found.camera, found.work_type, len(found.stages)) for found in readings_of(centre)}
    assert told == {("cam-1", "new_build", 6), ("cam-2", "road", 7)}


def readings_of(centre: SmallCentre) -> list[FaceReading]:
    bodies = [decode_body(record) for record in list(centre.stored.values())]
    return [body for body in bodies if isinstance(body, FaceReading)]
