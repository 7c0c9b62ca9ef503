"""Contract clauses that can be checked: milestone dates, stage names, photos, stage payments (D24). Pure.

A document of schema siteprogress.clauses/1 names each clause by its number in the contract and quotes it; findings
cite both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from central.quality.refused import CheckRefused

Name = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]
_DAY_BOUNDS = (date(2000, 1, 1), date(2099, 12, 31))


class _Clause(BaseModel):
    """Ground of all clauses: `number` as in the contract, `text` its words."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    number: Annotated[str, Field(min_length=1, max_length=32, description="number of the clause in the contract")]
    text: Annotated[str, Field(min_length=1, max_length=2000, description="words of the clause, quoted in findings")]


class MilestoneClause(_Clause):
    """A milestone is reached by a day. `words` are how notes say that it is, e.g. 主体封顶."""

    kind: Literal["milestone"]
    milestone: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    words: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]
    deadline: Annotated[date, Field(ge=_DAY_BOUNDS[0], le=_DAY_BOUNDS[1])]


class StageClause(_Clause):
    """Stages are called by these names and no others."""

    kind: Literal["stage"]
    names: Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]


class PhotoClause(_Clause):
    """So many photos that hold as evidence with each daily report; with `position`, one without a place is none."""

    kind: Literal["photo"]
    least: Annotated[int, Field(ge=1, le=50)]
    position: bool = False


class PaymentClause(_Clause):
    """A share of the contract falls due when a milestone is reached; paid within so many days, and not before."""

    kind: Literal["payment"]
    milestone: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    share_bp: Annotated[int, Field(ge=1, le=10_000)]
    within_days: Annotated[int, Field(ge=0, le=3650)]


Clause = Annotated[MilestoneClause | StageClause | PhotoClause | PaymentClause, Field(discriminator="kind")]


class ClauseDocument(BaseModel):
    """Clauses of one contract, each number once."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    schema_: Annotated[Literal["siteprogress.clauses/1"], Field(alias="schema")]
    clauses: Annotated[tuple[Clause, ...], Field(max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a document: where, what, and what was expected."""

    where: str
    what: str
    expected: str


def read_clauses(document: Any) -> ClauseDocument:
    """The clauses of a document; CheckRefused names the first fault."""
    found = clause_faults(document)
    if found:
        raise CheckRefused(found[0].what, where=found[0].where, expected=found[0].expected)
    return ClauseDocument.model_validate(document)


def clause_faults(document: Any) -> tuple[Fault, ...]:
    """Everything that is wrong with a document of clauses."""
    try:
        known = ClauseDocument.model_validate(document)
    except ValidationError as odd:
        return tuple(
            Fault(where=".".join(str(part) for part in one["loc"]) or "document", what=shown(one["input"]),
                  expected=one["msg"])
            for one in odd.errors(include_url=False)
        )  # fmt: skip
    return tuple(_together(known))


def _together(document: ClauseDocument) -> Iterator[Fault]:
    numbers = [clause.number for clause in document.clauses]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        yield Fault(where="clauses.number", what=f"{number} twice", expected="each number once")
    reached = [clause.milestone for clause in document.clauses if clause.kind == "milestone"]
    for name in sorted({name for name in reached if reached.count(name) > 1}):
        yield Fault(where="clauses.milestone", what=f"{name} twice", expected="one milestone clause for each")
    shares = 0
    for at, clause in enumerate(document.clauses):
        if clause.kind == "payment":
            shares += clause.share_bp
            if clause.milestone not in reached:
                expected = f"one of {', '.join(reached) or 'the milestones, of which there are none'}"
                yield Fault(where=f"clauses.{at}.milestone", what=clause.milestone, expected=expected)
    if shares > 10_000:
        yield Fault(where="clauses.share_bp", what=f"{shares} together", expected="at most 10000")
    if sum(clause.kind == "photo" for clause in document.clauses) > 1:
        yield Fault(where="clauses.kind", what="two photo clauses", expected="at most one")


def shown(value: Any) -> str:
    """A value as it is told in a fault, short."""
    return repr(value)[:80]


def plain(words: str) -> str:
    """Words to be compared: full-width as half-width, no blanks, lower case."""
    return "".join(unicodedata.normalize("NFKC", words).split()).casefold()
