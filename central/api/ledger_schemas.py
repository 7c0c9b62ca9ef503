"""What the API takes and answers about the ledger. Amounts are integer fen, days of the district."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from central.api.schemas import Answer, Sha256, Text
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


class LedgerEntry(GivenEntry):
    """An entry as it is in the ledger, with its link of the project's chain."""

    nth: int
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
