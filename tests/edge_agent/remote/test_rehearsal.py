"""A configuration is tried in a process of its own: what is wrong with it is said, and hurts nobody."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.remote.errors import ConfigError, NotYetError, RefusedError
from edge_agent.remote.rehearsal import rehearse
from edge_agent.settings import Settings
from tests.edge_agent.remote.build import settings_in
from tests.edge_agent.vision.test_session import a_models_folder
from tests.edge_agent.vision.tiny_onnx import CHANNELS, Tiny

ENDLESS = Tiny(outputs=tuple((name, 5 if name == "stage_new_build" else count) for name, count in CHANNELS.items()))


def seen_by(settings: Settings, models: Path) -> Settings:
    """The settings with other weights."""
    return settings.model_copy(update={"vision": settings.vision.model_copy(update={"models": models})})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "models").mkdir()
    return seen_by(settings_in(tmp_path), a_models_folder(tmp_path / "models"))


def test_what_loads_and_looks_passes(settings: Settings) -> None:
    rehearse(settings, stop=threading.Event())


def no_scene(settings: Settings) -> None:
    settings.camera[0].scene.write_bytes(b"{}")


def no_weights(settings: Settings) -> None:
    (models_of(settings) / "cells.onnx").unlink()


def other_weights(settings: Settings) -> None:
    a_models_folder(models_of(settings), ENDLESS)


def weights_that_hang(settings: Settings) -> None:
    path = models_of(settings) / "cells.onnx"
    path.unlink()
    os.mkfifo(path)  # whoever opens it waits for ever


def models_of(settings: Settings) -> Path:
    assert settings.vision.models is not None
    return settings.vision.models


CASES: dict[str, tuple[Callable[[Settings], None], float, type[ConfigError], str]] = {
    "no scene": (no_scene, 120.0, RefusedError, "schema"),
    "no weights": (no_weights, 120.0, RefusedError, "cells.onnx: cannot be read"),
    "weights of another task": (other_weights, 120.0, RefusedError, "expected 1 x 6 classes"),
    "weights that hang": (weights_that_hang, 2.0, RefusedError, "not loaded and tried within 2 s"),
}


@pytest.mark.parametrize(("spoil", "limit_s", "error", "why"), CASES.values(), ids=CASES.keys())
def test_what_does_not_is_refused_with_the_reason(
    settings: Settings, spoil: Callable[[Settings], None], limit_s: float, error: type[ConfigError], why: str
) -> None:
    spoil(settings)
    with pytest.raises(error, match=why):
        rehearse(settings, stop=threading.Event(), limit_s=limit_s)


def test_an_agent_that_is_to_stop_does_not_wait_for_it(settings: Settings) -> None:
    weights_that_hang(settings)
    stop = threading.Event()
    stop.set()
    with pytest.raises(NotYetError, match="told to stop"):
        rehearse(settings, stop=stop)
