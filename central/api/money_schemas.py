"""What the API takes and answers about money beside work. Amounts are integer fen, shares basis points, days of the
district.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from central.api.ledger_schemas import LedgerEntry
from central.api.schemas import Answer, Bp, Sha256, SignedBp, Text
from central.money.disburse import DUE_DAYS, DUE_DAYS_MAX, RATE_BP_MIN, RETENTION_BP_MAX, WHOLE_BP
from central.money.posting import AMOUNT_FEN_MAX


class NewTerms(BaseModel):
    """What the contract says of payment."""

    model_config = ConfigDict(extra="forbid")

    rate_bp: Annotated[int, Field(ge=RATE_BP_MIN, le=WHOLE_BP)] = RATE_BP_MIN
    advance_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)] = 0
    advance_until_bp: Annotated[int, Field(ge=1, le=WHOLE_BP)] = WHOLE_BP
    retention_bp: Annotated[int, Field(ge=0, le=RETENTION_BP_MAX)] = 0
    wage_month_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)] = 0
    due_days: Annotated[int, Field(ge=1, le=DUE_DAYS_MAX)] = DUE_DAYS


class BudgetLine(Answer):
    """A budget line with all below it."""

    line: str
    budget_fen: int
    paid_fen: int
    paid_bp: int | None


class PaidMonth(Answer):
    """What was paid in a month, named by its first day."""

    month: date
    paid_fen: int


class EarnedValueShown(Answer):
    """Earned value (EVM) as of the day: BAC the approved budget (the contract sum where none is known), AC what was
    paid. SPI = EV/PV, CPI = EV/AC.

    Estimates at completion: typical BAC/CPI, atypical AC + BAC - EV, combined AC + (BAC - EV)/(CPI x SPI); TCPI is the
    CPI that what is left would need. Indices in 1/10000; null where there is nothing to divide by.
    """

    bac_fen: int
    ev_fen: int
    pv_fen: int
    ac_fen: int
    spi_bp: int | None
    cpi_bp: int | None
    eac_typical_fen: int | None
    eac_atypical_fen: int
    eac_combined_fen: int | None
    tcpi_bp: int | None


class ProjectMoney(Answer):
    """双监控: physical progress and execution of the budget as of the same day. Physical figures are null before the
    first assessment; `…_of_…_bp` null where there is nothing to divide by. `pay_gap_bp` positive = paid ahead of work.
    `earned` null before the first assessment and without a contract sum.
    """

    project: str
    day: date
    as_of: datetime | None
    plan_bp: Bp | None
    actual_bp: Bp | None
    sigma_bp: int | None
    gap_bp: SignedBp | None
    contract_fen: int
    budget_fen: int
    estimate_fen: int | None
    released_fen: int
    paid_fen: int
    balance_fen: int
    year_budget_fen: int
    year_paid_fen: int
    paid_of_budget_bp: int | None
    paid_of_contract_bp: int | None
    pay_gap_bp: int | None
    earned: EarnedValueShown | None
    lines: list[BudgetLine]
    months: list[PaidMonth]


class PaymentTerms(Answer):
    """Terms of payment; version 0 = nobody said any, the law's least holds."""

    version: int
    rate_bp: int
    advance_fen: int
    advance_until_bp: int
    retention_bp: int
    wage_month_fen: int
    due_days: int


class Disbursement(Answer):
    """A suggestion, never an act. `release_up_to_fen` is what the verified progress still allows, `wage_due_fen` what
    this month's wages still lack: due whatever the rest says. Cap = contract x (A - sigma) x rate + the advance that
    is not worked off yet.
    """

    project: str
    day: date
    as_of: datetime | None
    terms: PaymentTerms
    contract_fen: int
    actual_bp: Bp
    sigma_bp: int
    verified_bp: Bp
    earned_fen: int
    advance_left_fen: int
    cap_fen: int
    released_fen: int
    paid_fen: int
    release_up_to_fen: int
    ahead_fen: int
    wage_due_fen: int
    wage_paid_month_fen: int
    due_on: date
    due_at_the_latest: date
    said: list[Text]


class SeenThatDay(Answer):
    """A progress event: what a camera, a person or a paper said of a work item. `refs` are its records."""

    at: datetime
    building: str
    item: str
    kind: Literal["camera", "inspector", "supervisor", "self_report", "document"]
    source: str
    value_bp: Bp
    refs: list[str]


class ShownThatDay(Answer):
    """A document: a photo that somebody says shows this project; `flags` say what is odd of it."""

    at: datetime
    sha256: Sha256
    person: str
    building: str
    item: str
    note: str
    flags: list[str]


class ProjectDay(Answer):
    """业务流 · 资金流 · 信息流 of one day in one place. Payments are linked by national project code, contract and
    voucher. `more` names the lists that had more than 500.
    """

    project: str
    code: str
    day: date
    entries: list[LedgerEntry]
    seen: list[SeenThatDay]
    shown: list[ShownThatDay]
    more: list[Literal["entries", "seen", "shown"]]
