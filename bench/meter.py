"""What processes cost: processor seconds, memory at its highest, bytes on disk. Read from /proc; Linux only."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True, kw_only=True)
class Meter:
    """Watches processes by name of their part (edge, broker, centre). `look` while they live; a dead one is skipped."""

    pids: dict[str, list[int]]
    cpu_s: dict[str, float] = field(default_factory=dict)
    rss_bytes: dict[str, int] = field(default_factory=dict)
    _before: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        """From here on processor time counts."""
        self._before = {pid: cpu_s(pid) for pids in self.pids.values() for pid in family(pids)}

    def look(self) -> None:
        """Take the figures as they are now."""
        for part, pids in self.pids.items():
            alive = family(pids)
            used = sum(cpu_s(pid) - self._before.get(pid, 0.0) for pid in alive)
            self.cpu_s[part] = max(self.cpu_s.get(part, 0.0), used)
            self.rss_bytes[part] = max(self.rss_bytes.get(part, 0), sum(map(peak_bytes, alive)))


def family(pids: Iterable[int]) -> list[int]:
    """These processes and their children."""
    found = list(pids)
    for pid in found:
        try:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in children.read_text().split() if int(child) not in found]
        except OSError:
            continue
    return found


def cpu_s(pid: int) -> float:
    """User and system time of a process; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def peak_bytes(pid: int) -> int:
    """Highest resident memory so far; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def disk_bytes(path: Path) -> int:
    """Blocks taken by a file, or by all under a folder; what vanishes meanwhile counts nothing."""
    total = 0
    for one in [path, *(path.rglob("*") if path.is_dir() else ())]:
        try:
            total += one.stat().st_blocks * 512
        except OSError:
            continue
    return total
