"""How both sides write their log: one line a message, whatever the one who sent it put into it."""

from __future__ import annotations

import logging
import sys

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_ESCAPED = {code: repr(chr(code))[1:-1] for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)}


class OneLine(logging.Formatter):
    """Control characters as Python spells them (`\\n`, `\\x1b`): what is quoted forges no line, colours no screen."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  as logging names it
        """The line without its traceback."""
        return super().formatMessage(record).translate(_ESCAPED)


def log_to_stderr(level: str | int) -> None:
    """What a process does first; `level` as `logging` names it. A second call changes nothing."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(LOG_FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
