"""What the API says of a plan file before anything of it is kept."""

from __future__ import annotations

from datetime import date
from typing import Literal

from central.api.schemas import Answer, Text

PARTS_MAX = 200


class PlanPart(Answer):
    """A building, unit or item that comes, goes or weighs otherwise; shares of the whole project in 1/10000 (half up),
    null where it is not there."""

    id: str
    name: Text | None
    before_bp: int | None
    after_bp: int | None


class PlanMove(Answer):
    """An item whose last day is another than in the frozen baseline; `days` > 0 = later."""

    id: str
    name: Text
    baseline: date
    planned: date
    days: int


class PlanChecked(Answer):
    """What a plan file would become. Nothing of it is stored.

    `outcome`: a first plan, the plan that is in force already, or a revision that would wait for approval.
    `delay_days` = its finish against the baseline's (calendar days, > 0 = later). Lists hold PARTS_MAX at most,
    `parts_total` and `moves_total` say how many there are.
    """

    project: str
    name: Text
    outcome: Literal["first", "same", "revision"]
    version_in_force: int | None
    start: date
    finish: date
    baseline_finish: date | None
    delay_days: int | None
    contract_fen: int
    buildings: int
    items: int
    parts: list[PlanPart]
    parts_total: int
    moves: list[PlanMove]
    moves_total: int
