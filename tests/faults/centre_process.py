"""The centre as it is put together, without its web server: `python -m tests.faults.centre_process SETTINGS.toml`."""

from __future__ import annotations

import logging
import signal
import sys
import time
from pathlib import Path

from sqlalchemy.exc import OperationalError

from central.app import Centre, build
from central.settings import Settings, load_settings

log = logging.getLogger(__name__)

RESTART_S = 0.3


def started(settings: Settings) -> Centre:
    """Put together; again and again while the database is away, as systemd starts it again and again."""
    while True:
        try:
            return build(settings)
        except OperationalError as away:
            log.warning("database not there, starting again: %s", away.orig)
            time.sleep(RESTART_S)


def main() -> int:
    """Until SIGTERM or a kill."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    centre = started(load_settings(Path(sys.argv[1])))
    signal.signal(signal.SIGTERM, lambda *_: centre.stopping.set())
    centre.start()
    while not centre.stopping.wait(0.2):
        pass
    centre.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
