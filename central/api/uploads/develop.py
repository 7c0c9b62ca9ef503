"""Has a photo looked at in the darkroom and keeps what comes out: original, picture and thumbnail, named by content."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from central.api.errors import ApiError, InvalidError, WrongMediaTypeError
from central.api.uploads.claims import Exif
from central.api.uploads.parts import blocks_of, sync_folder
from central.api.uploads.refusals import BusyError, NoRoomError
from central.store.instants import DISTRICT_ZONE

log = logging.getLogger(__name__)

TIMEOUT_S = 120.0
ANSWER_BYTES_MAX = 64 << 10
HEAD_BYTES = 32
ADVICE = 'JPEG, PNG, WebP or HEIC; on a phone choose JPEG ("most compatible") in the camera\'s settings'
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx")


class _Told(BaseModel):
    """What the darkroom says is checked like any sender's word."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _ExifTold(_Told):
    at: AwareDatetime | None
    zone_known: bool
    lat_e7: Annotated[int, Field(ge=-900_000_000, le=900_000_000)] | None
    lon_e7: Annotated[int, Field(ge=-1_800_000_000, le=1_800_000_000)] | None
    camera: Annotated[str, Field(max_length=120)]


class _Fault(_Told):
    code: Literal["not_a_picture", "too_many_pixels", "no_room"]
    what: Annotated[str, Field(max_length=300)]
    expected: Annotated[str, Field(max_length=300)]


class _Answer(_Told):
    format: Annotated[str, Field(max_length=16)] = ""
    width_px: Annotated[int, Field(ge=0)] = 0
    height_px: Annotated[int, Field(ge=0)] = 0
    exif: _ExifTold | None = None
    fault: _Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Developed:
    """A photo that is kept; the size is that of the picture shown."""

    format: str
    width_px: int
    height_px: int
    shown_bytes: int
    exif: Exif


@dataclass(frozen=True, slots=True)
class PhotoFolder:
    """Photos under `data_dir`/photos/ab/abcdef…: `.orig` as they came (never served), `.jpg` and `.thumb.jpg`."""

    data_dir: Path

    def path_of(self, sha256: str, variant: Literal["orig", "jpg", "thumb.jpg"]) -> Path:
        """Where a variant lies."""
        return self.data_dir / "photos" / sha256[:2] / f"{sha256}.{variant}"

    def has(self, sha256: str) -> bool:
        """Whether all of it is there."""
        return all(self.path_of(sha256, variant).is_file() for variant in ("orig", "jpg", "thumb.jpg"))


def develop(part: Path, folder: PhotoFolder, *, sha256: str, pixels_max: int) -> Developed:
    """Keep a photo whose digest is known to be right, durable on return; the same again changes nothing.

    WrongMediaTypeError and InvalidError tell what cannot be taken, BusyError that it may be tried again.
    """
    check_kind(part)
    home = folder.path_of(sha256, "orig").parent
    home.mkdir(parents=True, exist_ok=True)
    with _desk(home) as desk:
        answer = _look(part, desk, pixels_max=pixels_max)
        if answer.fault is not None:
            raise _refused(answer.fault)
        if answer.exif is None or not (answer.width_px and answer.height_px):
            raise BusyError("the darkroom left no picture", where="the centre", expected="a picture; try again later")
        _copy(part, desk / "orig")
        shown_bytes = (desk / "jpg").stat().st_size
        for variant in ("thumb.jpg", "jpg", "orig"):
            _settle(desk / variant, folder.path_of(sha256, variant))
    sync_folder(home)
    sync_folder(home.parent)
    return Developed(
        format=answer.format,
        width_px=answer.width_px,
        height_px=answer.height_px,
        shown_bytes=shown_bytes,
        exif=Exif(**answer.exif.model_dump()),
    )


def small_copy(source: Path, target: Path, *, pixels_max: int) -> None:
    """Keep a picture's thumbnail alone at another place; InvalidError and BusyError as with `develop`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _desk(target.parent) as desk:
        answer = _look(source, desk, pixels_max=pixels_max)
        if answer.fault is not None:
            raise _refused(answer.fault)
        _settle(desk / "thumb.jpg", target)


def check_kind(part: Path) -> None:
    """Whether the first bytes are of a kind that can be shown; WrongMediaTypeError tells what to do."""
    with part.open("rb") as file:
        head = file.read(HEAD_BYTES)
    known = head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4], head[8:12]) == (b"RIFF", b"WEBP")
    if known:
        return
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        if heic_known():
            return
        raise WrongMediaTypeError("HEIC, which this centre cannot read", where="body", expected=ADVICE)
    raise WrongMediaTypeError("no picture of a known kind", where="body", expected=ADVICE)


def heic_known() -> bool:
    """Whether the decoder of iPhones' format is installed. It is not loaded here."""
    from importlib.util import find_spec

    return find_spec("pi_heif") is not None


@contextmanager
def _desk(home: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=home, prefix=".desk-") as desk:
        yield Path(desk)


def _look(part: Path, desk: Path, *, pixels_max: int) -> _Answer:
    job = {
        "source": str(part),
        "shown": str(desk / "jpg"),
        "thumbnail": str(desk / "thumb.jpg"),
        "pixels_max": pixels_max,
        "zone": DISTRICT_ZONE.key,
    }
    command = [sys.executable, "-I", "-m", "central.api.uploads.darkroom", json.dumps(job)]
    try:  # an empty environment: it holds the centre's secrets; a file, whose size has an end, and no pipe to be read
        with (desk / "said").open("w+b") as said:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=TIMEOUT_S,
                check=False,
            )
            said.seek(0)
            answer = said.read(ANSWER_BYTES_MAX + 1)
    except subprocess.TimeoutExpired as slow:
        raise BusyError(f"no picture after {TIMEOUT_S:g} s", where="the centre", expected="try again later") from slow
    if done.returncode == -signal.SIGKILL:  # the machine ran out of memory: not this picture's fault alone
        raise BusyError("the darkroom was killed", where="the centre", expected="a picture; try again later")
    if done.returncode:
        raise _died(done.returncode)
    try:
        if len(answer) <= ANSWER_BYTES_MAX:
            return _Answer.model_validate_json(answer)
    except ValidationError as strange:
        log.warning("the darkroom said what it never says: %s", strange.errors()[:1])
    raise _died(0)


def _refused(fault: _Fault) -> ApiError:
    if fault.code == "no_room":
        return NoRoomError(fault.what, where="the centre", expected="room; try again later")
    return InvalidError(fault.what, where="body", expected=fault.expected, code=fault.code)


def _died(code: int) -> InvalidError:
    """A picture that brings a decoder down, or takes too long, is refused like a broken one."""
    return InvalidError(
        f"a picture that no decoder survives ({code})", where="body", expected=ADVICE, code="not_a_picture"
    )


def _copy(source: Path, target: Path) -> None:
    with target.open("wb") as file:
        for block in blocks_of(source):
            file.write(block)


def _settle(made: Path, place: Path) -> None:
    descriptor = os.open(made, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    made.replace(place)
