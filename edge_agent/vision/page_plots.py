"""Plots of the evaluation page as inline SVG; colours are the page's CSS variables. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from edge_agent.vision.page_words import GLYPHS, Lang, word
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_SIDE_PX, canvas_size

GAP_PX = 4
SIDE_PX = CELL_PX - GAP_PX
FEW_CELLS = 20  # a bin with fewer is drawn as a dot and joins no line


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """A plot area in pixels with the ranges it shows."""

    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]
    left: float = 44
    bottom: float = 34
    top: float = 10
    right: float = 20

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Pixel of a value."""
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1.0)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1.0)
        return (
            self.left + across * (self.width - self.left - self.right),
            self.height - self.bottom - up * (self.height - self.top - self.bottom),
        )

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        """Path data through values."""
        return " ".join(f"{'L' if i else 'M'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(self.at(*p) for p in points))

    def frame(self, *, x_ticks: Sequence[tuple[float, str]], y_ticks: Sequence[tuple[float, str]]) -> str:
        """Hairlines and tick texts."""
        parts = []
        for value, text in y_ticks:
            (x0, y), (x1, _) = self.at(self.x[0], value), self.at(self.x[1], value)
            parts.append(f'<line class="grid" x1="{x0:.1f}" y1="{y:.1f}" x2="{x1:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text class="tick" x="{x0 - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>')
        for value, text in x_ticks:
            x, y = self.at(value, self.y[0])
            parts.append(f'<text class="tick" x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle">{escape(text)}</text>')
        return "".join(parts)


def _svg(axes: Axes, inside: str, *, label: str) -> str:
    size = f'viewBox="0 0 {axes.width:.0f} {axes.height:.0f}" style="max-width:{axes.width:.0f}px"'
    return f'<svg class="plot" role="img" aria-label="{escape(label)}" {size}>{inside}</svg>'


def _percent(values: Sequence[float]) -> list[tuple[float, str]]:
    return [(v, f"{100 * v:.0f}%") for v in values]


def reliability_plot(curves: dict[str, list[dict[str, float]]], *, lang: Lang) -> str:
    """How often each confidence bin is right; dots grow with the number of cells, the diagonal is honesty."""
    axes = Axes(width=420, height=320, x=(0, 1), y=(0, 1))
    ticks = _percent((0, 0.25, 0.5, 0.75, 1))
    parts = [axes.frame(x_ticks=ticks, y_ticks=ticks), f'<path class="ideal" d="{axes.path([(0, 0), (1, 1)])}"/>']
    for name, bins in curves.items():
        if not bins:
            continue
        points = [(b["confidence"], b["right"]) for b in bins if b["cells"] >= FEW_CELLS]
        most = max(b["cells"] for b in bins)
        parts.append(f'<path class="line {name}" d="{axes.path(points)}"/>')
        for b in bins:
            x, y = axes.at(b["confidence"], b["right"])
            tip = f"{word(name, lang)}: {b['confidence']:.2f} / {b['right']:.2f}, n = {b['cells']:.0f}"
            radius = 2.5 + 4 * (b["cells"] / most) ** 0.5
            dot = f'<circle class="dot {name}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
            parts.append(f"{dot}<title>{escape(tip)}</title></circle>")
    return _svg(axes, "".join(parts), label=word("reliability", lang))


def risk_plot(points: list[dict[str, float]], *, lang: Lang, abstained: float) -> str:
    """Mean error of the surest share of readings; the upright line is where the agent's own abstention stands."""
    if not points:
        return ""
    top = _nice_top(max(p["mae_pp"] for p in points))
    axes = Axes(width=420, height=320, x=(0, 1), y=(0, top))
    marks = [(top * i / 4, f"{top * i / 4:.1f}") for i in range(5)]
    x, low = axes.at(1 - abstained, 0)
    _, high = axes.at(0, top)
    inside = (
        axes.frame(x_ticks=_percent((0, 0.25, 0.5, 0.75, 1)), y_ticks=marks)
        + f'<line class="ideal" x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}"/>'
        + f'<path class="line filtered" d="{axes.path([(p["share"], p["mae_pp"]) for p in points])}"/>'
    )
    return _svg(axes, inside, label=word("risk", lang))


def _nice_top(value: float) -> float:
    return next((top for top in (1, 2, 4, 8, 12, 20, 40, 60, 100) if value <= top), 100)


def series_plot(looks: list[dict[str, Any]], *, label: str) -> str:
    """Truth, what the agent held with its interval, and the single frames of one face over time."""
    times = [datetime.fromisoformat(look["at"]).timestamp() for look in looks]
    axes = Axes(width=340, height=170, x=(times[0], times[-1]), y=(0, 100), left=34, bottom=24)
    held = [(t, look) for t, look in zip(times, looks, strict=True) if look["filtered_pp"] is not None]
    upper = [(t, min(100.0, look["filtered_pp"] + look["half_width_pp"])) for t, look in held]
    lower = [(t, max(0.0, look["filtered_pp"] - look["half_width_pp"])) for t, look in held]
    ends = [(times[0], looks[0]["at"][5:10]), (times[-1], looks[-1]["at"][5:10])]
    parts = [axes.frame(x_ticks=ends, y_ticks=[(0, "0"), (50, "50"), (100, "100")])]
    if held:
        parts.append(f'<path class="band" d="{axes.path([*upper, *reversed(lower)])} Z"/>')
        parts.append(f'<path class="line filtered" d="{axes.path([(t, look["filtered_pp"]) for t, look in held])}"/>')
    parts.append(
        f'<path class="line true" d="{axes.path([(t, k["true_pp"]) for t, k in zip(times, looks, strict=True)])}"/>'
    )
    for t, look in zip(times, looks, strict=True):
        if look["network_pp"] is not None:
            x, y = axes.at(t, look["network_pp"])
            parts.append(f'<circle class="dot network" cx="{x:.1f}" cy="{y:.1f}" r="1.8"/>')
        if look["abstained"]:
            x, y = axes.at(t, 0)
            parts.append(f'<line class="abstained" x1="{x:.1f}" y1="{y:.1f}" x2="{x:.1f}" y2="{y - 5:.1f}"/>')
    return _svg(axes, "".join(parts), label=label)


def grid_plot(
    cells: Sequence[Sequence[int]],
    *,
    work_type: str,
    label: str,
    framed: Sequence[Sequence[bool]] | None = None,
    hatched: Sequence[Sequence[bool]] | None = None,
) -> str:
    """Stages of a face, ground below: coloured cells with a glyph; -1 is drawn as unknown."""
    rows, cols = len(cells), len(cells[0])
    height, width = canvas_size(rows, cols)
    parts = []
    for r, row in enumerate(cells):
        for c, stage in enumerate(row):
            x, y = _corner(r, c, rows=rows)
            box = f'x="{x + GAP_PX / 2}" y="{y + GAP_PX / 2}" width="{SIDE_PX}" height="{SIDE_PX}" rx="2"'
            parts.append(f'<rect class="{f"st-{work_type}-{stage}" if stage >= 0 else "unknown"}" {box}/>')
            if hatched is not None and hatched[r][c]:
                parts.append(f'<rect class="hatched" {box}/>')
            elif stage >= 0:
                glyph = GLYPHS[work_type][stage]
                at = f'x="{x + CELL_PX / 2}" y="{y + CELL_PX / 2 + 7}"'
                parts.append(f'<text class="glyph on-{work_type}-{stage}" {at} text-anchor="middle">{glyph}</text>')
            if framed is not None and framed[r][c]:
                parts.append(f'<rect class="framed" {box}/>')
    return _face_svg("".join(parts), width=width, height=height, label=label)


def canvas_plot(jpeg_uri: str, wrong: Sequence[Sequence[bool]], *, label: str) -> str:
    """The rectified canvas with the cells framed where what is held is not the truth."""
    rows, cols = len(wrong), len(wrong[0])
    height, width = canvas_size(rows, cols)
    parts = [f'<image href="{jpeg_uri}" width="{width}" height="{height}"/>']
    for r, row in enumerate(wrong):
        for c, is_wrong in enumerate(row):
            x, y = _corner(r, c, rows=rows)
            kind = "wrong" if is_wrong else "cell"
            parts.append(f'<rect class="{kind}" x="{x + 1}" y="{y + 1}" width="{CELL_PX - 2}" height="{CELL_PX - 2}"/>')
    return _face_svg("".join(parts), width=width, height=height, label=label)


def _corner(row: int, col: int, *, rows: int) -> tuple[int, int]:
    """Upper left canvas pixel of a cell, rows counted from the ground."""
    return MARGIN_SIDE_PX + col * CELL_PX, MARGIN_ABOVE_PX + (rows - 1 - row) * CELL_PX


def _face_svg(inside: str, *, width: int, height: int, label: str) -> str:
    return f'<svg class="face" role="img" aria-label="{escape(label)}" viewBox="0 0 {width} {height}">{inside}</svg>'
