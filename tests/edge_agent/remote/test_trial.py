"""When a configuration on trial is kept and when it is taken back."""

from __future__ import annotations

import pytest

from edge_agent.remote.state import Trial
from edge_agent.remote.trial import CameraSeen, expected_of, judge, stands

TRIAL = Trial(since_ms=1000, limit_s=60, cameras=("live", "folder"))
SEEN, FOLDER_SEEN = CameraSeen(live=True, looked=True), CameraSeen(live=False, looked=True)
BLIND = CameraSeen(live=True, looked=False, problem="capture hung")
EMPTY = CameraSeen(live=False, looked=False)
DARK = CameraSeen(live=True, looked=False, dark=True, problem="no route to host")

CASES = {
    "all well": ({"live": SEEN, "folder": FOLDER_SEEN}, 1.0, True, "", "well", ""),
    "not yet synced": ({"live": SEEN, "folder": FOLDER_SEEN}, 1.0, False, "", "wait", ""),
    "never synced": ({"live": SEEN, "folder": FOLDER_SEEN}, 60.0, False, "", "ill", "did not answer"),
    "stream not yet seen": ({"live": BLIND, "folder": FOLDER_SEEN}, 59.0, True, "", "wait", ""),
    "stream never seen": ({"live": BLIND, "folder": FOLDER_SEEN}, 60.0, True, "", "ill", "live (capture hung)"),
    "camera gone": ({"folder": FOLDER_SEEN}, 60.0, True, "", "ill", "live"),
    "folder has no new file": ({"live": SEEN, "folder": EMPTY}, 60.0, True, "", "well", ""),
    "folder is waited for": ({"live": SEEN, "folder": EMPTY}, 59.0, True, "", "wait", ""),
    "a look failed": ({"live": SEEN, "folder": EMPTY}, 0.1, True, "look failed", "ill", "look failed"),
    "one dark before is waited for": ({"live": SEEN, "folder": FOLDER_SEEN, "old": DARK}, 59.0, True, "", "wait", ""),
    "and not held against it": ({"live": SEEN, "folder": FOLDER_SEEN, "old": DARK}, 60.0, True, "", "well", ""),
    "unless it is looked at": (
        {"live": SEEN, "folder": FOLDER_SEEN, "old": SEEN},
        1.0,
        True,
        "",
        "well",
        "",
    ),
    "dark now, but not before": ({"live": DARK, "folder": FOLDER_SEEN}, 60.0, True, "", "ill", "no route to host"),
}


@pytest.mark.parametrize(("cameras", "elapsed_s", "synced", "failure", "state", "why"), CASES.values(), ids=CASES)
def test_judged(
    cameras: dict[str, CameraSeen], elapsed_s: float, synced: bool, failure: str, state: str, why: str
) -> None:
    found = judge(TRIAL, elapsed_s=elapsed_s, synced=synced, cameras=cameras, failure=failure)
    assert found.state == state
    assert why in found.reason


@pytest.mark.parametrize(
    ("starts", "now_ms", "why"),
    [(0, 1000, ""), (2, 61_000, ""), (3, 1000, "ended 3 times"), (0, 61_001, "not confirmed within 60 s"), (1, 0, "")],
)
def test_a_trial_found_at_the_start(starts: int, now_ms: int, why: str) -> None:
    found = stands(Trial(since_ms=1000, limit_s=60, cameras=(), starts=starts), now_ms=now_ms)
    assert why in found
    assert bool(found) == bool(why)


def test_who_must_show_himself_is_everyone_not_known_to_be_dark() -> None:
    cameras = {"seen": SEEN, "not yet": BLIND, "folder": EMPTY, "dark": DARK}
    assert expected_of(cameras) == ("seen", "not yet", "folder")
    assert expected_of({"back": CameraSeen(live=True, looked=True, dark=True)}) == ("back",)
