"""The centre as it is put together, without its web server: `python -m tests.faults.centre_process SETTINGS.toml`."""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path

from central.app import build
from central.settings import load_settings


def main() -> int:
    """Until SIGTERM or a kill."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    centre = build(load_settings(Path(sys.argv[1])))
    signal.signal(signal.SIGTERM, lambda *_: centre.stopping.set())
    centre.start()
    while not centre.stopping.wait(0.2):
        pass
    centre.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
