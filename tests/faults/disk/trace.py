"""What a process did to its files, in order, by strace(1): every write with its bytes, every sync, every truncation.

strace also injects: an errno into the n-th call, or a kill at it. Nothing of the product is replaced.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.faults.disk.process import CARELESS, MARKS

APPENDED = -1
STORE_FILES = (
    "outbox.db",
    "outbox.db-wal",
    "outbox.db-shm",
    "outbox.db-journal",
    "outbox.mark",
    "outbox.mark.part",
    "outbox.reserve",
    "outbox.salvage",
)
TRACED = "pwrite64,write,fdatasync,fsync,ftruncate,unlink,rename"
_CALL = re.compile(
    r"^(?:\d+ +)?(?P<call>\w+)\((?P<rest>.*)\) += (?P<answer>-?\d+)",
)
_ON_FD = re.compile(r"^\d+<(?P<path>[^>]*)>(?:, (?P<rest>.*))?$")
_QUOTED = re.compile(r'^"(?P<hex>(?:\\x[0-9a-f]{2})*)"(?:, (?P<rest>.*))?$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One thing done to a file of the folder; `data` at `offset`, or a new `size`, or the other name of a rename.

    `offset` APPENDED: at the end of what is there.
    """

    kind: Literal["write", "sync", "truncate", "unlink", "rename", "mark"]
    file: str
    data: bytes = b""
    offset: int = 0
    size: int = 0
    other: str = ""


def is_there() -> bool:
    """Whether strace is installed and may trace here."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


def run(
    folder: Path, *, seed: int, steps: int, inject: str | None = None, trace: Path | None = None, careless: bool = False
) -> int:
    """Run the work in a folder; with `inject` as `man strace` spells it. The exit status, negative for a signal."""
    command = [sys.executable, "-m", "tests.faults.disk.process", str(folder), str(seed), str(steps)]
    command += [CARELESS] if careless else []
    tracer = ["strace", "-f", "-o", str(trace or "/dev/null")]
    if trace is not None:
        tracer += ["-y", "-xx", "-s", "1000000", "-e", f"trace={TRACED}"]
    if inject is not None:  # into calls on the store only: how many others an interpreter makes is its own affair
        tracer += ["-e", f"inject={inject}"]
        tracer += [part for name in STORE_FILES for part in ("-P", str(folder / name))]
    root = Path(__file__).parents[3]
    done = subprocess.run([*tracer, *command], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode == 1:
        raise AssertionError(f"the work itself failed: {done.stderr[-2000:]}")
    return done.returncode


def read(trace: Path, folder: Path) -> list[Op]:
    """The trace of a run in this folder."""
    with trace.open() as lines:
        return list(_ops(lines, folder))


def _ops(lines: Iterator[str], folder: Path) -> Iterator[Op]:
    for line in lines:
        match = _CALL.match(line)
        if match is None or int(match["answer"]) < 0:
            continue
        op = _by_name(match["call"], match["rest"], folder)
        if op is not None and not op.file.endswith("-shm"):
            yield op


def _by_name(call: str, rest: str, folder: Path) -> Op | None:
    if call in ("unlink", "rename"):
        names = [Path(_text(part)) for part in rest.split(", ")]
        if names[0].parent != folder:
            return None
        other = names[1].name if call == "rename" else ""
        return Op(kind="rename" if other else "unlink", file=names[0].name, other=other)
    match = _ON_FD.match(rest)
    if match is None:
        return None
    path = Path(_unescaped(match["path"]))
    if path.parent != folder:
        return None
    return _on_file(call, path.name, match["rest"] or "")


def _on_file(call: str, name: str, rest: str) -> Op | None:
    match call:
        case "fdatasync" | "fsync":
            return Op(kind="sync", file=name)
        case "ftruncate":
            return Op(kind="truncate", file=name, size=int(rest))
    quoted = _QUOTED.match(rest)
    assert quoted is not None, f"{call} on {name}: {rest[:80]}"
    data = bytes.fromhex(quoted["hex"].replace("\\x", ""))
    if call == "write":
        return Op(kind="mark" if name == MARKS else "write", file=name, data=data, offset=APPENDED)
    return Op(kind="write", file=name, data=data, offset=int((quoted["rest"] or "").split(", ")[1]))


def _text(quoted: str) -> str:
    match = _QUOTED.match(quoted)
    return bytes.fromhex(match["hex"].replace("\\x", "")).decode() if match else quoted.strip('"')


def _unescaped(path: str) -> str:
    return bytes.fromhex(path.replace("\\x", "")).decode() if path.startswith("\\x") else path
