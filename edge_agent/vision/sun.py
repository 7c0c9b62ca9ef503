"""Where the sun stands, and what a camera's own days have taught about light by the hour of the clock."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from wire.scene.shapes import Place

HOURS = 24
LEARNS = 0.2  # weight of the newest look in an hour's light
HOUR_LOOKS = 3  # looks an hour must have given before it testifies
DARK_SHARE = 0.4  # of the brightest hour's light under which an hour counts as night


@dataclass(frozen=True, slots=True, kw_only=True)
class LightByHour:
    """Sky light (0–255) by UTC hour, a running mean, and how many looks each hour has given."""

    level: tuple[float, ...] = (0.0,) * HOURS
    looks: tuple[int, ...] = (0,) * HOURS

    @property
    def brightest(self) -> float | None:
        """Light of the brightest hour that was seen often enough; None before that."""
        seen = [level for level, looks in zip(self.level, self.looks, strict=True) if looks >= HOUR_LOOKS]
        return max(seen, default=None)

    def is_night(self, at: datetime) -> bool:
        """True when this hour and both its neighbours are known, and all of them dark beside the brightest."""
        brightest, hour = self.brightest, at.astimezone(UTC).hour
        around = [(hour + step) % HOURS for step in (-1, 0, 1)]
        if brightest is None or any(self.looks[h] < HOUR_LOOKS for h in around):
            return False
        return all(self.level[h] < DARK_SHARE * brightest for h in around)

    def is_day(self, at: datetime) -> bool:
        """True when this hour is known and about as bright as the brightest."""
        brightest, hour = self.brightest, at.astimezone(UTC).hour
        return brightest is not None and self.looks[hour] >= HOUR_LOOKS and self.level[hour] > 0.7 * brightest

    def after(self, at: datetime, light: float) -> "LightByHour":
        """The curve after one more look."""
        hour = at.astimezone(UTC).hour
        level, looks = list(self.level), list(self.looks)
        level[hour] = light if looks[hour] == 0 else (1 - LEARNS) * level[hour] + LEARNS * light
        looks[hour] = min(looks[hour] + 1, 1000)
        return LightByHour(level=tuple(level), looks=tuple(looks))


def elevation_deg(at: datetime, place: Place) -> float:
    """Elevation of the sun's centre without refraction, degrees; good to about 0.5° over this century.

    Low-precision solar coordinates of the Astronomical Almanac (mean longitude, mean anomaly, two-term equation of
    centre), then local sidereal time.
    """
    days = (at.astimezone(UTC) - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / 86400
    anomaly = math.radians((357.528 + 0.9856003 * days) % 360)
    mean_longitude = (280.460 + 0.9856474 * days) % 360
    ecliptic = math.radians(mean_longitude + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    tilt = math.radians(23.439 - 0.0000004 * days)
    declination = math.asin(math.sin(tilt) * math.sin(ecliptic))
    ascension = math.atan2(math.cos(tilt) * math.sin(ecliptic), math.cos(ecliptic))
    sidereal = math.radians((280.46062 + 360.98564737 * days + place.longitude) % 360)
    north, hour_angle = math.radians(place.latitude), sidereal - ascension
    height = math.sin(north) * math.sin(declination) + math.cos(north) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, height))))
