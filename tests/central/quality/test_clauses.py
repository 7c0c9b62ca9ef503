"""Clauses against notes: late days, names, payments; what a sentence takes back does not count."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from central.quality.clauses import ClauseDocument, clause_faults, read_clauses
from central.quality.notes import Note, findings, moved, says
from central.quality.refused import CheckRefused

TOPPED = {
    "kind": "milestone", "number": "5.2", "text": "主体结构应于2026年5月10日前封顶", "milestone": "topped",
    "words": ["主体封顶", "topped out"], "deadline": "2026-05-10",
}  # fmt: skip
STAGES = {"kind": "stage", "number": "2.1", "text": "阶段按附件二称谓", "names": ["主体结构", "装饰装修"]}
PHOTOS = {"kind": "photo", "number": "7.3", "text": "每日上传现场照片", "least": 1}
PAYMENT = {
    "kind": "payment", "number": "9.1", "text": "封顶后28日内付至合同价40%", "milestone": "topped", "share_bp": 4000,
    "within_days": 28,
}  # fmt: skip


def a_document(*clauses: dict[str, Any]) -> dict[str, Any]:
    """A document of the given clauses."""
    return {"schema": "siteprogress.clauses/1", "clauses": list(clauses)}


def clauses(*given: dict[str, Any]) -> ClauseDocument:
    """The same, read."""
    return read_clauses(a_document(*given))


def a_note(day: str, words: str = "", *, stage: str = "", ref: str = "report/1") -> Note:
    """A note."""
    return Note(day=date.fromisoformat(day), words=words, stage=stage, ref=ref)


def test_a_milestone_noted_ten_days_late_cites_the_clause() -> None:
    found = findings([a_note("2026-05-20", "今日主体封顶。")], clauses(TOPPED), as_of=date(2026, 6, 1))
    assert [(one.code, one.clause, one.days) for one in found] == [("late", "5.2", 10)]
    assert "逾期10天" in found[0].text.zh
    assert "5.2" in found[0].text.zh
    assert found[0].quote == TOPPED["text"]
    assert found[0].ref == "report/1"


@pytest.mark.parametrize(
    ("day", "as_of", "found"),
    [
        ("2026-05-10", "2026-06-01", []),
        ("2026-05-11", "2026-06-01", [("late", 1)]),
        ("2026-05-20", "2026-05-12", [("overdue", 2)]),  # nobody has said so by then
        ("2026-05-20", "2026-05-10", []),
    ],
)
def test_the_deadline_is_inclusive(day: str, as_of: str, found: list[tuple[str, int]]) -> None:
    note = a_note(day, "主体封顶")
    said = findings([note], clauses(TOPPED), as_of=date.fromisoformat(as_of))
    assert [(one.code, one.days) for one in said] == found


def test_the_first_note_counts_in_any_order() -> None:
    notes = [a_note("2026-05-20", "主体封顶", ref="report/1"), a_note("2026-05-12", "主体封顶", ref="report/2")]
    for order in (notes, notes[::-1]):
        assert [one.days for one in findings(order, clauses(TOPPED), as_of=date(2026, 6, 1))] == [2]


@pytest.mark.parametrize(
    ("note", "is_said"),
    [
        ("主体封顶", True),
        ("主 体 封 顶 完成", True),
        ("Topped Out today", True),
        ("砌筑开始,主体封顶!", True),
        ("主体未封顶", False),
        ("尚未主体封顶", False),
        ("计划下周主体封顶", False),
        ("主体封顶推迟", False),
        ("not topped out", False),
        ("未下雨。主体封顶", True),
        ("屋面施工", False),
    ],
)
def test_what_a_note_says(note: str, is_said: bool) -> None:
    assert says(note, ("主体封顶", "topped out")) is is_said


def test_approved_pauses_move_the_deadline() -> None:
    pauses = ((date(2026, 5, 1), date(2026, 5, 4)), (date(2026, 5, 12), date(2026, 5, 12)))
    assert moved(date(2026, 5, 10), pauses) == date(2026, 5, 15)  # the second falls into what the first moved it to
    assert moved(date(2026, 4, 30), pauses) == date(2026, 4, 30)
    found = findings([a_note("2026-05-20", "主体封顶")], clauses(TOPPED), as_of=date(2026, 6, 1), pauses=pauses)
    assert [one.days for one in found] == [5]
    assert "顺延5天" in found[0].text.zh


def test_stage_names_are_those_of_the_contract() -> None:
    notes = [a_note("2026-05-20", stage="主体 结构"), a_note("2026-05-21", stage="主体施工", ref="report/2")]
    found = findings(notes, clauses(STAGES), as_of=date(2026, 6, 1))
    assert [(one.code, one.ref) for one in found] == [("stage_name", "report/2")]


@pytest.mark.parametrize(
    ("paid", "as_of", "found"),
    [
        ({}, "2026-06-05", []),
        ({}, "2026-06-06", [("payment_late", 1)]),
        ({"2026-06-05": 40_000}, "2026-07-01", []),
        ({"2026-06-05": 39_999}, "2026-06-07", [("payment_late", 2)]),
        ({"2026-06-05": 40_001}, "2026-07-01", [("payment_early", 0)]),
        ({"2026-05-07": 1}, "2026-05-09", [("payment_early", 0)]),
    ],
)
def test_stage_payments(paid: dict[str, int], as_of: str, found: list[tuple[str, int]]) -> None:
    said = findings(
        [a_note("2026-05-08", "主体封顶")],
        clauses(TOPPED, PAYMENT),
        as_of=date.fromisoformat(as_of),
        paid={date.fromisoformat(day): fen for day, fen in paid.items()},
        contract_fen=100_000,
    )
    assert [(one.code, one.days) for one in said] == found


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([], "document"),
        ({"schema": "siteprogress.clauses/9", "clauses": []}, "schema"),
        (a_document({**TOPPED, "deadline": "soon"}), "clauses.0.milestone.deadline"),
        (a_document({**TOPPED, "words": []}), "clauses.0.milestone.words"),
        (a_document(TOPPED, {**TOPPED, "milestone": "other"}), "clauses.number"),
        (a_document(TOPPED, {**TOPPED, "number": "6"}), "clauses.milestone"),
        (a_document(PAYMENT), "clauses.0.milestone"),
        (a_document(TOPPED, *({**PAYMENT, "number": str(n)} for n in range(3))), "clauses.share_bp"),
        (a_document(PHOTOS, {**PHOTOS, "number": "8"}), "clauses.kind"),
    ],
)
def test_faults_of_a_document_have_a_place(document: Any, where: str) -> None:
    assert [fault.where for fault in clause_faults(document)] == [where]
    with pytest.raises(CheckRefused, match=where.replace(".", r"\.")):
        read_clauses(document)
