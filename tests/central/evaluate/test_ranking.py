"""Ranking and streaks: ties, small groups, shares, second periods in a row (A46 E20 E29 E32)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain import Subject
from central.evaluate.ranking import Judged, Ranking, bottom_count, ranked, top_count
from central.evaluate.streak import streaks
from central.scoring.period import period_of

QUARTERS = [period_of(f"{year}-Q{nth}") for year in (2025, 2026) for nth in (1, 2, 3, 4)]
TEN = [f"U{nth}" for nth in range(1, 11)]


def results(order: Sequence[str], *, kind: str = "unit", totals: Sequence[float] | None = None) -> list[Judged]:
    """Results of subjects in this order, best first, a point apart unless told."""
    given = totals or [99.0 - nth for nth in range(len(order))]
    return [
        Judged(subject=Subject(kind=kind, id=name), total=total, refs=(f"sheet-{name}",))  # type: ignore[arg-type]
        for name, total in zip(order, given, strict=True)
    ]


def ranking(period: str, order: Sequence[str], *, kind: str = "unit", **more: object) -> Ranking:
    """The ranking of one group."""
    judged = results(order, kind=kind, **more)  # type: ignore[arg-type]
    (found,) = ranked(judged, groups={one.subject: "g" for one in judged}, period=period_of(period))
    return found


def at_rank(name: str, rank: int, names: Sequence[str] = TEN) -> list[str]:
    """The names with one at this rank."""
    others = [one for one in names if one != name]
    return [*others[: rank - 1], name, *others[rank - 1 :]]


def found(kind: str, *rankings: Ranking, changed: dict[Subject, date] | None = None) -> list[str]:
    """Ids of the subjects with that streak at the last of these rankings."""
    last = rankings[-1]
    return [
        one.subject.id for one in streaks(rankings, group="g", period=last.period, changed=changed) if one.kind == kind
    ]


@pytest.mark.parametrize(
    ("totals", "ranks", "bottom", "top"),
    [
        ([90, 80, 70, 60, 50], [1, 2, 3, 4, 5], [4], [0]),
        ([90, 90, 70, 60, 50], [1, 1, 3, 4, 5], [4], [0, 1]),
        ([90, 80, 70, 50, 50], [1, 2, 3, 4, 4], [], [0]),  # who shares the place before is not the bottom
        ([70] * 5, [1] * 5, [], [0, 1, 2, 3, 4]),
        ([89.995, 89.994, 89.9949999, 60, 50], [1, 3, 2, 4, 5], [4], [0]),  # before any rounding
    ],
)
def test_ties_share_a_place_and_the_next_is_skipped(
    totals: list[float], ranks: list[int], bottom: list[int], top: list[int]
) -> None:
    names = [f"u{nth}" for nth in range(5)]
    places = ranking("2025-Q1", names, totals=totals)
    assert [one.rank for name in names if (one := places.of(Subject(kind="unit", id=name)))] == ranks
    assert sorted(one.subject.id for one in places.places if one.bottom) == [f"u{nth}" for nth in bottom]
    assert sorted(one.subject.id for one in places.places if one.top) == [f"u{nth}" for nth in top]


@pytest.mark.parametrize(("n", "bottom", "top"), [(5, 1, 1), (7, 1, 1), (10, 1, 2), (11, 2, 2), (20, 2, 4), (25, 3, 5)])
def test_the_bottom_is_rounded_up_and_the_top_down(n: int, bottom: int, top: int) -> None:
    assert (bottom_count(n), top_count(n)) == (bottom, top)
    places = ranking("2025", [f"u{nth:02}" for nth in range(n)]).places
    assert sum(one.bottom for one in places) == bottom
    assert sum(one.top for one in places) == top


def test_fewer_than_five_are_listed_by_name_without_ranks() -> None:
    few = ranking("2025-Q1", ["d", "b", "c", "a"])
    assert few.state == "too_few"
    assert [(one.subject.id, one.rank, one.bottom, one.top, one.first, one.last) for one in few.places] == [
        (name, None, False, False, False, False) for name in "abcd"
    ]


def test_only_like_is_ranked_with_like() -> None:
    judged = results([*(f"street{n}" for n in range(5)), *(f"department{n}" for n in range(6)), "stray"])
    groups = {one.subject: one.subject.id[:-1] for one in judged if one.subject.id != "stray"}
    departments, streets = ranked(judged, groups=groups, period=period_of("2025-Q1"))
    assert (streets.group, streets.n, departments.group, departments.n) == ("street", 5, "department", 6)
    assert [one.rank for one in departments.places] == [1, 2, 3, 4, 5, 6]
    assert all(one.subject.id != "stray" for one in (*streets.places, *departments.places))


@given(st.permutations(results(TEN, totals=[90, 90, 85, 80.5, 80.5, 80.5, 70, 60, 50, 50])))
def test_the_order_in_which_results_come_does_not_matter(judged: list[Judged]) -> None:
    period, groups = period_of("2025-Q1"), {one.subject: "g" for one in judged}
    (one,) = ranked(judged, groups=groups, period=period)
    (other,) = ranked(sorted(judged, key=lambda j: j.subject), groups=groups, period=period)
    assert one == other
    assert one.digest == other.digest


def test_a_subject_that_comes_twice_or_a_total_beyond_reason_is_refused() -> None:
    twice = [*results(TEN), *results(["U1"])]
    with pytest.raises(ValueError, match="expected one result in 2025-Q1"):
        ranked(twice, groups={}, period=period_of("2025-Q1"))
    for total in (float("nan"), float("inf"), 100.1, -0.1):
        wrong = [replace(one, total=total) for one in results(TEN)]
        with pytest.raises(ValueError, match="expected 0 to 100"):
            ranked(wrong, groups={one.subject: "g" for one in wrong}, period=period_of("2025-Q1"))


def test_a_hair_over_a_hundred_is_a_hundred() -> None:
    places = ranking("2025-Q1", TEN[:5], totals=[100.00000000000001, 100.0, 99, 98, 97]).places
    assert [one.rank for one in places] == [1, 1, 3, 4, 5]


@pytest.mark.parametrize(
    ("ranks", "bottom"),
    [
        ({"2025-Q1": 10, "2025-Q2": 10}, True),
        ({"2025-Q1": 10, "2025-Q2": 9}, False),
        ({"2025-Q1": 10, "2025-Q3": 10}, False),  # not consecutive
        ({"2025-Q1": 10, "2025-Q2": 5, "2025-Q3": 10}, False),
        ({"2025-Q4": 10, "2026-Q1": 10}, True),
        ({"2025-Q2": 10}, False),
    ],
)
def test_two_quarters_at_the_bottom(ranks: dict[str, int], bottom: bool) -> None:
    rankings = [ranking(period, at_rank("U7", rank)) for period, rank in ranks.items()]
    assert ("U7" in found("bottom_quarters", *rankings)) is bottom


def test_fewer_than_five_have_no_rule_and_break_a_streak() -> None:
    few = ["U1", "U2", "U3", "U7"]
    assert found("bottom_quarters", ranking("2025-Q1", few), ranking("2025-Q2", few)) == []
    last = [at_rank("U7", 10), few, at_rank("U7", 10)]
    rankings = [ranking(f"2025-Q{nth}", order) for nth, order in enumerate(last, 1)]
    assert found("bottom_quarters", *rankings) == []


def test_what_was_merged_or_is_new_begins_anew() -> None:
    both = ranking("2025-Q1", at_rank("U7", 10)), ranking("2025-Q2", at_rank("U7", 10))
    u7 = Subject(kind="unit", id="U7")
    assert found("bottom_quarters", *both, changed={u7: date(2025, 4, 1)}) == []  # merged when the second began
    assert found("bottom_quarters", *both, changed={u7: date(2025, 2, 1)}) == []  # within the first
    assert found("bottom_quarters", *both, changed={u7: date(2025, 1, 1)}) == ["U7"]
    new = ranking("2025-Q1", [one for one in TEN if one != "U7"]), both[1]
    assert found("bottom_quarters", *new) == []


def test_a_longer_run_says_how_long() -> None:
    rankings = [ranking(f"2025-Q{nth}", at_rank("U7", 10)) for nth in (1, 2, 3)]
    (run,) = (one for one in streaks(rankings, group="g", period=period_of("2025-Q3")) if one.kind == "bottom_quarters")
    assert (run.length, run.ranks, [one.name for one in run.periods]) == (
        3, (10, 10, 10), ["2025-Q1", "2025-Q2", "2025-Q3"],
    )  # fmt: skip
    assert run.refs == ("sheet-U7",) * 3


@pytest.mark.parametrize(
    ("ranks", "first"), [({"2025-Q1": 1, "2025-Q2": 1}, True), ({"2025-Q1": 1, "2025-Q2": 2}, False),
                         ({"2025-Q1": 1, "2025-Q3": 1}, False)],
)  # fmt: skip
def test_first_in_two_quarters(ranks: dict[str, int], first: bool) -> None:
    rankings = [ranking(period, at_rank("U3", rank)) for period, rank in ranks.items()]
    assert ("U3" in found("first_quarters", *rankings)) is first


@pytest.mark.parametrize(
    ("ranks", "last"), [({"2024": 10, "2025": 10}, True), ({"2024": 10, "2025": 9}, False),
                        ({"2023": 10, "2025": 10}, False)],
)  # fmt: skip
def test_last_in_two_years(ranks: dict[str, int], last: bool) -> None:
    rankings = [ranking(period, at_rank("U7", rank)) for period, rank in ranks.items()]
    assert (found("last_years", *rankings) == ["U7"]) is last


@pytest.mark.parametrize(
    ("n", "before", "now", "listed"),
    [(25, 5, 4, True), (25, 5, 6, False), (25, 6, 5, False), (7, 1, 1, True), (7, 1, 2, False), (7, 2, 2, False),
     (4, 1, 1, False)],
)  # fmt: skip
def test_the_top_of_two_years_is_for_persons(n: int, before: int, now: int, listed: bool) -> None:
    names = [f"p{nth:02}" for nth in range(n)]
    rankings = [
        ranking(period, at_rank("p03", rank, names), kind="person")
        for period, rank in (("2024", before), ("2025", now))
    ]
    assert ("p03" in found("top_years", *rankings)) is listed
    units = [ranking(period, at_rank("p03", 1, names)) for period in ("2024", "2025")]
    assert found("top_years", *units) == []


def test_another_group_or_kind_of_period_makes_no_streak() -> None:
    first, second = ranking("2025-Q1", at_rank("U7", 10)), ranking("2025-Q2", at_rank("U7", 10))
    assert found("bottom_quarters", replace(first, group="other"), second) == []
    assert streaks([first, second], group="g", period=period_of("2025-Q3")) == ()
    assert found("last_years", first, second) == []
