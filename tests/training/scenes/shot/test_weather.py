"""Sun and sky are where the date and the hour put them."""

from datetime import UTC, datetime

import numpy as np
import pytest

from training.scenes.shot.sky import SIZE, sky_image
from training.scenes.shot.weather import KINDS, TRAIN_SHARES, make_weather, sun_direction


@pytest.mark.parametrize(("month", "hour", "height_deg"), [(6, 12, 83.4), (12, 12, 36.6), (3, 6, 0.0), (6, 0, -36.6)])
def test_sun_height_at_thirty_degrees_north(month: int, hour: int, height_deg: float) -> None:
    up = sun_direction(datetime(2026, month, 21, hour, tzinfo=UTC), latitude=30.0, north=0.0)[2]
    assert np.degrees(np.arcsin(up)) == pytest.approx(height_deg, abs=1.0)


def test_the_morning_sun_is_in_the_east_and_north_turns_it() -> None:
    morning = datetime(2026, 3, 21, 9, tzinfo=UTC)
    assert sun_direction(morning, latitude=30, north=0.0)[0] > 0.5
    assert sun_direction(morning, latitude=30, north=np.pi)[0] < -0.5


def test_training_shares_are_a_distribution() -> None:
    assert sum(TRAIN_SHARES) == pytest.approx(1.0) and len(TRAIN_SHARES) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_weather_gives_light_and_a_sky(kind: str) -> None:
    weather = make_weather(
        kind,
        datetime(2026, 5, 3, 10, tzinfo=UTC),
        latitude=30,
        north=0.4,
        view_azimuth=1.0,
        rng=np.random.default_rng(4),
    )
    sky = sky_image(weather, rng=np.random.default_rng(5))
    assert sky.shape == (*SIZE, 3) and np.isfinite(sky).all() and sky.min() >= 0
    assert weather.haze_m > 20 and weather.lamps == (kind in ("dusk", "night"))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="weather kind 'hail', expected one of clear"):
        make_weather(
            "hail", datetime(2026, 5, 3, tzinfo=UTC), latitude=30, north=0, view_azimuth=0, rng=np.random.default_rng(0)
        )
