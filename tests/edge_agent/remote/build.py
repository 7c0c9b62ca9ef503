"""Configurations for tests: signed messages, blobs, and the settings of a small gateway."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge_agent.settings import Settings, load_settings
from tests.edge_agent.vision.drawing import scene_json
from wire.codec import config_statement, encode
from wire.messages import Config, ConfigPart
from wire.signing import new_signer

CENTRE = new_signer()
ISSUED, DEADLINE = 1_788_228_000_000, 1_788_231_600_000


def a_part(kind: Any, content: bytes, *, name: str | None = None) -> ConfigPart:
    """A part as the centre names it."""
    return ConfigPart(kind=kind, name=name or kind, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))


def a_config(*parts: ConfigPart, number: int = 7, gateway: str = "gw-1", **more: Any) -> Config:
    """A configuration signed by CENTRE."""
    plain = Config(gw=gateway, id=number, issued_at=ISSUED, deadline=DEADLINE, parts=parts)
    changed = replace(plain, **more)
    return replace(changed, sig=changed.sig or CENTRE.sign(config_statement(changed)))


def payload(config: Config) -> bytes:
    """As it travels."""
    return encode(config)


def a_scene(**given: Any) -> bytes:
    """A commissioning file of a drawn building."""
    return json.dumps(scene_json(**{"rows": 5, "cols": 4} | given)).encode()


def a_policy(**sections: Any) -> bytes:
    """A policy."""
    return json.dumps({"schema": "siteprogress.policy/1", **sections}).encode()


def a_zip(files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def settings_in(folder: Path, *, more: str = "") -> Settings:
    """A gateway gw-1 with one folder camera, cam-1."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cam-1.scene.json").write_bytes(a_scene())
    (folder / "drop").mkdir(exist_ok=True)
    (folder / "agent.toml").write_text(
        '[gateway]\nid = "gw-1"\ndata_dir = "data"\n[broker]\nurl = "mqtt://127.0.0.1:1"\n'
        f'{more}\n[[camera]]\nid = "cam-1"\nkind = "folder"\npath = "drop"\nscene = "cam-1.scene.json"\n'
    )
    return load_settings(folder / "agent.toml")


def blobs_in(folder: Path, *contents: bytes) -> dict[str, Path]:
    """The contents as fetched files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for content in contents:
        digest = hashlib.sha256(content).hexdigest()
        made[digest] = folder / digest
        made[digest].write_bytes(content)
    return made
