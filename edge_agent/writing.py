"""Writes a result to a file a person named: whole or not at all, and says beforehand why it could not."""

import os
from pathlib import Path


def why_unwritable(path: Path) -> str | None:
    """Why no file can be written there, in words; None when one can."""
    if path.is_dir():
        return f"{path}: is a folder; expected the name of a file"
    if not path.parent.is_dir():
        return f"{path}: cannot be written, there is no folder {path.parent}; expected a file in a folder that is there"
    if not os.access(path.parent, os.W_OK):
        return f"{path}: cannot be written; expected a file in a folder this user may write"
    return None


def write_whole(path: Path, text: str) -> None:
    """Replace the file in one step, as UTF-8; OSError when the folder or the disk does not take it.

    What UTF-8 cannot spell (a name of another encoding) is spelled in escapes, as on the terminal.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8", errors="backslashreplace")
        beside.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error  # not the name of the half-written file
    finally:
        beside.unlink(missing_ok=True)
