"""The bulletin of the 1st: made by the clock, ranked, frozen, and the same whenever it is read or made again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from central.jobs import JOBS, Scheduler
from central.plan.calendar import midnight
from central.reassess import reassess
from central.store.engine import reading, writing
from central.store.instants import to_ms
from tests.central.api.district import Centre

MAY, JUNE_FIRST = date(2026, 5, 1), midnight(date(2026, 6, 1))
BY_CLOCK = tuple(job for job in JOBS if job.name in ("quality_month", "reports"))


def beat(centre: Centre, now: datetime) -> None:
    """One beat of the centre's jobs about the bulletin."""
    Scheduler(engine=centre.engine, holder="test", ran=lambda: None, jobs=BY_CLOCK, now=lambda: now).beat()


def bulletin(centre: Centre) -> dict[str, Any]:
    """May's, as the API tells it."""
    answer = centre.client("leader").get("/api/v1/quality", params={"month": str(MAY)})
    found: dict[str, Any] = answer.json()
    return found


def reports(centre: Centre) -> list[tuple[str, str]]:
    """Bulletins of May that were made: of whom, and the digest."""
    wanted = text("SELECT about, sha256 FROM report WHERE kind = 'quality' AND period = :month ORDER BY about")
    with reading(centre.engine) as connection:
        return [(row.about, row.sha256) for row in connection.execute(wanted, {"month": MAY})]


@pytest.mark.requirement("A48")
def test_the_bulletin_of_the_1st_is_made_by_the_clock_ranked_and_frozen(own_centre: Centre) -> None:
    """A48: on the 1st of the next month, ranked, reproducible."""
    beat(own_centre, JUNE_FIRST - timedelta(minutes=1))
    own_centre.wall.at = JUNE_FIRST
    running = bulletin(own_centre)
    assert not running["frozen"]
    beat(own_centre, JUNE_FIRST)
    frozen = bulletin(own_centre)
    assert frozen["frozen"]
    assert [one["rank"] for one in frozen["units"]] == [1, 2]
    assert {one["unit"] for one in frozen["units"]} == {"区住建局", "区教育局"}
    assert reports(own_centre) == []  # at eight, when somebody is there
    beat(own_centre, JUNE_FIRST + timedelta(hours=8))
    made = reports(own_centre)
    with reading(own_centre.engine) as connection:  # documents are made when somebody asks, not while the job writes
        assert connection.execute(text("SELECT count(*) FROM report_file")).scalar_one() == 0
    assert [about for about, _ in made] == ["", "区住建局", "区教育局"]
    with writing(own_centre.engine) as connection:  # what comes late, and whoever asks again, changes nothing of May
        connection.execute(text("UPDATE record SET received_at = received_at + 864000000"))
        row = {"late": to_ms(JUNE_FIRST)}
        connection.execute(text("DELETE FROM job_run WHERE scheduled_at >= :late"), row)
    beat(own_centre, JUNE_FIRST + timedelta(hours=8, minutes=1))
    beat(own_centre, JUNE_FIRST + timedelta(days=3))
    assert bulletin(own_centre) == frozen
    assert reports(own_centre) == made


@pytest.mark.requirement("B24")
def test_who_answers_for_a_unit_is_told_once_what_was_short_in_its_data(own_centre: Centre) -> None:
    """B24: the unit's steward (绩效专员), else whoever sits there, receives the month's data-quality items."""
    with writing(own_centre.engine) as connection:
        connection.execute(
            text("INSERT INTO org_unit VALUES ('zj', NULL, 'department', '区住建局', '', 'unit', 1, 0, 1)")
        )
    for later in (0, 1, 24):
        beat(own_centre, JUNE_FIRST + timedelta(hours=8 + later))
    wanted = text("SELECT person, about, body_zh FROM notification WHERE kind = 'bulletin' ORDER BY id")
    with reading(own_centre.engine) as connection:
        told = connection.execute(wanted).all()
    assert [(row.person, row.about) for row in told] == [("unit", "quality/2026-05/区住建局")]
    counts = next(one for one in bulletin(own_centre)["units"] if one["unit"] == "区住建局")["counts"]
    assert f"未报 {counts['expected'] - counts['received']} / {counts['expected']}" in told[0].body_zh


def test_the_score_of_a_project_whose_units_data_were_poor_says_so(own_centre: Centre) -> None:
    """数据质量不足 under 60 in the last frozen month before the score; what is disputed is marked on the project."""
    client = own_centre.client("leader")
    before = client.get("/api/v1/projects/qp/score").json()
    assert (before["poor_data"], before["quality_month"]) == (False, None)
    beat(own_centre, JUNE_FIRST)
    reassess(own_centre.engine, "qp", JUNE_FIRST + timedelta(hours=2))
    after = client.get("/api/v1/projects/qp/score").json()
    own_centre.wall.at = JUNE_FIRST
    unit = next(one for one in bulletin(own_centre)["units"] if one["unit"] == "区住建局")
    assert unit["insufficient"]
    assert (after["poor_data"], after["quality_month"], after["quality_bp"]) == (True, "2026-05-01", unit["total_bp"])
