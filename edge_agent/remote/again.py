"""Begins the agent anew in place: the same process id and command, nothing left of the old life but what is on disk."""

from __future__ import annotations

import logging
import os
import sys

log = logging.getLogger(__name__)


def begin_again() -> None:
    """Does not return. Everything the agent owns survives a kill at any moment, so it survives this too."""
    log.info("beginning anew")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  our own command, as it was begun
