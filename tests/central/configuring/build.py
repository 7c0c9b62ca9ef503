"""Gateways that take orders, and contents for them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from central.configuring.contents import model_content, policy_content, scene_content, zip_folder
from central.configuring.ordering import Change
from central.store.engine import writing
from central.store.save_people import add_gateway
from central.store.tables import Gateway
from central.store.upsert import table_of
from tests.edge_agent.remote.build import a_scene
from tests.edge_agent.vision.test_session import a_models_folder

NOW = 1_788_228_000_000
_GATEWAY = table_of(Gateway)


def a_gateway(engine: Engine, name: str = "gw-1", *, enrolled: bool = True) -> str:
    """A registered gateway with a key, if it is to be one that takes orders; its token."""
    token = add_gateway(engine, name, by="test", now_ms=NOW)
    if enrolled:
        with writing(engine) as connection:
            connection.execute(_GATEWAY.update().where(_GATEWAY.c.id == name).values(public_key="ab" * 32))
    return token


def scenes(*cameras: str, rows: int = 5) -> dict[str, bytes]:
    """The same commissioning for each camera."""
    return {camera: scene_content(a_scene(rows=rows), where="scene") for camera in cameras}


def policy(every_h: float = 3.0) -> bytes:
    """A policy that changes one value."""
    return policy_content({"evidence": {"every_h": every_h}}, where="policy")


def model(folder: Path) -> bytes:
    """Small real weights, zipped."""
    folder.mkdir(parents=True, exist_ok=True)
    return model_content(zip_folder(a_models_folder(folder)), where="model")


def a_change(**given: object) -> Change:
    """A change of the settings, unless told otherwise."""
    return Change(**({"settings": policy()} | given))  # type: ignore[arg-type]
