"""The agent's uploader against the real centre, over a link that breaks: each still once, each byte kept."""

from __future__ import annotations

import threading
from pathlib import Path
from random import Random

import pytest

from central.api.stills import StillFolder
from edge_agent.buffer.evidence import EvidenceFolder
from edge_agent.settings import Centre as CentreAddress
from edge_agent.uploader import Uploader
from tests.central.api.district import GATEWAY_TOKEN, Centre
from tests.central.api.pictures import a_jpeg, digest
from tests.central.api.uploads.breaking_link import BreakingLink
from tests.services import wait_until

STILLS = [a_jpeg(500, 400, seed=seed) for seed in range(6)]


def test_stills_arrive_over_a_link_that_breaks(one_centre: Centre, tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path / "evidence", cap_bytes=1 << 30)
    for still in STILLS:
        folder.put(still)
    (tmp_path / "token").write_text(GATEWAY_TOKEN)
    with BreakingLink(one_centre.url, random=Random(7), breaks=8, most_bytes=400_000) as link:
        address = CentreAddress(url=link.url, token_file=tmp_path / "token", timeout_s=5)
        uploader, stop = (
            Uploader(address, folder, random=Random(1), held=lambda held: pytest.fail(str(held))),
            threading.Event(),
        )
        working = threading.Thread(target=uploader.run, args=(stop,))
        working.start()
        try:
            wait_until(lambda: folder.waiting() == [], what="all stills sent", timeout_s=120)
        finally:
            stop.set()
            working.join()
    kept = StillFolder(one_centre.services.settings.data_dir)
    assert [kept.path_of(digest(still)).read_bytes() for still in STILLS] == STILLS
    assert (uploader.sent, uploader.refused) == (len(STILLS), 0)
    assert link.broken == 8
    assert list((one_centre.services.settings.data_dir / "uploads").glob("*")) == []
