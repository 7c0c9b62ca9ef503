"""What the pages of insight can ask for: the units, streets, kinds and sectors there are, measures and figures."""

from __future__ import annotations

from central.api.insight_schemas import MeasureNamed
from central.api.pivot_schemas import FigureShown
from central.api.schemas import Answer, Named, Text


class Choice(Answer):
    """A value of a filter and its name."""

    code: str
    name: Text


class Choices(Answer):
    """Of the caller's projects only, each by name; measures and figures in their own order."""

    projects: list[Named]
    units: list[str]
    streets: list[str]
    kinds: list[Choice]
    sectors: list[Choice]
    measures: list[MeasureNamed]
    figures: list[FigureShown]
