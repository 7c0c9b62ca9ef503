"""Reads a file that a person named, as JSON; what has no end (a pipe, a device) is never read."""

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Pairs = Callable[[list[tuple[str, Any]]], object]


def read_json(path: Path, *, object_pairs_hook: Pairs | None = None) -> Any:
    """The decoded text. OSError: not readable, or no regular file. ValueError, RecursionError: no JSON text."""
    expect_regular(path)
    text = path.read_text(encoding="utf-8-sig")  # a byte order mark is what Notepad writes
    return json.loads(text, object_pairs_hook=object_pairs_hook)


def expect_regular(path: Path) -> None:
    """OSError when it is there and is neither a file nor a folder, which says so itself when it is read."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "a pipe or a device", str(path))
