"""Which unit answers for a project, day by day (谁主管、谁负责, A45): both sides sign a transfer. Pure.

What was raised before the transfer stays with the unit that answered then.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import Text
from central.scoring.refused import RefusalCode, ScoringRefused

TransferState = Literal["asked", "signed", "refused", "withdrawn"]
Side = Literal["from", "to"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A project goes from one unit to another on a day (00:00 of it). In force once both sides have signed."""

    id: int
    project: str
    from_unit: str
    to_unit: str
    effective_on: date
    state: TransferState
    from_signed_by: str = ""
    to_signed_by: str = ""


def unit_at(transfers: Collection[Transfer], *, unit: str, day: date) -> str:
    """The unit that answers for a project on a day. `unit` is the one that answers now, by its newest signed transfer
    or, without any, by its plan."""
    signed = sorted((one for one in transfers if one.state == "signed"), key=lambda one: (one.effective_on, one.id))
    later = [one for one in signed if one.effective_on > day]
    if later:
        return later[0].from_unit
    return signed[-1].to_unit if signed else unit


def check_asked(
    transfers: Collection[Transfer], *, project: str, unit: str, to_unit: str, on: date, today: date
) -> None:
    """ScoringRefused for a transfer to the same unit, one that reaches back, or one beside another that waits."""
    if to_unit == unit:
        what = Text(zh=f"{to_unit} 已是主管单位", en=f"{to_unit} has it already")
        raise _refused("unknown", what, where="to_unit", expected=Text(zh="另一单位", en="another unit"))
    if on <= today:
        what = Text(zh=f"{on} 为追溯生效", en=f"{on} reaches back")
        wanted = Text(zh=f"{today} 之后的日期", en=f"a day after {today}")
        raise _refused("conflict", what, where="effective_on", expected=wanted)
    waiting = [one for one in transfers if one.state == "asked" or (one.state == "signed" and one.effective_on > today)]
    if waiting:
        what = Text(zh=f"项目 {project} 有待生效的移交", en=f"project {project} has a transfer that waits")
        raise _refused("conflict", what, where="project", expected=Text(zh="先处理该移交", en="that one first"))


def side_signing(transfer: Transfer, *, person: str, units: Collection[str], today: date) -> Side:
    """For which side a person signs; ScoringRefused where it is neither's head, or one person would sign for both."""
    if transfer.state != "asked":
        what = Text(zh=f"移交状态为 {transfer.state}", en=f"the transfer is {transfer.state}")
        wanted = Text(zh="待签署的移交", en="one that waits for signatures")
        raise _refused("wrong_state", what, where="transfer.state", expected=wanted)
    if transfer.effective_on <= today:
        what = Text(zh="生效日已到, 不能倒签", en="its day has come: it cannot be signed back")
        wanted = Text(zh="重新发起移交", en="a new transfer")
        raise _refused("conflict", what, where="transfer.effective_on", expected=wanted)
    if person in (transfer.from_signed_by, transfer.to_signed_by):
        what = Text(zh="一人不能代表双方签署", en="one person may not sign for both")
        wanted = Text(zh="另一单位负责人", en="the other unit's head")
        raise _refused("own_work", what, where="actor", expected=wanted)
    if transfer.from_unit in units and not transfer.from_signed_by:
        return "from"
    if transfer.to_unit in units and not transfer.to_signed_by:
        return "to"
    what = Text(zh="不由您签署", en="not yours to sign")
    raise _refused(
        "not_yours", what, where="actor", expected=Text(zh="移交双方单位负责人", en="the heads of both units")
    )


def _refused(code: RefusalCode, what: Text, *, where: str, expected: Text) -> ScoringRefused:
    return ScoringRefused(code, what, where=where, expected=expected)
