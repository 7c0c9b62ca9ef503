"""What the API takes and answers about money. Amounts are integer fen, shares basis points, days of the district."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from central.api.schemas import Answer, Bp, Sha256, SignedBp, Text
from central.money.disburse import DUE_DAYS, DUE_DAYS_MAX, RATE_BP_MIN, RETENTION_BP_MAX, WHOLE_BP
from central.money.posting import AMOUNT_FEN_MAX, DAY_MAX, DAY_MIN, LONG, SHORT

FundKind = Literal["budget", "release", "pay"]
Outcome = Literal["posted", "known", "conflict", "refused"]
Hex = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def _no_flag(value: Any) -> Any:
    """Money is counted: true is not one fen, nor a day a number of seconds."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


def _no_number(value: Any) -> Any:
    if isinstance(value, int | float):
        raise PydanticCustomError("date_type", "Input should be a valid date in the format YYYY-MM-DD")
    return value


Fen = Annotated[int, Field(ge=-AMOUNT_FEN_MAX, le=AMOUNT_FEN_MAX), BeforeValidator(_no_flag)]
Day = Annotated[date, Field(ge=DAY_MIN, le=DAY_MAX), BeforeValidator(_no_number)]
Name = Annotated[str, Field(max_length=SHORT)]
ENTRIES_MAX = 500

# --- handed in -------------------------------------------------------------------------------------------------------


class NewEntry(BaseModel):
    """One entry. The voucher is the key of a project's entry: the same again changes nothing, another content under it
    is a conflict. A reversal names the voucher in `reverses`, has its kind and the negative amount.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    voucher: Annotated[str, Field(min_length=1, max_length=SHORT)]
    project: Annotated[str, Field(min_length=1, max_length=SHORT, description="id or national project code")]
    kind: FundKind
    day: Day
    amount_fen: Fen
    wage_fen: Fen = 0
    line: Annotated[Name, Field(description="budget line, levels separated by /")] = ""
    contract: Name = ""
    payee: Name = ""
    reverses: Name = ""
    approver: Name = ""
    object_code: Name = ""
    note: Annotated[str, Field(max_length=LONG)] = ""
    source: Annotated[Name, Field(description="the system it comes from; not compared")] = ""


class NewEntries(BaseModel):
    """Entries to be posted, each by itself: one that is refused keeps no other back."""

    model_config = ConfigDict(extra="forbid")

    entries: Annotated[list[NewEntry], Field(min_length=1, max_length=ENTRIES_MAX)]


class NewLock(BaseModel):
    """A month to be closed for the whole district, with all before it."""

    model_config = ConfigDict(extra="forbid")

    month: Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="YYYY-MM")]


class NewTerms(BaseModel):
    """What the contract says of payment."""

    model_config = ConfigDict(extra="forbid")

    rate_bp: Annotated[int, Field(ge=RATE_BP_MIN, le=WHOLE_BP)] = RATE_BP_MIN
    advance_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)] = 0
    advance_until_bp: Annotated[int, Field(ge=1, le=WHOLE_BP)] = WHOLE_BP
    retention_bp: Annotated[int, Field(ge=0, le=RETENTION_BP_MAX)] = 0
    wage_month_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)] = 0
    due_days: Annotated[int, Field(ge=1, le=DUE_DAYS_MAX)] = DUE_DAYS


# --- what became of it -----------------------------------------------------------------------------------------------


class LedgerRefusal(Answer):
    """Why an entry was not taken; `where` is its field."""

    code: str
    where: str
    what: Text
    expected: Text


class PostedEntry(Answer):
    """What became of one entry, in the order in which they were given. `nth` and `hash` are its link of the project's
    chain when it is new, `differs` the fields of a conflict, `flags` what is odd of it ("over_release").
    """

    voucher: str
    project: str
    outcome: Outcome
    nth: int | None
    hash: str | None
    flags: list[str]
    differs: list[str]
    refusal: LedgerRefusal | None


class PostedEntries(Answer):
    """What became of all of them."""

    posted: int
    known: int
    conflicts: int
    refused: int
    entries: list[PostedEntry]


class RefusedRow(Answer):
    """A row of a file that was not taken: its number and the header of the column as on the screen."""

    row: int
    column: str
    refusal: LedgerRefusal


class LedgerImported(Answer):
    """What became of the rows of a file; `refused_rows` are the first hundred that were not taken (the refused and the
    conflicts), all of them are under the import.
    """

    import_id: int
    sha256: Sha256
    posted: int
    known: int
    conflicts: int
    refused: int
    refused_rows: list[RefusedRow]


class LedgerImportBrief(Answer):
    """A file of entries and what became of its rows so far; `ended_at` null = it is being taken, or was broken off."""

    import_id: int
    sha256: Sha256
    filename: str
    imported_by: str
    began_at: datetime
    ended_at: datetime | None
    posted: int
    known: int
    conflicts: int
    refused: int


class LedgerImport(LedgerImportBrief):
    """An import with a page of its refused rows; go on with `after`, null = that was all."""

    refused_rows: list[RefusedRow]
    after: int | None


class LedgerImports(Answer):
    """The newest first."""

    imports: list[LedgerImportBrief]


class GivenEntry(Answer):
    """An entry as it was given, whatever is odd of it."""

    voucher: str
    project: str
    kind: FundKind
    day: date
    amount_fen: int
    wage_fen: int
    line: str
    contract: str
    payee: str
    reverses: str
    approver: str
    object_code: str
    note: str
    source: str


class LedgerConflict(Answer):
    """Other content that was given under a voucher that is there. It changed nothing."""

    id: int
    project: str
    voucher: str
    differs: list[str]
    given: GivenEntry
    given_by: str
    given_at: datetime


class LedgerConflicts(Answer):
    """A page of conflicts, oldest first; go on with `after`, null = that was all."""

    conflicts: list[LedgerConflict]
    after: int | None


class LedgerLock(Answer):
    """Everything up to this day is closed; null while no month is."""

    closed_through: date | None


# --- the audit query -------------------------------------------------------------------------------------------------


class LedgerSums(Answer):
    """What was granted, released and paid in so many entries; balance = released - paid."""

    budget_fen: int
    release_fen: int
    pay_fen: int
    balance_fen: int
    entries: int


class LedgerTotal(LedgerSums):
    """Sums of one project, budget line or payee."""

    name: str


class LedgerEntry(Answer):
    """An entry as it is in the ledger, with its link of the project's chain."""

    project: str
    nth: int
    voucher: str
    kind: FundKind
    day: date
    amount_fen: int
    wage_fen: int
    line: str
    contract: str
    payee: str
    reverses: str
    approver: str
    object_code: str
    note: str
    source: str
    flags: list[str]
    posted_by: str
    posted_at: datetime
    prev_hash: Hex
    hash: Hex


class ChainHead(Answer):
    """Where a project's chain ends now."""

    project: str
    nth: int
    hash: Hex


class ChainProof(Answer):
    """`root` = SM3 of the canonical JSON [[project, nth, hash], …] of all `chains` heads of the scope, by project;
    `heads` are the first hundred of them.
    """

    algorithm: str
    chains: int
    root: Hex
    heads: list[ChainHead]


class LedgerStatement(Answer):
    """A period, both days included: closing = opening + period. Totals are the hundred largest of each kind, `names`
    says how many there are. `entries` are a page; go on with `after`, null = that was all.
    """

    first: date
    last: date
    opening: LedgerSums
    period: LedgerSums
    closing: LedgerSums
    projects: list[LedgerTotal]
    lines: list[LedgerTotal]
    payees: list[LedgerTotal]
    names: dict[Literal["projects", "lines", "payees"], int]
    closed_through: date | None
    entries: list[LedgerEntry]
    after: str | None
    proof: ChainProof


class LedgerSuspicion(Answer):
    """Something an auditor would look at."""

    kind: Literal["paid_twice", "object_twice", "asked_twice", "idle", "unmatched", "over_release"]
    projects: list[str]
    vouchers: list[str]
    amount_fen: int
    said: Text


class LedgerSuspicions(Answer):
    """At most a thousand; `more` says whether there are others."""

    suspicions: list[LedgerSuspicion]
    more: bool


# --- money beside work -----------------------------------------------------------------------------------------------


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
    """Earned value (EVM) as of the day: BAC the contract sum, AC what was paid. SPI = EV/PV, CPI = EV/AC.

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
