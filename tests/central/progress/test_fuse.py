"""The fold against the vectors of domain.md §5.5, and its behaviour at the edges."""

from __future__ import annotations

from itertools import permutations

import pytest

from central.domain import Observation, Progress, SourceKind
from central.plan.calendar import calendar_of
from central.plan.planned import item_curve
from central.progress.fuse import Setting, fuse, setting_of
from central.progress.profile import PACED, STATIONARY, FusionProfile
from central.progress.rollup import roll_up
from tests.central.build import a_building, a_project, an_item, an_observation, at


def a_setting(*, days: int = 90, profile: FusionProfile = STATIONARY) -> Setting:
    item = an_item("b1-i1", plan=((days, 10_000),))
    project = a_project(a_building(items=(item,)))
    calendar = calendar_of(project)
    return setting_of(item, item_curve(item, project, calendar), calendar, profile=profile)


VECTOR = (
    an_observation(0.12, 10, conf=0.9),
    an_observation(0.22, 20, conf=0.8),
    an_observation(0.25, 21, kind="inspector", source="li"),
    an_observation(0.30, 30, conf=0.85),
)


@pytest.mark.parametrize(
    ("seen", "value", "sigma"),
    [(1, 0.1049, 0.0591), (2, 0.2055, 0.0627), (3, 0.2422, 0.0272), (4, 0.2911, 0.0599)],
)
def test_vectors_of_the_domain(seen: int, value: float, sigma: float) -> None:
    found = fuse(VECTOR[:seen], a_setting(), as_of=VECTOR[seen - 1].observed_at)
    assert (round(found.value, 4), round(found.variance**0.5, 4)) == (value, sigma)


def test_any_arrival_order_gives_the_same_bits() -> None:
    found = {fuse(order, a_setting(), as_of=at(30)).value for order in permutations(VECTOR)}
    assert [round(value, 10) for value in found] == [0.2910858667]


def test_silence_widens_and_does_not_move() -> None:
    found = fuse(VECTOR, a_setting(), as_of=at(50))
    assert (round(found.value, 4), round(found.variance**0.5, 4)) == (0.2911, 0.3387)


def test_roll_up_vector() -> None:
    parts = [a_part(value, sigma) for value, sigma in ((0.62, 0.03), (0.55, 0.05), (0.30, 0.12))]
    found = roll_up(parts, (4000, 3500, 2500), subject="b1", as_of=at(1))
    assert (round(found.value, 4), round(found.variance**0.5, 4)) == (0.5155, 0.0367)


def a_part(value: float, sigma: float) -> Progress:
    return Progress(
        subject="i", as_of=at(1), value=value, variance=sigma**2, coverage_bp=10_000, last_seen=None, refs=()
    )


def steady(*, days: int, until: float, per_day: float) -> list[Observation]:
    """Two exact readings a day of an item that works steadily for `days` days."""
    found = []
    for day in range(int(until)):
        for hour in (8, 16):
            when = day + hour / 24
            found.append(an_observation(min(1.0, when * per_day), when))
    return found


def test_a_steady_site_is_not_trailed() -> None:
    seen = steady(days=60, until=30, per_day=1 / 60)
    truth = seen[-1].value_bp / 10_000
    trailing = truth - fuse(seen, a_setting(days=60), as_of=at(30)).value
    paced = truth - fuse(seen, a_setting(days=60, profile=PACED), as_of=at(30)).value
    assert trailing > 0.03  # 2.3 days of a 60-day item: the stationary form trails
    assert abs(paced) < 0.006  # a third of a day


def test_cameras_of_one_gateway_count_once_an_hour() -> None:
    three = [an_observation(value, 10.01 + n / 1000, seq=n) for n, value in enumerate((0.10, 0.12, 0.30))]
    one = [an_observation(0.12, 10.012, seq=2)]
    several, single = (fuse(seen, a_setting(), as_of=at(11)) for seen in (three, one))
    assert (several.value, several.variance) == (single.value, single.variance)
    assert len(several.refs) == 3


def test_two_gateways_count_twice() -> None:
    one = [an_observation(0.12, 10)]
    two = [*one, an_observation(0.12, 10, source="gw2")]
    assert fuse(two, a_setting(), as_of=at(11)).variance < fuse(one, a_setting(), as_of=at(11)).variance


def test_an_outlier_is_set_aside_and_named() -> None:
    seen = steady(days=60, until=20, per_day=1 / 60)
    wild = an_observation(0.95, 20.3)
    found = fuse([*seen, wild], a_setting(days=60), as_of=at(21))
    assert found.value == fuse(seen, a_setting(days=60), as_of=at(21)).value
    assert found.quarantined == (wild.ref,)


def test_an_outlier_that_the_source_takes_back_stays_rejected() -> None:
    seen = steady(days=60, until=20, per_day=1 / 60)
    wild = an_observation(0.95, 20.3)
    found = fuse([*seen, wild, an_observation(0.34, 20.6)], a_setting(days=60), as_of=at(21))
    assert (found.quarantined, found.review) == ((wild.ref,), ())


@pytest.mark.parametrize(
    ("source", "hours_later", "released"),
    [("gw2", 47, True), ("gw2", 49, False), ("gw1", 12, False)],
)
def test_a_second_source_within_48_hours_releases(source: str, hours_later: int, released: bool) -> None:
    seen = [an_observation(0.30, 20), an_observation(0.31, 20.5)]
    wild = an_observation(0.80, 21)
    again = an_observation(0.82, 21 + hours_later / 24, source=source)
    found = fuse([*seen, wild, again], a_setting(days=300), as_of=at(24))
    assert (found.value > 0.7) is released
    assert (wild.ref in found.quarantined) is not released


def test_a_self_report_supports_nobody_and_lifts_little() -> None:
    seen = [an_observation(0.30, 20), an_observation(0.31, 20.5), an_observation(0.80, 21)]
    boast = an_observation(0.80, 21.2, kind="self_report", source="contractor")
    assert fuse([*seen, boast], a_setting(days=300), as_of=at(24)).value < 0.37
    mild = an_observation(0.45, 40, kind="self_report", source="contractor")
    before = fuse(seen[:2], a_setting(), as_of=at(40)).value
    assert fuse([*seen[:2], mild], a_setting(), as_of=at(41)).value == pytest.approx(before + 0.05)


def test_one_camera_that_insists_for_a_day_is_believed_and_reviewed() -> None:
    seen = [an_observation(0.60, day / 2) for day in range(60, 80)]
    low = [an_observation(0.25, 40 + n / 3) for n in range(6)]
    setting = a_setting(days=300)
    doubtful = fuse([*seen, *low[:3]], setting, as_of=at(41))
    believed = fuse([*seen, *low], setting, as_of=at(42))
    assert doubtful.value > 0.55
    assert believed.value == pytest.approx(0.25, abs=0.02)
    assert believed.review == ("fall", "jump")


@pytest.mark.requirement("E08")
def test_an_inspector_settles_a_review() -> None:
    seen = [an_observation(0.60, day / 2) for day in range(60, 80)]
    low = [an_observation(0.25, 40 + n / 3) for n in range(6)]
    visit = an_observation(0.26, 42.5, kind="inspector", source="li")
    assert fuse([*seen, *low, visit], a_setting(days=300), as_of=at(43)).review == ()


@pytest.mark.parametrize("there", [0.05, 0.19, 0.4, 0.9])
def test_work_that_was_there_before_the_plan_began_is_accepted_at_first_sight(there: float) -> None:
    found = fuse([an_observation(there, 0.3)], a_setting(days=60, profile=PACED), as_of=at(1))
    assert found.value == pytest.approx(there, rel=0.12)
    assert (found.quarantined, found.review) == ((), ())


def test_a_first_boast_is_no_sight() -> None:
    boast = an_observation(0.6, 0.3, kind="self_report", source="contractor")
    assert fuse([boast], a_setting(days=60), as_of=at(1)).value <= 0.05


@pytest.mark.parametrize(
    ("day", "due", "value", "covered"),
    [(10, True, 0.5, True), (18, True, 0.5, False), (18, False, 0.5, True), (18, True, 1.0, True)],
)
def test_coverage(day: float, due: bool, value: float, covered: bool) -> None:
    seen = [an_observation(value, 9.5 + n / 10) for n in range(6)]
    found = fuse(seen, a_setting(days=10), as_of=at(day), due=due)
    assert found.coverage_bp == (10_000 if covered else 0)


@pytest.mark.parametrize(
    ("kind", "sigma"),
    [("camera", 0.06), ("inspector", 0.03), ("supervisor", 0.02), ("self_report", 0.10), ("document", 0.02)],
)
def test_each_kind_of_source_is_worth_its_sigma(kind: SourceKind, sigma: float) -> None:
    known = (an_observation(0.30, 30, kind="inspector", source="li"),)
    before = fuse(known, a_setting(), as_of=at(40)).variance
    word = an_observation(0.30, 40, kind=kind, source="one more")
    after = fuse((*known, word), a_setting(), as_of=at(40)).variance
    assert after == pytest.approx(before * sigma**2 / (before + sigma**2))


@pytest.mark.parametrize(("kind", "days"), [("camera", 7), ("inspector", 31), ("supervisor", 31), ("document", 31)])
def test_a_word_covers_its_item_for_its_time(kind: SourceKind, days: int) -> None:
    word = (an_observation(0.30, 10, kind=kind, source="one"),)
    until, after = (fuse(word, a_setting(), as_of=at(10 + days + shift)).coverage_bp for shift in (-0.01, 0.0))
    assert (until, after) == (10_000, 0)


def test_a_claim_lifts_again_only_after_someone_else_has_seen_more() -> None:
    seen = [an_observation(0.30, 20, kind="inspector", source="li")]
    boasts = [an_observation(0.90, 20 + n, kind="self_report", source="builder", seq=n) for n in range(1, 9)]
    lifted = fuse([*seen, *boasts], a_setting(), as_of=at(30))
    base = fuse(seen, a_setting(), as_of=at(20)).value
    assert lifted.value <= base + 0.05
    visit = an_observation(0.36, 30, kind="supervisor", source="jian")
    again = fuse(
        [*seen, *boasts, visit, an_observation(0.44, 31, kind="self_report", source="builder")],
        a_setting(),
        as_of=at(31),
    )
    assert lifted.value < again.value <= 0.36 + 0.01 + 0.05


def test_records_set_aside_for_ever_are_named_up_to_a_number() -> None:
    seen = steady(days=60, until=50, per_day=1 / 60)
    wild = [an_observation(0.02, day + 0.1, seq=n) for n, day in enumerate(range(8, 49))]
    found = fuse([*seen, *wild], a_setting(days=60), as_of=at(51))
    assert 0 < len(found.quarantined) <= 40
    assert wild[-1].ref in found.quarantined
