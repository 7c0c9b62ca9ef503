"""Folders whose content is its owner's alone: what a gateway and a centre keep on their disks."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

log = logging.getLogger(__name__)

OTHERS = 0o077


def keep_private(folder: Path, *, shared: Iterable[Path] = ()) -> None:
    """Make the folder so that only its owner may enter; close one that others may enter, and what lies in it directly.

    `shared` are places below it that other users must reach (a list that the broker reads, a folder that cameras fill):
    they, and the way to them for those who know their names, stay as they are. What was open is told in the log: it may
    have been read. A folder of another user is told of and left.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    root = folder.resolve()
    ways = {way for place in shared for way in (place.resolve(), *place.resolve().parents)}
    close_to_others(root, all_but=0o011 if root in ways else 0)
    for entry in sorted(root.iterdir()):
        if not entry.is_symlink() and entry not in ways:
            close_to_others(entry)


def close_to_others(path: Path, *, all_but: int = 0) -> None:
    """Take from group and others every right but these; nothing is done where there is nothing."""
    others = OTHERS & ~all_but
    try:
        mode = path.stat().st_mode & 0o7777
        if mode & others:
            path.chmod(mode & ~others)
            log.warning("was open to other users, closed path=%s mode=%o before=%o", path, mode & ~others, mode)
    except FileNotFoundError:
        return  # gone since it was listed
    except OSError as kept:
        log.warning("open to other users and cannot be closed path=%s: %s", path, kept.strerror)
