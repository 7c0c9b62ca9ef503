"""The log of either side, written by a process of its own."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import logging
from wire.log_lines import log_to_stderr
log_to_stderr(logging.INFO)
log = logging.getLogger("edge_agent.delivering")
log.info("ack of another epoch ignored epoch=%s", "e\\r\\nERROR 伪造\\x1b[2J\\u2028\\x85")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
"""


def test_what_is_quoted_stays_on_its_line_and_a_traceback_is_whole() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, encoding="utf-8", check=True)
    first, second, *rest = done.stderr.splitlines()
    assert first.endswith(
        r"INFO edge_agent.delivering ack of another epoch ignored epoch=e\r\nERROR 伪造\x1b[2J\u2028\x85"
    )
    assert second.endswith("ERROR edge_agent.delivering failed")
    assert rest[0] == "Traceback (most recent call last):"
    assert rest[-1] == "ZeroDivisionError: division by zero"
