"""OUT/curves.png from OUT/log.jsonl: how a run went, by work type."""

import json
from pathlib import Path
from typing import Any


def draw_curves(out: Path) -> None:
    """Loss, then accuracy, macro-F1 and mean error of held faces."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    figure, axes = pyplot.subplots(1, 4, figsize=(16, 3.6))
    axes[0].plot([r["epoch"] for r in rows], [r["loss"] for r in rows], label="loss")
    for axis, name in zip(axes[1:], ("accuracy", "macro_f1", "mae_pp"), strict=True):
        for kind in sorted({kind for row in rows for kind in row["held"]}):
            axis.plot(*_line(rows, kind=kind, name=name), label=kind)
        axis.set_title(name)
    for axis in axes:
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
        if axis.lines:
            axis.legend()
    figure.tight_layout()
    figure.savefig(out / "curves.png", dpi=80)
    pyplot.close(figure)


def _line(rows: list[dict[str, Any]], *, kind: str, name: str) -> tuple[list[int], list[float]]:
    told = [row for row in rows if kind in row["held"]]
    return [row["epoch"] for row in told], [row["held"][kind][name] for row in told]
