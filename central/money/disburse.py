"""How much may be paid by what is verified to be built (domain §4.10): advice to people; wages are never held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from central.domain import MoneyStanding, Text

WHOLE_BP = 10_000
RATE_BP_MIN = 8_000  # progress payments of public works are not below 80 % of what is completed
RETENTION_BP_MAX = 300
DUE_DAYS, DUE_DAYS_MAX = 30, 60  # small and medium enterprises are paid within 30 days, 60 where it is so agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the contract says of payment. The advance is worked off evenly until `advance_until_bp` is built;
    `wage_month_fen` is what is agreed to be paid for wages each month; `retention_bp` waits for the settlement and is
    not taken off progress payments."""

    rate_bp: int = RATE_BP_MIN
    advance_fen: int = 0
    advance_until_bp: int = WHOLE_BP
    retention_bp: int = 0
    wage_month_fen: int = 0
    due_days: int = DUE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A suggestion as of the end of a day. `cap_fen` is the most that may have been paid in all, `verified_bp` = A - σ.

    `release_up_to_fen` is what is left of the cap, `ahead_fen` what was paid above it (then nothing new is suggested).
    `wage_due_fen` is apart from both: what this month's wages still lack, due whatever the cap says.
    """

    day: date
    contract_fen: int
    actual_bp: int
    sigma_bp: int
    verified_bp: int
    rate_bp: int
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
    said: tuple[Text, ...]


def disbursement(
    standing: MoneyStanding,
    *,
    actual_bp: int,
    sigma_bp: int,
    contract_fen: int,
    terms: Terms,
    wage_paid_month_fen: int = 0,
    accepted_on: date | None = None,
) -> Advice:
    """The advice on a project whose physical progress is A ± σ. All divisions round down, to the payer's safe side.

    `accepted_on` is the day from which the legal time to pay runs (goods or works were accepted); the standing's
    day when it is not known.
    """
    verified_bp = max(0, actual_bp - sigma_bp)
    earned_fen = contract_fen * verified_bp * terms.rate_bp // WHOLE_BP**2
    left_bp = max(0, terms.advance_until_bp - verified_bp)
    advance_left_fen = terms.advance_fen * left_bp // terms.advance_until_bp
    cap_fen = min(contract_fen, earned_fen + advance_left_fen)
    since = accepted_on or standing.day
    wage_due_fen = max(0, terms.wage_month_fen - wage_paid_month_fen)
    ahead_fen = max(0, standing.paid_fen - cap_fen)
    return Advice(
        day=standing.day,
        contract_fen=contract_fen,
        actual_bp=actual_bp,
        sigma_bp=sigma_bp,
        verified_bp=verified_bp,
        rate_bp=terms.rate_bp,
        earned_fen=earned_fen,
        advance_left_fen=advance_left_fen,
        cap_fen=cap_fen,
        released_fen=standing.released_fen,
        paid_fen=standing.paid_fen,
        release_up_to_fen=max(0, cap_fen - standing.paid_fen),
        ahead_fen=ahead_fen,
        wage_due_fen=wage_due_fen,
        wage_paid_month_fen=wage_paid_month_fen,
        due_on=since + timedelta(days=min(terms.due_days, DUE_DAYS)),
        due_at_the_latest=since + timedelta(days=max(terms.due_days, DUE_DAYS)),
        said=_said(ahead_fen=ahead_fen, wage_due_fen=wage_due_fen),
    )


def _said(*, ahead_fen: int, wage_due_fen: int) -> tuple[Text, ...]:
    found = []
    if ahead_fen:
        found.append(
            Text(
                zh="累计支付已超过核实进度对应上限:建议暂缓新增,工资除外,由人决定。",
                en="More was paid than verified progress allows: suggest to pause new payments, wages excepted; "
                "a person decides.",
            )
        )
    if wage_due_fen:
        found.append(
            Text(
                zh="本月农民工工资尚未付足,按月足额拨付,不因任何预警扣减。",
                en="This month's wages are not fully paid: they are due monthly and never reduced, whatever is warned.",
            )
        )
    found.append(
        Text(
            zh="法定付款期限内支付,不得以审计结果作为付款前提。",
            en="Pay within the legal time; the result of an audit is no condition of payment.",
        )
    )
    return tuple(found)
