"""Unpacks the weights of a configuration: a flat zip, capped in every way before and while it is read."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from edge_agent.remote.errors import RefusedError

FILES_MAX = 32
UNPACKED_BYTES_MAX = 64 << 20
CHUNK_BYTES = 1 << 20
KINDS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # of others a few KiB inflate to gigabytes in one step
FLAT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def unpack(archive: Path, into: Path) -> None:
    """Write the files of the zip into a new folder; RefusedError when it is no flat zip of a few files.

    What the archive says of sizes is not believed: bytes are counted as they come, so a zip bomb ends at the cap.
    """
    into.mkdir()
    left = UNPACKED_BYTES_MAX
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            _check_names([member.filename for member in members])
            _check_kinds(members)
            for member in members:
                with opened.open(member) as source, (into / member.filename).open("wb") as target:
                    left -= _copy(source, target, at_most=left, name=member.filename)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, ValueError) as broken:
        raise RefusedError(str(broken), where="parts.model", expected="a whole zip without a password") from broken


def _check_names(names: list[str]) -> None:
    if len(names) > FILES_MAX or len(set(names)) != len(names):
        raise RefusedError(f"{len(names)} files", where="parts.model", expected=f"at most {FILES_MAX}, each once")
    for name in names:
        if not FLAT_NAME.fullmatch(name):
            raise RefusedError(f"file {name[:80]!r}", where="parts.model", expected="plain file names, no folders")


def _check_kinds(members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        if member.compress_type not in KINDS:
            what = f"{member.filename} is packed by method {member.compress_type}"
            raise RefusedError(what, where="parts.model", expected="a zip of stored or deflated files")


def _copy(source: IO[bytes], target: IO[bytes], *, at_most: int, name: str) -> int:
    written = 0
    while chunk := source.read(CHUNK_BYTES):
        written += len(chunk)
        if written > at_most:
            raise RefusedError(
                f"{name} inflates beyond the cap", where="parts.model", expected=f"{UNPACKED_BYTES_MAX} bytes in all"
            )
        target.write(chunk)
    return written
