"""What the API answers about pivots: rows of projects by what they have in common."""

from __future__ import annotations

from typing import Literal

from central.api.schemas import Answer, Text

DimensionCode = Literal["unit", "street", "kind", "sector", "band", "period"]
FigureCode = Literal[
    "projects", "completed", "contract_fen", "paid_fen", "paid_bp", "actual_bp", "gap_bp", "raised", "red"
]


class FigureShown(Answer):
    """A column; its integers are told divided by `scale`."""

    code: FigureCode
    name: Text
    scale: int


class PivotLineShown(Answer):
    """A row with the projects its figures are of."""

    keys: list[Text]
    figures: list[int | None]
    projects: list[str]


class PivotShown(Answer):
    """Rows by their keys; `total` of all."""

    by: list[DimensionCode]
    figures: list[FigureShown]
    lines: list[PivotLineShown]
    total: PivotLineShown
