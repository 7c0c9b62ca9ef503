"""What several tests of the whole system stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import Broker
from tests.system.ordered import District, looked


@pytest.fixture
def district(tmp_path: Path, mosquitto: Broker) -> Iterator[District]:
    district = District(tmp_path, mosquitto)
    district.start_gateway()
    district.frames(2)
    district.until(lambda: district.site.data_dir.exists() and looked(district, 2), "the first frames looked at")
    yield district
    district.close()
