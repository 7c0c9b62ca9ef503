"""Runs the whole agent with the hand-written network of the vision tests: `-m tests.edge_agent.agent_process FILE`."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from pathlib import Path

from edge_agent.app import build
from edge_agent.remote.again import begin_again
from edge_agent.settings import load_settings
from tests.edge_agent.vision.fixed_network import ColourNetwork
from wire.log_lines import log_to_stderr


def main() -> int:
    """As `siteprogress-edge run`, without weights."""
    log_to_stderr(logging.INFO)
    stop, ordered = threading.Event(), threading.Event()

    def asked(*_: object) -> None:
        ordered.set()
        stop.set()

    signal.signal(signal.SIGTERM, asked)
    agent = build(load_settings(Path(sys.argv[1])), network_of=lambda _kind: ColourNetwork())
    agent.run(stop)
    if agent.keeper.again.is_set() and not ordered.is_set():
        begin_again()
    return len(agent.failures)


if __name__ == "__main__":
    sys.exit(main())
