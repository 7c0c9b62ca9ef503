"""What the commission commands print: what was guessed and how surely, and findings in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from wire.scene.words import SEVERITIES, Lang, say

if TYPE_CHECKING:
    from edge_agent.commission.shapes import FaceGuess, QuadGuess
    from wire.scene.shapes import Finding

out = Console()
STYLES = {"error": "red", "warning": "yellow", "note": "dim"}
LANGS: tuple[Lang, ...] = ("zh", "en")


def tell_guess(guessed: FaceGuess, proposed: QuadGuess | None, *, anchors: list[dict[str, Any]]) -> None:
    if proposed is not None:
        out.print(f"the quad itself is a guess (confidence {proposed.confidence:.0%}): look at the preview")
    for what, count in (("rows", guessed.rows), ("cols", guessed.cols)):
        others = f", or {', '.join(map(str, count.others))}" if count.others and count.origin != "person" else ""
        sure = "" if count.origin == "person" else f" (right in about {count.confidence:.0%} of such cases{others})"
        out.print(f"{what}: {count.number}, {count.origin}{sure}")
    table = Table("line", "from", "confidence", title="lines, from the ground up and from left to right")
    for what, lines in (("row", guessed.row_lines), ("col", guessed.col_lines)):
        for number, line in enumerate(lines):
            shown = "left open, extrapolated" if line.points is None else line.origin
            table.add_row(f"{what} {number}", shown, f"{line.confidence:.2f}")
    out.print(table)
    for number, anchor in enumerate(anchors):
        out.print(f"anchor {number + 1} guessed: {anchor['corners']} corners, confidence {anchor['confidence']:.0%}")


def tell_findings(found: tuple[Finding, ...], *, lang: str) -> None:
    for finding in found:
        for one in LANGS:
            if lang in (one, "both"):
                sign = SEVERITIES[finding.severity][one]
                text = f"{sign}: {say(finding, one)}  [{finding.where}]"
                out.print(text, style=STYLES[finding.severity], markup=False, soft_wrap=True)
    errors = sum(finding.severity == "error" for finding in found)
    warnings = sum(finding.severity == "warning" for finding in found)
    counts = {"zh": f"{errors} 处错误, {warnings} 处请看", "en": f"{errors} wrong, {warnings} to look at"}
    out.print(" · ".join(text for one, text in counts.items() if lang in (one, "both")))
