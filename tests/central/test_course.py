"""What a course tells the rules at midnights: the books, the project's life, and the builder's own word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from central.assess import ProjectFacts, assess
from central.domain import Assessment, FundEntry, FundKind, LifeEvent, Observation, SourceKind, Subject
from central.plan.calendar import midnight
from tests.central.build import START, a_building, a_project, an_item, an_observation, at, in_force

WHOLE = Subject(kind="project", id="p1")


def a_site(*, weights: tuple[int, ...] = (10_000,)) -> ProjectFacts:
    """One building of items that take 100 days each, side by side."""
    items = tuple(an_item(f"i{n}", weight_bp=weight, plan=((100, 10_000),)) for n, weight in enumerate(weights))
    return ProjectFacts(plans=in_force((0, a_project(a_building(items=items)))))


def seen(value: float, day: float, *, kind: SourceKind = "camera", item: str = "i0") -> Observation:
    return an_observation(value, day, item=item, kind=kind, source={"camera": "gw1"}.get(kind, f"a {kind}"))


def steadily(*, until: float, item: str = "i0") -> tuple[Observation, ...]:
    return tuple(seen(n / 200, n / 2, item=item) for n in range(round(2 * until)))


def paid(number: int, kind: FundKind, day: int, amount: int, *, line: str = "works") -> FundEntry:
    return FundEntry(
        voucher=f"v{number}",
        project="p1",
        kind=kind,
        day=START + timedelta(days=day),
        amount_fen=amount * 1_000_000,
        line=line,
    )


def raised(found: Assessment, rule: str) -> list[tuple[str, str | None, float]]:
    """(subject, level, days after the start) of each rise of a rule's warnings."""
    return [
        (c.subject.id, c.level, (c.at - at(0)) / timedelta(days=1))
        for c in found.changes
        if c.rule == rule and c.event in ("raised", "escalated")
    ]


@pytest.mark.parametrize(("claimed", "level"), [(0.44, "blue"), (0.52, "yellow"), (0.72, "red")])
def test_a_claim_above_what_is_seen_is_told_at_midnight(claimed: float, level: str) -> None:
    facts = replace(a_site(), observations=(*steadily(until=40), seen(claimed, 35.3, kind="self_report")))
    found = assess(facts, now=at(36.5))
    assert [(subject, said) for subject, said, _ in raised(found, "report_vs_seen")][-1] == ("p1", level)
    assert {day % 1 for _, _, day in raised(found, "report_vs_seen")} == {0.0}


def test_a_claim_that_others_have_seen_come_true_is_none_any_more() -> None:
    facts = replace(a_site(), observations=(*steadily(until=60), seen(0.42, 35.3, kind="self_report")))
    changes = [c for c in assess(facts, now=at(60)).changes if c.rule == "report_vs_seen"]
    assert [c.event for c in changes][-1:] in ([], ["cleared"])


def test_items_without_a_claim_count_as_they_are_seen() -> None:
    site = a_site(weights=(5000, 5000))
    claim = seen(0.55, 35.3, kind="self_report")
    facts = replace(site, observations=(*steadily(until=40), *steadily(until=40, item="i1"), claim))
    assert [said for _, said, _ in raised(assess(facts, now=at(36.5)), "report_vs_seen")] == ["blue"]


def test_money_is_judged_when_its_day_is_over_by_line_and_in_all() -> None:
    books = (paid(1, "budget", -30, 100), paid(2, "budget", -30, 100, line="design"), paid(3, "pay", 10, 115))
    found = assess(replace(a_site(), entries=books, observations=steadily(until=20)), now=at(20))
    assert raised(found, "overspend") == [("p1/works", "yellow", 11.0)]
    newest = [d for d in found.deviations if d.subject == WHOLE][-1]
    assert newest.pay_gap_bp is not None
    assert newest.cpi_bp is not None


def test_an_entry_that_is_posted_twice_counts_once() -> None:
    books = (paid(1, "budget", -30, 100), paid(3, "pay", 10, 60))
    facts = replace(a_site(), entries=(*books, *books))
    assert assess(facts, now=at(20)) == assess(replace(facts, entries=books), now=at(20))


def test_what_happens_on_a_day_is_known_when_the_day_is_over() -> None:
    """A37: signed on 31 January, high risk from 1 August 00:00; a start on the due day is in time."""
    project = replace(a_project(start=date(2024, 2, 5)), finish=date(2025, 2, 5))
    signed = LifeEvent(project="p1", kind="signed", day=date(2024, 1, 31))

    def reds(*more: LifeEvent) -> list[object]:
        facts = ProjectFacts(plans=in_force((0, project)), events=(signed, *more))
        changes = assess(facts, now=midnight(date(2024, 9, 1))).changes
        return [c.at for c in changes if c.rule == "not_started" and c.level == "red"]

    assert reds() == [midnight(date(2024, 8, 1))]
    assert reds(LifeEvent(project="p1", kind="started", day=date(2024, 7, 31))) == []


def test_interior_work_that_no_camera_sees_is_no_progress_and_no_certainty() -> None:
    """Nothing is claimed of it: it stays at what was last said, its sigma grows, half of the weight is uncovered."""
    site = a_site(weights=(5000, 5000))
    found = assess(replace(site, observations=steadily(until=40)), now=at(40))
    newest = [p for p in found.progress if p.subject == "b1"][-1]
    assert newest.coverage_bp == 5000
    assert newest.sigma_bp > 2000
    assert {c.level for c in found.changes if c.rule in ("schedule_gap", "time_lag")} <= {"blue", None}
    visit = an_observation(0.40, 39.5, item="i1", kind="inspector", source="li")
    visited = assess(replace(site, observations=(*steadily(until=40), visit)), now=at(40))
    newest = [p for p in visited.progress if p.subject == "b1"][-1]
    assert (newest.coverage_bp, newest.sigma_bp < 500) == (10_000, True)
