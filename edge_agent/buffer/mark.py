"""A word beside the store of how far it had come: when the store is gone or an old copy, this tells. Not truth."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "outbox.mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`newest` was given out and durable in the store when this was written, `acked` acknowledged."""

    gateway: str
    epoch: str
    acked: int
    newest: int


def write_mark(store: str, mark: Mark) -> None:
    """Replace it whole; a disk that does not take it is only logged."""
    path = Path(store).with_name(FILE)
    part = path.with_suffix(".part")
    try:
        part.write_text(json.dumps(asdict(mark)), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        log.warning("mark not written path=%s reason=%s", path, error.strerror)


def read_mark(folder: Path) -> Mark | None:
    """None when there is none, or it is no mark."""
    try:
        plain = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Mark(
            gateway=str(plain["gateway"]),
            epoch=str(plain["epoch"]),
            acked=int(plain["acked"]),
            newest=int(plain["newest"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
