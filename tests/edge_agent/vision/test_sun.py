"""Where the sun stands, against published almanac values."""

from datetime import UTC, datetime

import pytest

from edge_agent.vision.sun import LightByHour, elevation_deg
from wire.scene.shapes import Place


@pytest.mark.parametrize(
    ("at", "latitude", "longitude", "expected_deg"),
    [
        # At noon on the equator at the equinoxes the sun stands overhead, at the solstices 23.4° off.
        ("2026-03-20T12:07:00", 0.0, 0.0, 90.0),
        ("2026-06-21T12:02:00", 0.0, 0.0, 66.6),
        # Noon at Greenwich: 90 − 51.48 ± 23.44.
        ("2026-06-21T12:02:00", 51.48, 0.0, 61.96),
        ("2026-12-21T11:58:00", 51.48, 0.0, 15.08),
        # Shanghai: noon is at 04:00 UTC, midnight twelve hours later.
        ("2026-06-21T03:56:00", 31.2, 121.5, 82.24),
        ("2026-06-21T15:56:00", 31.2, 121.5, -35.36),
        # Midnight sun at 70° north.
        ("2026-06-21T00:02:00", 70.0, 0.0, 3.44),
    ],
)
def test_elevation(at: str, latitude: float, longitude: float, expected_deg: float) -> None:
    when = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert elevation_deg(when, Place(latitude=latitude, longitude=longitude)) == pytest.approx(expected_deg, abs=0.6)


@pytest.mark.parametrize(
    ("looks", "hour", "night", "day"),
    [
        (0, 3, False, False),  # nothing learned accuses of nothing
        (2, 3, False, False),
        (3, 15, True, False),
        (3, 9, False, True),
        (3, 12, False, False),  # beside a bright hour: dusk moves with the season
    ],
)
def test_hours_are_known_after_three_looks(looks: int, hour: int, night: bool, day: bool) -> None:
    curve = LightByHour()
    for d in range(looks):
        for h in range(24):
            curve = curve.after(datetime(2026, 9, 1 + d, h, tzinfo=UTC), 20.0 if 12 <= h < 22 else 180.0)
    at = datetime(2026, 9, 9, hour, tzinfo=UTC)
    assert (curve.is_night(at), curve.is_day(at)) == (night, day)
