"""Sheets: what they come to, what they are refused for, and that the same sheet is the same bytes."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain import Text
from central.scoring.indicator import Value
from central.scoring.leaf import LeafError
from central.scoring.sheet import OVERRIDE, Sheet, SheetError, canonical, checked, marks, parse, scored, sheet_id
from tests.central.scoring.sheets import a_plain_sheet, a_set, a_sheet, a_value, an_indicator


def test_total_is_the_weighted_sum_and_each_leaf_explains_itself() -> None:
    sheet = a_sheet(
        (an_indicator("a", target=80.0), 0.6, Value(indicator="a", value=40.0, state="measured", refs=("g/e/1",))),
        (an_indicator("b", kind="lower", target=5.0, unit="d", digits=1), 0.4, a_value("b", 4.0)),
    )
    score = scored(sheet)
    assert score.total == 0.6 * 50 + 0.4 * 100
    assert score.grade == "中"
    assert score.rule_version == "sheet-1/project/p1/1"
    first, second = score.contributions
    assert (first.value, first.leaf_score, first.points, first.refs) == ("40.00%", 50.0, 30.0, ("g/e/1",))
    assert first.formula == "100 × min(1, 40.00 / 80)"
    assert (second.value, second.formula) == ("4.0d", "100 if 4.0 ≤ 5 else 100 × 5 / 4.0")


@pytest.mark.parametrize(
    ("state", "total"), [("missing", 50.0), ("not_due", 100.0), ("not_applicable", 100.0), ("too_few", 50.0)]
)
def test_what_is_missing_earns_nothing_and_what_is_not_due_has_no_weight(state: str, total: float) -> None:
    value = 12.0 if state == "too_few" else None
    absent = Value(indicator="b", value=value, state=state)  # type: ignore[arg-type]
    sheet = a_sheet((an_indicator("a"), 0.5, a_value("a")), (an_indicator("b", kind="survey"), 0.5, absent))
    score = scored(sheet)
    assert score.total == total
    assert sum(one.weight for one in score.contributions) == 1.0
    assert score.contributions[1].points == 0.0


def test_nothing_due_has_no_total_and_no_grade() -> None:
    score = scored(a_sheet((an_indicator("a"), 1.0, a_value("a", None, state="not_due"))))
    assert (score.total, score.grade, score.contributions[0].weight) == (None, None, 0.0)


@pytest.mark.parametrize(("points", "name"), [(89.995, "良"), (90.0, "优")])
def test_the_grade_is_of_the_unrounded_total(points: float, name: str) -> None:
    assert scored(a_plain_sheet(points, points, points)).grade == name


def test_marks_of_poor_data_low_targets_small_samples_and_overrides() -> None:
    overridden = Value(
        indicator="c", value=1.0, state="entered", version=OVERRIDE, note=Text(zh="自动值 2", en="measured 2")
    )
    sheet = a_sheet(
        (an_indicator("a", target=10.0), 0.4, a_value("a", 14.0)),
        (an_indicator("b", kind="survey"), 0.3, a_value("b", 90.0, state="too_few")),
        (an_indicator("c"), 0.3, overridden),
        data_quality=59.99,
    )
    found = [(mark.code, mark.indicator) for mark in marks(sheet)]
    assert found == [("poor_data", ""), ("target_too_low", "a"), ("too_few", "b"), ("overridden", "c")]
    assert not [mark for mark in marks(replace(sheet, data_quality=60.0)) if mark.code == "poor_data"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: replace(s, values=()), "values of"),
        (lambda s: replace(s, values=(a_value("other"),)), "in this order"),
        (lambda s: replace(s, values=(a_value("a", 1.0, state="missing"),)), "expected none"),
        (lambda s: replace(s, values=(a_value("a", None, state="measured"),)), "expected a number"),
        (lambda s: replace(s, values=(a_value("a", nan),)), "finite"),
        (lambda s: replace(s, set=a_set((an_indicator("a"), 0.9))), "weights sum to 0.9"),
        (lambda s: replace(s, set=a_set()), "one or more"),
    ],
)
def test_a_sheet_that_is_not_whole_is_refused(change: object, said: str) -> None:
    sheet: Sheet = change(a_sheet((an_indicator("a"), 1.0, a_value("a"))))  # type: ignore[operator]
    with pytest.raises(SheetError, match=said):
        checked(sheet)


def test_a_sheet_with_a_target_that_nothing_can_be_measured_by_is_refused() -> None:
    with pytest.raises(LeafError, match=r"target 0\.0"):
        scored(a_sheet((an_indicator("a", target=0.0), 1.0, a_value("a"))))


@given(
    points=st.lists(st.floats(min_value=0, max_value=100), min_size=1, max_size=9),
    raw=st.lists(st.integers(min_value=1, max_value=99), min_size=9, max_size=9),
)
def test_bytes_and_back_are_the_same_sheet_and_score(points: list[float], raw: list[int]) -> None:
    weights = [one / sum(raw[: len(points)]) for one in raw[: len(points)]]
    sheet = a_plain_sheet(*points, weights=weights)
    again = parse(canonical(sheet))
    assert again == sheet
    assert canonical(again) == canonical(sheet)
    assert scored(again) == scored(sheet)
    total = scored(sheet).total
    assert total is not None
    assert isclose(total, sum(w * p for w, p in zip(weights, points, strict=True)), abs_tol=1e-9)


def test_whole_numbers_and_floats_are_the_same_bytes() -> None:
    whole = a_sheet((an_indicator("a", target=95), 1, a_value("a", 95)))
    assert sheet_id(whole) == sheet_id(a_sheet((an_indicator("a", target=95.0), 1.0, a_value("a", 95.0))))


def test_any_difference_is_another_id() -> None:
    sheet = a_plain_sheet(80.0)
    others = [
        a_plain_sheet(80.00000000000001),
        replace(sheet, author="zhang"),
        replace(sheet, kind="self"),
        replace(sheet, data_quality=10.0),
    ]
    assert len({sheet_id(one) for one in [sheet, *others]}) == 5


@pytest.mark.parametrize("spelled", [b"", b"[]", b"{}", b"\xff", b'{"subject": {"kind": "moon", "id": "x"}}'])
def test_bytes_that_are_no_sheet_are_refused(spelled: bytes) -> None:
    with pytest.raises(SheetError, match="bytes of a sheet"):
        parse(spelled)
