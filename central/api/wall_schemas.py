"""What the wall asks for: one answer with everything its screens show. No names of people, roles and units only.

Integers decide, as in `central.api.schemas`; counts are of projects by their heaviest sign and add up to the total.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from central.api.project_schemas import SignCounts
from central.api.schemas import Answer, Bp, Level, Named, Sign, SignedBp, Still, Text


class LevelToday(Answer):
    """What the day brought to one level, and how far people are with it; in warnings, not in projects.

    `raised` warnings reached the level since midnight of the district, `eased` left it.
    """

    level: Level
    raised: int
    eased: int
    overdue: int
    to_acknowledge: int
    mending: int


class Dual(Answer):
    """Work and money side by side, weighted by contract, of those projects where something was measured.

    `money_bp` = paid of the contract, null where the caller may not read money. All null when nothing was measured.
    """

    measured: int
    plan_bp: Bp | None
    work_bp: Bp | None
    money_bp: Bp | None
    contract_fen: int
    paid_fen: int | None


class StreetRow(Answer):
    """One street: its projects by sign, and its work against its money."""

    street: Text
    counts: SignCounts
    total: int
    dual: Dual


class Spot(Answer):
    """A project on the map. Where nobody has said where it is, the place is `schematic`: laid out, not surveyed."""

    id: str
    name: Text
    street: Text
    sign: Sign
    plan_bp: Bp | None
    actual_bp: Bp | None
    lon: float
    lat: float
    schematic: bool


class Urgent(Answer):
    """A case that waits for somebody: `owner` is the unit and the role, never a person."""

    id: str
    project: Named
    subject: Text | None
    level: Level
    state: str
    said: Text
    unit: Text
    role: Text
    due_at: datetime | None
    overdue: bool


class StillPair(Answer):
    """The newest still of a building, blurred at the edge as it came, and the earliest of the 30 days before it."""

    project: Named
    building: Named
    sign: Sign
    newest: Still
    before: Still | None


class Move(Answer):
    """Something that became of a warning."""

    at: datetime
    event: Literal["raised", "escalated", "downgraded", "cleared", "withdrawn", "restored"]
    level: Level | None
    project: Named
    subject: Text | None
    rule: Text


class MoneyRow(Answer):
    """A project whose payments are ahead of its work, or behind it: `ahead_bp` = paid - measured, of the contract."""

    project: Named
    sign: Sign
    work_bp: Bp
    money_bp: Bp
    ahead_bp: SignedBp


class AilingCameras(Answer):
    """How many cameras are in one condition (moved, frozen, covered, dark, offline), and since when the first."""

    code: str
    cameras: int
    since: datetime


class Devices(Answer):
    """Cameras of the newest plans: online = its gateway says so; `silent` = not a reading in the last day."""

    cameras: int
    online: int
    silent: int
    conditions: list[AilingCameras]


class Evidenced(Answer):
    """How well the district is seen: projects by coverage of their newest judgement."""

    sure: int
    thin: int
    unseen: int
    coverage_bp: Bp | None


class DayMoves(Answer):
    """What a day brought, in warnings."""

    day: date
    raised: int
    escalated: int
    eased: int
    closed: int


class Wall(Answer):
    """The district at one time. `as_of` is the newest assessed instant, `now` the wall's clock when it was made."""

    name: Text
    as_of: datetime | None
    now: datetime
    counts: SignCounts
    total: int
    levels: list[LevelToday]
    dual: Dual
    streets: list[StreetRow]
    spots: list[Spot]
    waiting: int
    urgent: list[Urgent]
    stills: list[StillPair]
    today: list[Move]
    today_total: int
    money: list[MoneyRow] | None
    devices: Devices
    evidenced: Evidenced
    week: list[DayMoves]
