"""When reports are due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from central.report.due import first_at_eight


@pytest.mark.requirement("D21")
@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 6, 1, 0, 0, tzinfo=UTC), datetime(2026, 6, 1, 0, 0, tzinfo=UTC)),  # 08:00 in the district
        (datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC), datetime(2026, 5, 1, 0, 0, tzinfo=UTC)),
        (datetime(2026, 6, 30, 20, 0, tzinfo=UTC), datetime(2026, 6, 1, 0, 0, tzinfo=UTC)),  # the first, before eight
        (datetime(2026, 1, 15, 0, 0, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, tzinfo=UTC)),
    ],
)
def test_on_the_first_at_eight(now: datetime, due: datetime) -> None:
    assert first_at_eight(now) == due
