"""How `verify-delivery` says what it found: tables for people, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from central.verify_delivery import Verdict
    from central.verify_proofs import Proven

COUNTS = (
    "produced",
    "acked",
    "stored",
    "waiting",
    "given_up",
    "known_lost",
    "carried",
    "dead_lettered",
    "duplicates",
    "conflicts",
    "doubled",
    "lost_count",
)


def tell_json(verdicts: Sequence[Verdict], proven: Sequence[Proven] | None) -> None:
    """A list of streams; with `proven` an object of both lists."""
    plain = [_plain(verdict) for verdict in verdicts]
    proofs = [asdict(one) | {"holds": one.holds} for one in proven or ()]
    said = plain if proven is None else {"delivery": plain, "proofs": proofs}
    typer.echo(json.dumps(said, indent=2, ensure_ascii=False))


def tell_verdicts(verdicts: Sequence[Verdict]) -> None:
    """One row a stream, and the line that counts."""
    table = Table("gateway", "epoch", *COUNTS)
    for plain in map(_plain, verdicts):
        table.add_row(plain["gateway"], plain["epoch"], *(str(plain[name]) for name in COUNTS))
    console = Console()
    console.print(table)
    for verdict in verdicts:
        if verdict.known_lost:
            why = "; ".join(verdict.reasons)
            console.print(f"known loss: {verdict.known_lost} of {verdict.gateway}/{verdict.epoch}: {why}")
    lost = sum(verdict.lost_count for verdict in verdicts)
    console.print(f"lost = {lost}, doubled = {sum(verdict.doubled for verdict in verdicts)}")


def tell_proofs(proven: Sequence[Proven]) -> None:
    """One row a stream; the faults by name."""
    columns = ("gateway", "epoch", "signatures", "proved", "unsigned", "earlier_key", "breaks")
    table = Table(*columns, "faults")
    for one in proven:
        table.add_row(*(str(getattr(one, name)) for name in columns), str(len(one.faults)))
    console = Console()
    console.print(table)
    for one in proven:
        for fault in one.faults:
            console.print(f"{one.gateway}/{one.epoch} {fault.lo}..{fault.hi}: {fault.what}")
    faults = sum(len(one.faults) for one in proven)
    console.print(f"proved = {sum(one.proved for one in proven)}, faults = {faults}")


def _plain(verdict: Verdict) -> dict[str, Any]:
    return asdict(verdict) | {"lost": [list(span) for span in verdict.lost], "lost_count": verdict.lost_count}
