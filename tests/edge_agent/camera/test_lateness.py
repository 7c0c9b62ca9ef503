"""Which frames of a stream are of now: by the stream's time stamps against our clock."""

from __future__ import annotations

from edge_agent.camera.rtsp import Lateness


def test_frames_out_of_the_opening_buffer_are_not_of_now() -> None:
    """Opened at 100 s; the first two seconds of frames are read in a burst, then one each 0.1 s."""
    lateness = Lateness(opened_s=100.0)
    burst = [lateness.is_live(102.0 + n * 0.01, media_s=n * 0.1) for n in range(20)]
    assert not any(burst)
    after = [lateness.is_live(102.2 + n * 0.1, media_s=2.0 + n * 0.1) for n in range(20)]
    assert not any(after[:2])
    assert all(after[4:])


def test_a_reader_that_stalls_and_then_hurries_is_behind_until_it_has_caught_up() -> None:
    lateness = Lateness(opened_s=0.0)
    assert all([lateness.is_live(0.2 + n * 0.1, media_s=n * 0.1) for n in range(50)][4:])
    assert [lateness.is_live(8.2 + n * 0.01, media_s=5.0 + n * 0.1) for n in (0, 10, 20)] == [False] * 3
    assert lateness.is_live(8.6, media_s=8.35)


def test_a_cameras_clock_may_drift() -> None:
    lateness = Lateness(opened_s=0.0)
    for pace in (0.9995, 1.0005):
        lateness = Lateness(opened_s=0.0)
        lives = [lateness.is_live(second + 0.1, media_s=second * pace) for second in range(0, 86_400, 5)]
        assert all(lives[2:]), pace


def test_a_slow_handshake_is_waited_out() -> None:
    lateness = Lateness(opened_s=0.0)
    assert not lateness.is_live(3.0, media_s=0.0)
    assert lateness.is_live(3.4, media_s=0.4)
