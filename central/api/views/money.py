"""Money beside work: what the ledger says of a project, and what may be paid, as of the day it was judged."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlmodel import Session

from central.api.errors import absent
from central.api.money_schemas import (
    BudgetLine,
    Disbursement,
    EarnedValueShown,
    PaidMonth,
    PaymentTerms,
    ProjectDay,
    ProjectMoney,
    SeenThatDay,
    ShownThatDay,
)
from central.api.schemas import Text
from central.api.views.ledger import entry_of
from central.api.views.words import instant
from central.domain import LineStanding, MoneyStanding
from central.money.disburse import disbursement
from central.money.fold import MoneyFold
from central.plan.compare import pay_gap_bp
from central.plan.earned import budget_at_completion, earned_value
from central.store.instants import district_day, from_ms
from central.store.payment_terms import TermsInForce, terms_of, wages_paid
from central.store.read_day import day_of
from central.store.read_ledger import entries_of
from central.store.read_organised import estimate_of
from central.store.read_standing import Standing, standings
from central.store.tables import DeviationRow, Project

_WHOLE_BP = 10_000
DAY_ROWS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class BothSides:
    """A project's work and money at the end of the same day; `work` None while nothing was observed."""

    project: Project
    as_of_at: int | None
    planned: DeviationRow | None
    work: DeviationRow | None
    money: MoneyStanding


def both_sides(session: Session, project_id: str, *, now: datetime) -> BothSides:
    """As of the last assessed instant, else `now`; AbsentError when there is no such project."""
    found = standings(session, [project_id])
    if not found:
        raise absent("project", project_id)
    standing = found[0]
    connection = session.connection()
    day = district_day(now if standing.as_of_at is None else from_ms(standing.as_of_at))
    fold = MoneyFold(standing.project.budget_fen, estimate_of(connection, project_id))
    fold.take(entries_of(connection, project_id))
    planned = standing.deviations.get(("project", project_id))
    return BothSides(
        project=standing.project,
        as_of_at=standing.as_of_at,
        planned=planned,
        work=planned if _was_seen(standing) else None,
        money=fold.standing(day),
    )


def money_of(session: Session, project_id: str, *, now: datetime) -> ProjectMoney:
    """双监控 of one project."""
    both = both_sides(session, project_id, now=now)
    money, contract_fen = both.money, both.project.contract_fen
    of_contract_bp = _share_bp(money.paid_fen, contract_fen)
    actual_bp = both.work.actual_bp if both.work and contract_fen > 0 else None
    paid_ahead_bp = None if actual_bp is None else pay_gap_bp(money.paid_fen, contract_fen, actual_bp=actual_bp)
    return ProjectMoney(
        project=project_id,
        day=money.day,
        as_of=instant(both.as_of_at),
        plan_bp=both.planned.plan_bp if both.planned else None,
        actual_bp=both.work.actual_bp if both.work else None,
        sigma_bp=both.work.sigma_bp if both.work else None,
        gap_bp=both.work.gap_bp if both.work else None,
        contract_fen=contract_fen,
        budget_fen=money.budget_fen,
        estimate_fen=money.estimate_fen or None,
        released_fen=money.released_fen,
        paid_fen=money.paid_fen,
        balance_fen=money.released_fen - money.paid_fen,
        year_budget_fen=money.year_budget_fen,
        year_paid_fen=money.year_paid_fen,
        paid_of_budget_bp=_share_bp(money.paid_fen, money.budget_fen),
        paid_of_contract_bp=of_contract_bp,
        pay_gap_bp=paid_ahead_bp,
        earned=_earned(both),
        lines=[_line(line) for line in money.lines],
        months=[PaidMonth(month=month, paid_fen=paid_fen) for month, paid_fen in money.months],
    )


def _earned(both: BothSides) -> EarnedValueShown | None:
    work, planned = both.work, both.planned
    bac_fen = budget_at_completion(both.money.budget_fen, both.project.contract_fen)
    if work is None or planned is None or bac_fen <= 0:
        return None
    ac_fen = both.money.paid_fen
    value = earned_value(bac_fen=bac_fen, plan_bp=planned.plan_bp, actual_bp=work.actual_bp, ac_fen=ac_fen)
    return EarnedValueShown(
        bac_fen=bac_fen,
        ev_fen=value.ev_fen,
        pv_fen=value.pv_fen,
        ac_fen=ac_fen,
        spi_bp=_index_bp(value.spi),
        cpi_bp=_index_bp(value.cpi),
        eac_typical_fen=value.eac_typical_fen,
        eac_atypical_fen=value.eac_atypical_fen,
        eac_combined_fen=value.eac_combined_fen,
        tcpi_bp=_index_bp(value.tcpi),
    )


def _index_bp(index: float | None) -> int | None:
    return None if index is None else round(index * _WHOLE_BP)


def disbursement_of(
    session: Session, project_id: str, *, now: datetime, accepted_on: date | None = None
) -> Disbursement:
    """What may be paid, by the newest verified progress; nothing observed = nothing verified."""
    both = both_sides(session, project_id, now=now)
    day = both.money.day
    connection = session.connection()
    terms = terms_of(connection, project_id)
    advice = disbursement(
        both.money,
        actual_bp=both.work.actual_bp if both.work else 0,
        sigma_bp=both.work.sigma_bp if both.work else 0,
        contract_fen=both.project.contract_fen,
        terms=terms.terms,
        wage_paid_month_fen=wages_paid(connection, project_id, first=day.replace(day=1), last=day),
        accepted_on=accepted_on,
    )
    plain = {name: value for name, value in asdict(advice).items() if name not in ("rate_bp", "said")}
    return Disbursement(
        project=project_id,
        as_of=instant(both.as_of_at),
        terms=terms_answer(terms),
        said=[Text(zh=said.zh, en=said.en) for said in advice.said],
        **plain,
    )


def project_day(session: Session, project_id: str, day: date) -> ProjectDay:
    """Payments, progress events and photos of one day."""
    project = session.get(Project, project_id)
    if project is None:
        raise absent("project", project_id)
    found = day_of(session.connection(), project_id, day, limit=DAY_ROWS_MAX)
    return ProjectDay(
        project=project_id,
        code=project.code,
        day=day,
        entries=[entry_of(one) for one in found.entries],
        seen=[
            SeenThatDay(
                at=from_ms(row.observed_at),
                building=row.building,
                item=row.item,
                kind=row.kind,
                source=row.source,
                value_bp=row.value_bp,
                refs=_parts(row.refs),
            )
            for row in found.seen
        ],
        shown=[
            ShownThatDay(
                at=from_ms(row.at_ms),
                sha256=row.sha256,
                person=row.person,
                building=row.building,
                item=row.item,
                note=row.note,
                flags=_parts(row.flags),
            )
            for row in found.shown
        ],
        more=list(found.more),
    )


def _parts(joined: str) -> list[str]:
    return joined.split(",") if joined else []


def terms_answer(found: TermsInForce) -> PaymentTerms:
    """Terms as the API tells them."""
    return PaymentTerms(version=found.version, **asdict(found.terms))


def _was_seen(standing: Standing) -> bool:
    progress = standing.progress.get(standing.project.id)
    return progress is not None and progress.last_seen_at is not None


def _line(line: LineStanding) -> BudgetLine:
    return BudgetLine(
        line=line.line,
        budget_fen=line.budget_fen,
        paid_fen=line.paid_fen,
        paid_bp=_share_bp(line.paid_fen, line.budget_fen),
    )


def _share_bp(part_fen: int, whole_fen: int) -> int | None:
    """Rounded down, so that a threshold is not said to be reached before it is."""
    return part_fen * _WHOLE_BP // whole_fen if whole_fen > 0 else None
