"""What a part may hold, looked over before it is signed. The gateway checks all of it again, and tries it."""

from __future__ import annotations

import hashlib
import io
import json
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from central.errors import CentralError
from wire.errors import WireError
from wire.policy import SCHEMA as POLICY_SCHEMA
from wire.policy import check_camera, check_policy

SCENE_SCHEMA, MODELS_SCHEMA = "siteprogress.scene/1", "siteprogress.models/2"
SCENE_BYTES_MAX, MODEL_BYTES_MAX, UNPACKED_BYTES_MAX = 1 << 20, 10 << 20, 64 << 20
ZIP_KINDS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # others inflate a few KiB to gigabytes in one step
ZIP_TIME = (2020, 1, 1, 0, 0, 0)  # the same folder gives the same bytes


class ContentRefused(CentralError):  # noqa: N818 -- reads as what it is
    """A part that no gateway could use."""


def camera_name(name: str, *, where: str) -> str:
    """The name of a camera, if a settings file could have it."""
    try:
        return check_camera(name, where=where)
    except WireError as bad:
        raise ContentRefused(bad.what, where=bad.where, expected=bad.expected) from bad


def scene_content(data: bytes, *, where: str) -> bytes:
    """A commissioning file as it is, if it is one."""
    if len(data) > SCENE_BYTES_MAX:
        raise ContentRefused(f"{len(data)} bytes", where=where, expected=f"at most {SCENE_BYTES_MAX}")
    scene = _json(data, where)
    if scene.get("schema") != SCENE_SCHEMA:
        raise ContentRefused(f"schema {str(scene.get('schema'))[:60]!r}", where=where, expected=SCENE_SCHEMA)
    faces = scene.get("faces")
    if not isinstance(faces, list) or not faces:
        raise ContentRefused(
            "no faces", where=where, expected="at least one face, as siteprogress-edge commission makes"
        )
    return data


def policy_content(raw: dict[str, Any], *, where: str) -> bytes:
    """Settings that a centre may set, as JSON; the schema is added where it is not said."""
    whole = {"schema": POLICY_SCHEMA} | raw
    try:
        check_policy(whole, where=where)
    except WireError as bad:
        raise ContentRefused(bad.what, where=bad.where, expected=bad.expected) from bad
    return json.dumps(whole, sort_keys=True).encode()


def read_policy_file(path: Path) -> bytes:
    """A policy from a TOML or JSON file."""
    data = path.read_bytes()
    if path.suffix.lower() != ".toml":
        return policy_content(_json(data, str(path)), where=str(path))
    try:
        raw = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as broken:
        raise ContentRefused(str(broken), where=str(path), expected="TOML text") from broken
    return policy_content(raw, where=str(path))


def zip_folder(folder: Path) -> bytes:
    """The manifest of a models folder and the files it names, as a zip that is the same each time."""
    manifest = _json((folder / "manifest.json").read_bytes(), str(folder / "manifest.json"))
    names = ["manifest.json", *sorted({name for name, _ in _weights(manifest)})]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), (folder / Path(name).name).read_bytes())
    return out.getvalue()


def model_content(data: bytes, *, where: str) -> bytes:
    """A zip of manifest.json and the weights it names, each with the digest that the manifest says."""
    if len(data) > MODEL_BYTES_MAX:
        raise ContentRefused(f"{len(data)} bytes", where=where, expected=f"at most {MODEL_BYTES_MAX}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if any(member.compress_type not in ZIP_KINDS for member in members):
                raise ContentRefused("packed otherwise", where=where, expected="a zip of stored or deflated files")
            if sum(member.file_size for member in members) > UNPACKED_BYTES_MAX:
                raise ContentRefused("unpacked size", where=where, expected=f"at most {UNPACKED_BYTES_MAX} bytes")
            _check_manifest(archive, where)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as broken:
        raise ContentRefused(str(broken), where=where, expected="a zip of manifest.json and weights") from broken
    return data


def _check_manifest(archive: zipfile.ZipFile, where: str) -> None:
    names = archive.namelist()
    if "manifest.json" not in names:
        raise ContentRefused("no manifest.json", where=where, expected="a zip of manifest.json and weights")
    manifest = _json(archive.read("manifest.json"), f"{where}: manifest.json")
    if manifest.get("schema") != MODELS_SCHEMA:
        raise ContentRefused(f"schema {str(manifest.get('schema'))[:60]!r}", where=where, expected=MODELS_SCHEMA)
    for name, sha256 in sorted(set(_weights(manifest))):  # a file named many times is read once
        if name not in names or Path(name).name != name:
            raise ContentRefused(f"no {name[:80]}", where=where, expected="all files of manifest.json, in no folder")
        with archive.open(name) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        if found != sha256:
            raise ContentRefused(f"{name} has sha256 {found}", where=where, expected=f"{sha256}, as manifest.json says")


def _weights(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """File and digest of every number format of every entry."""
    models = manifest.get("models")
    entries = models.values() if isinstance(models, dict) else ()
    for entry in entries:
        variants = entry.get("variants") if isinstance(entry, dict) else None
        for one in (entry, *(variants.values() if isinstance(variants, dict) else ())):
            if isinstance(one, dict) and isinstance(one.get("file"), str):
                yield one["file"], str(one.get("sha256"))


def _json(data: bytes, where: str) -> dict[str, Any]:
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as broken:
        raise ContentRefused(str(broken)[:200], where=where, expected="JSON text") from broken
    if not isinstance(raw, dict):
        raise ContentRefused(type(raw).__name__, where=where, expected="a JSON object")
    return raw
