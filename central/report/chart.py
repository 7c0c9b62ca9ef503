"""The plan-against-actual curve as a PNG: the same bytes for the same points."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from threading import Lock
from typing import Any

from central.report.document import Curve, Words
from central.report.fonts import chinese_font
from central.report.spelling import Language, said

_LOCK = Lock()  # matplotlib's settings belong to the process
_PLAN, _ACTUAL = Words("计划", "Plan"), Words("实际", "Actual")
_BAND, _SHARE = Words("实际 ± 标准差", "Actual ± standard deviation"), Words("累计完成 %", "Completed %")


def curve_png(curve: Curve, language: Language, *, dpi: int = 150) -> bytes:
    """Plan as a line, actual with its band. No random ids, no dates in the file."""
    import matplotlib as mpl

    with _LOCK, mpl.rc_context({"font.family": [chinese_font()], "axes.unicode_minus": False, "font.size": 9}):
        return _drawn(curve, language, dpi=dpi)


def _drawn(curve: Curve, language: Language, *, dpi: int) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    dates: Any = import_module("matplotlib.dates")  # it has no types
    figure = Figure(figsize=(6.6, 2.9), dpi=dpi, layout="tight")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    days = [float(dates.date2num(point.day)) for point in curve.points]
    planned = [point.plan_bp / 100 for point in curve.points]
    axes.plot(days, planned, color="#555555", ls="--", label=said(_PLAN, language))
    both = zip(days, curve.points, strict=True)
    seen = [(day, point.actual_bp, point.sigma_bp or 0) for day, point in both if point.actual_bp is not None]
    if seen:
        at = [one[0] for one in seen]
        low, high = [(a - s) / 100 for _, a, s in seen], [(a + s) / 100 for _, a, s in seen]
        axes.fill_between(at, low, high, color="#1f6fb2", alpha=0.2, lw=0, label=said(_BAND, language))
        axes.plot(at, [a / 100 for _, a, _ in seen], color="#1f6fb2", label=said(_ACTUAL, language))
    locator = dates.AutoDateLocator(maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.DateFormatter("%Y-%m-%d"))
    axes.tick_params(axis="x", rotation=20)
    axes.set_ylim(0, 105)
    axes.set_ylabel(said(_SHARE, language))
    axes.set_title(said(curve.title, language), fontsize=10)
    axes.grid(alpha=0.25)
    axes.legend(loc="upper left", fontsize=8, framealpha=0.9)
    to = BytesIO()
    figure.savefig(to, format="png", metadata={"Software": None})
    return to.getvalue()
