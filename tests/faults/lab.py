"""The fault lab: `python -m tests.faults.lab` runs every case of the catalogue and writes the table (`make faults`)."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from tests.faults.catalogue import SEEDS, catalogue
from tests.faults.history import Result, broken_off, run
from tests.faults.scripts import Case
from tests.faults.table import as_markdown, totals

log = logging.getLogger(__name__)


def perform(cases: Sequence[Case], *, console: Console, kept: Path) -> list[Result]:
    """Run the cases one after another; each is told as soon as it is done."""
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="siteprogress-faults-") as folder:
        for number, case in enumerate(cases, 1):
            began = time.monotonic()
            where = f"{case.plan.broker}/{case.plan.database} seed {case.plan.seed}"
            result = _tried(case, Path(folder) / str(number), keep=kept / f"case-{number}")
            results.append(result)
            verdict = "ok" if result.clean else f"lost {result.lost} doubled {result.doubled} {list(result.wrong)}"
            took = f"{result.records} records, {result.kills} kills, {time.monotonic() - began:.0f} s"
            console.print(f"{number}/{len(cases)} {case.fault} ({where}, {case.plan.mode}): {took}: {verdict}")
    return results


def _tried(case: Case, folder: Path, *, keep: Path) -> Result:
    """The outer edge of the lab's loop: a history that breaks off is a row that says why."""
    try:
        return run(case, folder, keep=keep)
    except Exception as broken:
        log.exception("history broke off: %s", case)
        return broken_off(case, repr(broken)[:300])


def main() -> int:
    """0 when ours lost and doubled nothing and the losing edge did lose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--json", type=Path, default=Path("var/faults.json"))
    parser.add_argument("--table", type=Path, help="also write the table as Markdown")
    asked = parser.parse_args()
    console = Console(width=200, highlight=False)
    cases = [case for case in catalogue(asked.seeds) if asked.only in case.fault]
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    results = perform(cases, console=console, kept=asked.json.parent / "faults-kept")
    asked.json.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n")
    if asked.table is not None:
        asked.table.write_text(as_markdown(results))
    console.print(totals(results))
    ours = all(result.clean for result in results if result.mode == "ours")
    can_fail = all(result.lost for result in results if result.mode == "puback")
    return 0 if ours and can_fail else 1


if __name__ == "__main__":
    sys.exit(main())
