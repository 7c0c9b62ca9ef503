"""The folder of stills: named by content, durable, oldest dropped first, never for lack of an index."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
from pathlib import Path

import pytest

from edge_agent.buffer.evidence import EvidenceFolder


def folder_of(root: Path, sizes: list[int], *, cap_bytes: int = 1 << 20) -> EvidenceFolder:
    folder = EvidenceFolder(root, cap_bytes=cap_bytes)
    for number, size in enumerate(sizes):
        sha256 = folder.put(bytes([number]) * size)
        os.utime(root / f"{sha256}.jpg", (number, number))
    return folder


def test_named_by_content_and_once(tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path, cap_bytes=1 << 20)
    assert folder.put(b"still") == folder.put(b"still") == hashlib.sha256(b"still").hexdigest()
    (still,) = folder.waiting()
    assert still.path.read_bytes() == b"still"
    folder.sent(still)
    folder.sent(still)
    assert folder.waiting() == []


def test_half_written_stills_are_gone_after_a_restart_and_whole_ones_stay(tmp_path: Path) -> None:
    folder_of(tmp_path, [10, 20])
    (tmp_path / "abc.part").write_bytes(b"half")
    again = EvidenceFolder(tmp_path, cap_bytes=1 << 20)
    assert [still.size_bytes for still in again.waiting()] == [10, 20]
    assert not (tmp_path / "abc.part").exists()


def test_a_still_for_which_there_is_no_room_leaves_nothing(tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path, cap_bytes=1 << 20)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            folder.put(b"x" * 9000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert [path.name for path in tmp_path.iterdir()] == ["refused"]


def test_listing_bears_stills_that_go_meanwhile(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, [10])
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")  # is in the listing, and is not there when looked at
    assert [still.size_bytes for still in folder.waiting()] == [10]
    assert folder.evict() == 0


def test_over_the_cap_the_oldest_go(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, [400, 400, 400], cap_bytes=900)
    assert folder.evict() == 1
    assert folder.evict() == 0
    assert folder.evict(free_bytes=500) == 2
    assert folder.waiting() == []


def test_what_the_centre_never_takes_is_kept_aside(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, [10])
    folder.refuse(folder.waiting()[0])
    assert folder.waiting() == []
    assert len(list((tmp_path / "refused").iterdir())) == 1
